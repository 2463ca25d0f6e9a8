#!/bin/sh
# python-gsmmodem-new 0.13.0
# Expected: what was packed into septets comes out again; the PDU says how many there are (TP-User-Data-Length).
# Seen: where a text fills its last octet (8, 16, 24 … characters) and ends with "@", which is septet 0 in the GSM
# alphabet, the "@" is taken for padding and dropped. A text that ends with any other character is whole.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-gsmmodem-new==0.13.0
venv/bin/python - <<'PYTHON'
from gsmmodem.pdu import decodeSmsPdu, encodeSmsSubmitPdu


def through(text):
    return decodeSmsPdu(str(encodeSmsSubmitPdu("+31612345678", text)[0]))["text"]


for text in ("sign as ", "code 1@", "write to @"):
    assert through(text) == text, text
for text in ("mail to@", "write to me, soon, to@@@"):
    assert len(text) % 8 == 0
    assert through(text) == text[:-1], through(text)
PYTHON
echo "As described."
