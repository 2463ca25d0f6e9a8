#!/bin/sh
# openpyxl 3.1.5, beside XlsxWriter 3.3.1 and python-calamine 0.9.1
# Expected: a cell of text gives back the text that was put in.
# Seen: in a workbook `_x0041_` stands for "A" and `_x000D_` for a carriage return (ECMA-376, ST_Xstring). openpyxl
# knows it in neither direction: a code such as ROOM_x0041_7 that it writes is ROOMA7 for every other reader, and
# a line break that another program wrote is read as the nine characters "_x000D_" in the middle of an address.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check openpyxl==3.1.5 python-calamine==0.9.1 xlsxwriter==3.3.1
venv/bin/python - <<'PYTHON'
import io

import openpyxl
import xlsxwriter
from python_calamine import CalamineWorkbook


def with_openpyxl(text):
    file, book = io.BytesIO(), openpyxl.Workbook()
    book.active["A1"] = text
    book.save(file)
    return file


def with_xlsxwriter(text):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet().write_string(0, 0, text)
    return file


def in_calamine(file):
    file.seek(0)
    return CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()[0][0]


def in_openpyxl(file):
    return openpyxl.load_workbook(file).active["A1"].value


assert in_calamine(with_xlsxwriter("ROOM_x0041_7")) == "ROOM_x0041_7"
assert in_calamine(with_openpyxl("ROOM_x0041_7")) == "ROOMA7"
street = "Kade 1\r\nHuis 2"
assert in_calamine(with_xlsxwriter(street)) == street
assert in_openpyxl(with_xlsxwriter(street)) == "Kade 1_x000D_\nHuis 2"
PYTHON
echo "As described."
