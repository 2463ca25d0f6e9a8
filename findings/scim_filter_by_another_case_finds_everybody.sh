#!/bin/sh
# scim2-filter-parser 0.7.0
# Expected: attribute names of a SCIM filter know no case (RFC 7643, 2.1), so `USERNAME eq "jan"` finds Jan;
# if a library did not know that, it would say that there is no such attribute.
# Seen: the term is left out of the query without a word. A client that asks for one person by
# `username eq` (as many write it) is given all of them, and takes the first.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check scim2-filter-parser==0.7.0
venv/bin/python - <<'PYTHON'
from scim2_filter_parser.queries import SQLQuery

COLUMNS = {("userName", None, None): "users.name"}


def sql(text):
    return " ".join(SQLQuery(text, "users", COLUMNS, []).sql.split())


assert sql("userName eq \"jan\"") == "SELECT DISTINCT users.* FROM users WHERE UPPER(users.name) = UPPER(%s);"
assert sql("username eq \"jan\"") == "SELECT DISTINCT users.* FROM users;"
PYTHON
echo "As described."
