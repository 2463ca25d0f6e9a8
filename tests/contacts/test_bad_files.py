"""Files that are no lists of contacts, and rows as people and spreadsheets spoil them."""

import csv
import io
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest

from addresses.phone import PhoneError, parse_mobile
from contacts.importer import MAX_BYTES, Reader, Row, Unreadable, open_table, rows
from contacts.importer.rows import read_number

SHARED = Path(__file__).resolve().parents[3] / "shared" / "contacts"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared folder is missing")
JAN = "jan@example.nl"


class Huge(io.BytesIO):
    """A file that says that it has two gigabytes."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go somewhere; the end is far away."""
        return 2 << 30 if whence == io.SEEK_END else super().seek(offset, whence)


def archive(*parts: tuple[str, bytes]) -> io.BytesIO:
    """Return a zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        write(made, *parts)
    file.seek(0)
    return file


def read(content: bytes) -> list[Row]:
    """Return the rows of a file."""
    table = open_table(io.BytesIO(content))
    reader = Reader(table.roles, "NL", domains=True)
    return [reader.read(cells) for cells in table.rows]


def write(made: zipfile.ZipFile, *parts: tuple[str, bytes]) -> None:
    """Put parts into an archive."""
    for name, content in parts:
        made.writestr(name, content)


def reason(file: BinaryIO) -> str:
    """Return why a file cannot be read."""
    with pytest.raises(Unreadable) as raised:
        list(open_table(file).rows)
    return raised.value.reason


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"  \r\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0" + bytes(200), "encoding_or_binary"),
        (b"email,name\n" + b"a" * 500_000, "line_too_long"),
        (b'email,name\n"jan@example.nl,Jan\n' + b"x\n" * 200_000, "broken_csv"),
        (b"," * 600 + b"email\n", "too_many_columns"),
        (b"\xff\xfe\0\0e\0\0\0", "encoding"),
        (b"just words\nand more\n", "no_table"),
    ],
)
def test_a_file_that_is_no_list_says_why(content: bytes, why: str) -> None:
    found = reason(io.BytesIO(content))
    assert found == why or (why == "encoding_or_binary" and found in {"binary", "no_table"})


def test_a_file_of_two_gigabytes_is_refused_at_once() -> None:
    assert reason(Huge(b"email\n")) == "too_big"


def test_a_zip_that_is_called_a_workbook_is_refused() -> None:
    assert reason(archive(("photo.jpg", b"x"))) == "no_workbook"


def test_a_broken_zip_is_refused() -> None:
    assert reason(io.BytesIO(b"PK\x03\x04 and nothing more")) == "no_workbook"


@pytest.mark.slow
def test_a_bomb_is_refused_before_it_is_opened() -> None:
    bomb = archive(("[Content_Types].xml", b""), ("xl/sheet.xml", bytes(300_000_000)))
    assert len(bomb.getvalue()) < 1_000_000
    assert reason(bomb) == "too_big_inside"


def test_a_real_workbook_is_read() -> None:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>E-mailadres</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>Mobiel</t></is></c></row>'
        f'<row r="2"><c r="A2" t="inlineStr"><is><t>{JAN}</t></is></c><c r="B2"><v>636363636</v>'
        "</c></row></sheetData></worksheet>"
    )
    [row] = read(workbook(sheet).getvalue())
    assert (row.address, row.phones, row.problem) == (JAN, ("+31636363636",), rows.ZERO_LOST)


def workbook(sheet: str) -> io.BytesIO:
    """Return an XLSX workbook with one sheet."""
    main = "http://schemas.openxmlformats.org"
    relations = f"{main}/officeDocument/2006/relationships"
    package = f"{main}/package/2006"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return archive(
        (
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
            f'<Override PartName="/xl/s.xml" ContentType="{types}.worksheet+xml"/>'
            "</Types>".encode(),
        ),
        (
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>".encode(),
        ),
        (
            "xl/workbook.xml",
            f'<workbook xmlns="{main}/spreadsheetml/2006/main" xmlns:r="{relations}"><sheets>'
            '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>'.encode(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{relations}/worksheet" Target="s.xml"/></Relationships>'.encode(),
        ),
        ("xl/s.xml", sheet.encode()),
    )


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("\u200bJan@Example.NL\ufeff", JAN),
        ("  <jan@example.nl> ", JAN),
        ("mailto:jan@example.nl", JAN),
        ("jan@b\u00fccher.example", "jan@xn--bcher-kva.example"),
        ("jos\u00e9@example.nl", "jos\u00e9@example.nl"),
        ("@example.org", "@example.org"),
    ],
)
def test_an_address_is_cleaned(typed: str, stored: str) -> None:
    [row] = read(f"email,name\n{typed},Jan\n".encode())
    assert row.address == stored


@pytest.mark.parametrize(
    ("typed", "number", "why"),
    [
        ("6,12E+08", "", rows.SCIENTIFIC),
        ("3.16364E+10", "", rows.SCIENTIFIC),
        ("612345678", "+31612345678", rows.ZERO_LOST),
        ("31612345678", "+31612345678", rows.PLUS_LOST),
        ("'+31612345678", "+31612345678", ""),
        ("020 123 4567", "", "landline"),
        ("112", "", "too_short"),
        ("06 1234 5678 (werk)", "", "letters"),
    ],
)
def test_a_number_that_a_spreadsheet_spoilt_is_told(typed: str, number: str, why: str) -> None:
    found, told = read_number(typed, "NL")
    assert (found, told) == (number, why)


@pytest.mark.parametrize("first", range(10))
@pytest.mark.parametrize("prefix", ["+31", "0031", "0"])
def test_the_quick_way_reads_numbers_as_the_library_does(prefix: str, first: int) -> None:
    typed = f"{prefix}6{first}1234567"
    try:
        expected = parse_mobile(typed, "NL")
    except PhoneError:
        expected = ""
    assert read_number(typed, "NL")[0] == expected


def numbers() -> list[dict[str, str]]:
    """Return the example numbers of all countries."""
    if not SHARED.is_dir():
        return []
    with (SHARED / "phone_numbers.csv").open() as file:
        return list(csv.DictReader(file))


@needs_shared
def test_numbers_of_all_countries_are_read_as_the_library_does() -> None:
    certain = [row for row in numbers() if row["second_library"] == "same"]
    assert len({row["region"] for row in certain}) > 60
    assert [row for row in certain if differs(row)] == []


def differs(row: dict[str, str]) -> bool:
    """Tell whether we think otherwise than the file about a number that can get an SMS."""
    found, _why = read_number(row["e164"], "NL")
    return bool(found) != (row["can_sms"] == "True" and row["valid"] == "True")


def test_an_export_is_imported_back() -> None:
    cells = "'+31636363636,'=1+1"
    [row] = read(f"phone_number,full_name,email_address\n{cells},{JAN}\n".encode())
    assert (row.phones, row.name) == (("+31636363636",), "=1+1")


def test_a_file_without_a_header_is_understood() -> None:
    assert read(f"Jan Jansen;{JAN};06 36363636\n".encode()) == [
        Row(JAN, "Jan Jansen", ("+31636363636",))
    ]


def test_a_separator_line_of_excel_is_obeyed() -> None:
    assert [row.address for row in read(f"sep=;\r\nemail;naam\r\n{JAN};Jan\r\n".encode())] == [JAN]


def test_a_card_with_a_huge_photo_is_read_without_it() -> None:
    photo = "PHOTO;ENCODING=b:" + "A" * 1_000_000
    card = f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jan\r\n{photo}\r\nEMAIL:{JAN}\r\nEND:VCARD\r\n"
    assert [row.address for row in read(card.encode())] == [JAN]


def test_a_line_of_a_card_that_is_none_is_left_out_at_once() -> None:
    bad = f"TEL;CELL{'=' * 200}\r\nEMAIL;PREF,{'a,' * 200}"
    card = f"BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Jan\r\n{bad}\r\nEMAIL:{JAN}\r\nEND:VCARD\r\n"

    assert [(row.address, row.phones) for row in read(card.encode())] == [(JAN, ())]


def test_limits_are_what_the_pages_say() -> None:
    assert MAX_BYTES >= 100_000_000
