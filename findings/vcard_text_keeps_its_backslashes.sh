#!/bin/sh
# vcf 2.1.2 (npm)
# Expected: in a vCard "\," is a comma and "\n" a line break (RFC 6350, 3.4); a reader undoes both.
# Seen: they are handed on as they stand in the file, so "Bakker, Vries & Co" is shown with a backslash. A value that is
# set by a program and written is not escaped either, so a round trip looks right while both halves are wrong.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund vcf@2.1.2
cat >check.mjs <<'JAVASCRIPT'
import assert from "node:assert/strict";
import vcf from "vcf";

const card = ["BEGIN:VCARD", "VERSION:3.0", "FN:Bakker\\, Vries & Co", "NOTE:first\\nsecond", "END:VCARD", ""].join("\r\n");
const read = new vcf().parse(card);
assert.equal(read.get("fn").valueOf(), "Bakker\\, Vries & Co");
assert.equal(read.get("note").valueOf(), "first\\nsecond");
const made = new vcf();
made.set("note", "first; second, third");
assert.match(made.toString(), /^NOTE:first; second, third$/m);
JAVASCRIPT
node check.mjs
echo "As described."
