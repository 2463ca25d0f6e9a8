#!/bin/sh
# striprtf 0.0.35
# Expected: an RTF says in its second word which bytes it is written in: \ansi, \mac, \pc (cp437) or \pca (cp850).
# Seen: all four are read as Windows-1252, so the byte e9 of \ansi and the byte 8e of \mac, both é, come out as "é"
# and "Ž"; only \ansicpg and the fonts count. Text marked as deleted (\deleted) or hidden (\v) is shown with the rest,
# while footnotes are left out.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check striprtf==0.0.35
venv/bin/python - <<'PYTHON'
from striprtf.striprtf import rtf_to_text

BYTE = {"ansi": "e9", "mac": "8e", "pc": "82", "pca": "82"}
read = {word: rtf_to_text("{\\rtf1\\%s Jans\\\x27%sn}" % (word, byte)) for word, byte in BYTE.items()}
assert read == {"ansi": "Jansén", "mac": "JansŽn", "pc": "Jans‚n", "pca": "Jans‚n"}, read
assert rtf_to_text("{\\rtf1\\ansi {\\deleted old }{\\v secret }new}") == "old secret new"
assert rtf_to_text("{\\rtf1\\ansi {\\footnote the price is 5}text}") == "text"
PYTHON
echo "As described."
