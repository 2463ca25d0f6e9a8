#!/bin/sh
# scim2-parse-filter 0.2.10 (npm)
# Expected: `emails[type eq "work"].value eq "a@x.example"` finds people whose *work* address is a@x.example
# (RFC 7644, 3.5.2 and 3.4.2.2: the bracket chooses the value that the sub-attribute is taken from).
# Seen: it is read as two filters that need not meet in one value: somebody who has any work address and,
# at home, a@x.example is found as well.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund scim2-parse-filter@0.2.10
cat >check.mjs <<'JAVASCRIPT'
import assert from "node:assert/strict";
import { filter, parse } from "scim2-parse-filter";

const people = [
  { userName: "right", emails: [{ type: "work", value: "a@x.example" }] },
  { userName: "wrong", emails: [{ type: "work", value: "b@x.example" }, { type: "home", value: "a@x.example" }] },
];
const query = parse(`emails[type eq "work"].value eq "a@x.example"`);
assert.equal(query.op, "and");
assert.deepEqual(people.filter(filter(query)).map((each) => each.userName), ["right", "wrong"]);
JAVASCRIPT
node check.mjs
echo "As described."
