#!/bin/sh
# mail-parser-reply 1.36
# Expected: with languages=["en", "nl"] the line above a quoted mail, as Gmail, Apple Mail and Thunderbird write it in
# Dutch, is found as the English one is, and the answer alone comes back.
# Seen: its Dutch pattern wants the verb last ("Op ... Jan schreef:"), as in English; Dutch puts the name last
# ("Op ... schreef Jan:"), so no such line is ever found and the whole quoted mail is part of the answer.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mail-parser-reply==1.36
venv/bin/python - <<'PYTHON'
from mailparser_reply import EmailReplyParser

parser = EmailReplyParser(languages=["en", "nl"])
english = "Agreed.\n\nOn Sun, 29 Nov 2026 at 10:00, Jan <jan@x.example> wrote:\n\n> When?\n"
assert parser.parse_reply(english) == "Agreed."
for line in (
    "Op zo 29 nov 2026 om 10:00 schreef Jan <jan@x.example>:",
    "Op 29 nov 2026, om 10:00 heeft Jan <jan@x.example> het volgende geschreven:",
    "Op 29-11-2026 om 10:00 schreef Jan:",
):
    text = f"Akkoord.\n\n{line}\n\n> Wanneer?\n"
    assert parser.parse_reply(text) == text.strip(), line
PYTHON
echo "As described."
