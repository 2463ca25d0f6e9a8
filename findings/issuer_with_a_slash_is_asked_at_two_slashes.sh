#!/bin/sh
# django-allauth 65.21.1
# Expected: an OpenID Connect issuer that ends in a slash (Auth0's do) is found. OpenID Connect
# Discovery 1.0, 4.1: the slash is removed before "/.well-known/openid-configuration" is appended.
# Seen: `//.well-known/openid-configuration` is asked for, where a server that takes paths as they
# are has nothing.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "django-allauth[socialaccount]==65.21.1" django==5.2.19
venv/bin/python - <<'PYTHON'
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import django
from django.conf import settings

APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "allauth", "allauth.account", "allauth.socialaccount"]
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
settings.configure(INSTALLED_APPS=[*APPS, "allauth.socialaccount.providers.openid_connect"], MIDDLEWARE=MIDDLEWARE)
django.setup()

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.test import RequestFactory

asked = []


class Provider(BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.requestline.split()[1])  # `path` has its slashes joined
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"token_endpoint": "http://127.0.0.1/token"}')

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Provider)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_port}"
request = RequestFactory().get("/")
for issuer in (f"{base}/", base):
    app = SocialApp(provider="openid_connect", provider_id="one", client_id="x", settings={"server_url": issuer})
    provider = OpenIDConnectProvider(request, app=app)
    adapter = OpenIDConnectOAuth2Adapter(request, "one")
    adapter.get_provider = lambda provider=provider: provider
    adapter.openid_config
assert asked == ["//.well-known/openid-configuration", "/.well-known/openid-configuration"], asked
PYTHON
echo "As described."
