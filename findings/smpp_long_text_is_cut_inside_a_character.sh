#!/bin/sh
# smpplib 2.2.4
# Expected: a long SMS is cut between characters. 3GPP TS 23.038: a euro sign is two septets, escape and "e", that
# belong together, and a character outside the BMP is two UCS-2 units; TS 23.040 puts none of them into two parts.
# Seen: make_parts() counts bytes. The first part ends with a lone escape (or half a surrogate pair),
# the next begins with "e" (or the other half): a phone that shows parts as they come shows "e" or a box.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check smpplib==2.2.4
venv/bin/python - <<'PYTHON'
from smpplib.gsm import make_parts

HEADER = 6  # octets of user data header, before the text of each part
euro = [part[HEADER:] for part in make_parts("a" * 152 + "\N{EURO SIGN}" + "b" * 20)[0]]
assert euro[0].endswith(b"a\x1b") and euro[1].startswith(b"eb"), euro
smile = [part[HEADER:] for part in make_parts("a" * 66 + "\N{GRINNING FACE}" + "b" * 20)[0]]
pair = "\N{GRINNING FACE}".encode("utf-16-be")
assert smile[0].endswith(pair[:2]) and smile[1].startswith(pair[2:]), smile
PYTHON
echo "As described."
