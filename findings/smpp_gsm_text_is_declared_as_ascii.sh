#!/bin/sh
# smpp 0.5.1 (npm)
# Expected: text in the GSM 03.38 alphabet goes out with data_coding 0 (SMSC default alphabet). SMPP 3.4, 5.2.19: 1 is IA5, that is ASCII.
# Seen: the encoding called ASCII writes GSM bytes ("@" as 0x00, "$" as 0x02, "{" as escape and 0x28) and declares 1.
# A centre that takes the field at its word shows control characters where these stood; letters and digits hide it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund smpp@0.5.1
cat >check.mjs <<'JAVASCRIPT'
import assert from "node:assert/strict";
import smpp from "smpp";

const sent = new smpp.PDU("submit_sm", { destination_addr: "31600000000", short_message: "a@$_{" });
const bytes = sent.toBuffer();
assert.equal(new smpp.PDU(bytes).data_coding, 1);
assert.deepEqual([...bytes.subarray(-6)], [0x61, 0x00, 0x02, 0x11, 0x1b, 0x28]);
JAVASCRIPT
node check.mjs
echo "As described."
