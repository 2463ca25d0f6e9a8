#!/bin/sh
# apprise 2.2.0
# Expected: an SMS by Plivo is posted to the address of its own account, /v1/Account/<auth id>/Message/.
# Seen: the auth id is never put into the address: each SMS is posted to /v1/Account/{auth_id}/Message/, so that
# Plivo can only refuse it. Nothing tells of it before the first SMS.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check apprise==2.2.0
venv/bin/python - <<'PYTHON'
from unittest import mock

import apprise

AUTH_ID = "MA" + "X" * 18
plugin = apprise.Apprise.instantiate(f"plivo://{AUTH_ID}@{chr(97) * 40}/15005550006/31600000000")
with mock.patch("requests.post") as post:
    post.return_value.status_code = 200
    plugin.notify(body="hello")
address = post.call_args.args[0] if post.call_args.args else post.call_args.kwargs["url"]
assert address == "https://api.plivo.com/v1/Account/{auth_id}/Message/", address
PYTHON
echo "As described."
