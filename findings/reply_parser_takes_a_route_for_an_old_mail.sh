#!/bin/sh
# mail-parser-reply 1.36
# Expected: the head of a quoted mail holds an address, a date or a subject; two lines in which a person writes
# where a journey begins and ends are part of what they say.
# Seen: "From:" and "To:" under each other, whatever follows them, end the answer: these lines and all text below
# them are given out as an older mail.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mail-parser-reply==1.36
venv/bin/python - <<'PYTHON'
from mailparser_reply import EmailReplyParser

text = "Dear Els,\n\nThe taxi is booked:\nFrom: Main Street 1\nTo: the hospital, entrance B\n\nPlease call me if you feel unwell."
replies = EmailReplyParser(languages=["en"]).read(text=text).replies
assert [each.body for each in replies][0] == "Dear Els,\n\nThe taxi is booked:", replies[0].body
assert len(replies) == 2 and "call me" in replies[1].content
spoken = text.replace("From: ", "from ").replace("To: ", "to ")
assert len(EmailReplyParser(languages=["en"]).read(text=spoken).replies) == 1
PYTHON
echo "As described."
