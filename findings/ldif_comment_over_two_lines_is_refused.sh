#!/bin/sh
# ldif 0.5.1 (npm)
# Expected: a comment may go on in the next line after a space: "any non-empty line, including comment lines, in an
# LDIF file MAY be folded" (RFC 2849, note 2 on the syntax).
# Seen: the whole file is refused; the same comment in one line is read.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund ldif@0.5.1
cat >check.mjs <<'JAVASCRIPT'
import assert from "node:assert/strict";
import ldif from "ldif";

const file = (comment) => `version: 1\n\n${comment}\ndn: cn=jan,dc=x,dc=example\ncn: jan\n`;
assert.equal(ldif.parse(file("# cn=jan, dc=x, dc=example")).entries.length, 1);
assert.throws(() => ldif.parse(file("# cn=jan,\n  dc=x, dc=example")), /Expected/);
JAVASCRIPT
node check.mjs
echo "As described."
