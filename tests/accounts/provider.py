"""An identity provider of the tests' own, on this machine; and what people do with it."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import jwt
from django.http import HttpResponseBase
from django.test import Client

from accounts.models import Domain, IdentityProvider, User

SECRET = "only the two sides know this, and it is long"


class Provider(ThreadingHTTPServer):
    """Says of everybody who comes what `claims` says; `end` is how its issuer ends."""

    def __init__(self, end: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.claims: dict[str, object] = {"sub": "42"}
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.issuer = self.url + end

    def says(self, person: User, sub: str = "42", **more: object) -> None:
        """Set whom it knows the next visitor to be."""
        self.claims = {"sub": sub, "email": person.email, **more}

    def token(self) -> str:
        """Return the ID token of whoever comes."""
        now = int(time.time())
        body = self.claims | {"iss": self.issuer, "aud": "zivweb", "iat": now, "exp": now + 60}
        return jwt.encode(body, SECRET, "HS256")


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Describe the provider, or say who somebody is."""
        server = cast("Provider", self.server)
        server.asked.append(self.requestline.split()[1])  # `path` has its slashes joined
        if self.path.endswith("/userinfo"):
            return self._answer(server.claims)
        if server.asked[-1] != "/.well-known/openid-configuration":
            return self.send_error(404)
        ways = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "userinfo_endpoint": "userinfo",
            "jwks_uri": "keys",
        }
        found = {name: f"{server.url}/{path}" for name, path in ways.items()}
        return self._answer({"issuer": server.issuer} | found)

    def do_POST(self) -> None:
        """Hand out a token for any code."""
        self.rfile.read(int(self.headers["Content-Length"]))
        token = cast("Provider", self.server).token()
        self._answer({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def log_message(self, *_args: object) -> None:
        """Say nothing."""

    def _answer(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running(end: str = "") -> Iterator[Provider]:
    """Run a provider in a thread."""
    with Provider(end) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def set_up(browser: Client, domain: Domain, address: str, **more: object) -> HttpResponseBase:
    """Fill in the form of an organization's own sign-in, as an admin does."""
    form = {"name": "Work", "server_url": address, "client_id": "zivweb", "secret": SECRET}
    return browser.post(f"/organization/sign-in/{domain.pk}/", form | more)


def come_in(domain: Domain, browser: Client | None = None) -> Client:
    """Sign in by the provider of a domain; return the browser."""
    browser = browser or Client()
    uid = IdentityProvider.uid_for(domain)
    page = browser.get(f"/account/elsewhere/{uid}/").content.decode()
    way = re.findall(r'href="(http://127[^"]+)"', page)[0].replace("&amp;", "&")
    state = parse_qs(urlsplit(way).query)["state"][0]
    browser.get(f"/account/elsewhere/{uid}/back/", {"code": "x", "state": state})
    return browser


def is_in(browser: Client) -> bool:
    """Tell whether somebody is signed in."""
    return "_auth_user_id" in browser.session
