#!/bin/sh
# node-pdu 2.1.1 (npm)
# Expected: 160 characters of the GSM alphabet, or 70 of any other, are one SMS (3GPP TS 23.038 and 23.040). The GSM
# alphabet holds the letters with accents of most languages of Western Europe, and a euro sign as two characters.
# Seen: a text is cut from 134 characters on (64 in UCS-2): room for the header of a part is kept though there is one
# part. And each of its accented letters, the euro and the Greek capitals turn the whole text into UCS-2, so that 100
# characters with one "é" are two messages.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund node-pdu@2.1.1
cat >check.mjs <<'JAVASCRIPT'
import assert from "node:assert/strict";
import { Submit } from "node-pdu";

const parts = (text) => new Submit("+31600000000", text).getPartStrings().length;
const longest = (letter) => {
  let count = 1;
  while (parts(letter.repeat(count + 1)) === 1) count += 1;
  return count;
};
assert.equal(longest("a"), 133);
assert.equal(longest("\u0416"), 63); // a Cyrillic letter: not in the GSM alphabet
const alphabet = "@\u00a3$\u00a5\u00e8\u00e9\u00f9\u00ec\u00f2\u00c7\u00d8\u00f8\u00c5\u00e5\u00c6\u00e6\u00df\u00c9\u00c4\u00d6\u00d1\u00dc\u00e4\u00f6\u00f1\u00fc\u00e0\u20ac[]{}~";
const dear = [...alphabet].filter((letter) => parts(letter + "a".repeat(99)) === 2);
assert.equal(dear.join(""), "\u00e8\u00e9\u00f9\u00ec\u00f2\u00c7\u00d8\u00f8\u00c5\u00e5\u00c6\u00e6\u00df\u00c9\u00c4\u00d6\u00d1\u00dc\u00e4\u00f6\u00f1\u00fc\u00e0\u20ac");
JAVASCRIPT
node check.mjs
echo "As described."
