#!/bin/sh
# scim2-filter-parser 0.7.0
# Expected: `a or b and c` means `a or (b and c)`. RFC 7644, 3.4.2.2: "and" binds tighter than "or".
# Seen: it becomes `(a or b) and c`. Written the other way round, `b and c or a`, the same filter is
# read as the RFC says, so the order of the terms decides which people a directory gets back.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check scim2-filter-parser==0.7.0
venv/bin/python - <<'PYTHON'
from scim2_filter_parser.queries import SQLQuery

COLUMNS = {("userName", None, None): "name", ("title", None, None): "title", ("active", None, None): "active"}


def where(text):
    return SQLQuery(text, "users", COLUMNS, []).where_sql


first = where("userName eq \"jan\" or title eq \"nurse\" and active eq true")
last = where("title eq \"nurse\" and active eq true or userName eq \"jan\"")
assert first == "((UPPER(name) = UPPER({a})) OR (title = {b})) AND (active = {c})", first
assert last == "((title = {a}) AND (active = {b})) OR (UPPER(name) = UPPER({c}))", last
PYTHON
echo "As described."
