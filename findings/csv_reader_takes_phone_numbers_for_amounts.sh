#!/bin/sh
# exceljs 4.4.0 (npm)
# Expected: CSV holds text; a reader gives "0612345678" and "+31612345678" back as they are written, or
# at least as something that shows what stood there.
# Seen: both become numbers, without the leading zero and without the plus, while "06-12345678" in the next row stays
# text; and "01-02-2026", as most of Europe writes the first of February, becomes the second of January.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund exceljs@4.4.0
cat >check.mjs <<'JAVASCRIPT'
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import exceljs from "exceljs";

const rows = ["name,mobile", "Jan,0612345678", "Els,+31612345678", "Piet,06-12345678", "Ada,01-02-2026"];
const sheet = await new exceljs.Workbook().csv.read(Readable.from([rows.join("\n") + "\n"]));
const second = (row) => sheet.getRow(row).getCell(2).value;
assert.equal(second(2), 612345678);
assert.equal(second(3), 31612345678);
assert.equal(second(4), "06-12345678");
assert.equal(second(5).toISOString().slice(0, 10), "2026-01-02");
JAVASCRIPT
TZ=UTC node check.mjs
echo "As described."
