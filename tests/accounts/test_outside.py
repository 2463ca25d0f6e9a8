"""Servers that an admin names are asked only where they stand outside (RELIABILITY.md, S-33)."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import cast

import pytest
import requests
from allauth.socialaccount.adapter import get_adapter
from pytest_django import Settings

from accounts.actions import ProviderSilent, require_provider
from accounts.openid import NEEDED, WELL_KNOWN


class Provider(BaseHTTPRequestHandler):
    """An identity provider that notes who asks, and leads from /moved to its own address."""

    def do_GET(self) -> None:
        """Answer with what an identity provider says of itself."""
        cast("Watched", self.server).asked.append(self.path)
        moved = self.path.startswith("/moved")
        self.send_response(302 if moved else 200)
        self.send_header("Location", WELL_KNOWN)
        self.end_headers()
        self.wfile.write(json.dumps(dict.fromkeys(NEEDED, "x")).encode())

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


class Watched(ThreadingHTTPServer):
    """A server on this machine: what an admin must not reach."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Provider)
        self.asked: list[str] = []

    def at(self, host: str = "127.0.0.1", path: str = "") -> str:
        """Return its address, under another name of this machine."""
        return f"http://{host}:{self.server_port}{path}"


@pytest.fixture
def inside() -> Iterator[Watched]:
    """A server inside that answers as an identity provider does."""
    with Watched() as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("host", [
    "127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0",
    "[::ffff:127.0.0.1]",
])  # fmt: skip
def test_nobody_inside_is_asked(inside: Watched, settings: Settings, host: str) -> None:
    settings.PROVIDER_NETWORKS = []
    with pytest.raises(ProviderSilent):
        require_provider(inside.at(host))
    assert inside.asked == []


@pytest.mark.parametrize("address", [
    "https://10.0.0.1", "https://169.254.169.254", "https://[::1]", "https://[fe80::1]",
    "https://localhost", "file:///etc/passwd", "gopher://127.0.0.1",
])  # fmt: skip
def test_no_other_way_leads_inside(settings: Settings, address: str) -> None:
    settings.PROVIDER_NETWORKS = []
    with pytest.raises(ProviderSilent):
        require_provider(address)


def test_a_network_that_the_operator_names_is_asked(inside: Watched, settings: Settings) -> None:
    settings.PROVIDER_NETWORKS = ["127.0.0.0/8"]
    require_provider(inside.at())
    assert inside.asked == [WELL_KNOWN]


def test_no_redirect_is_followed(inside: Watched, settings: Settings) -> None:
    settings.PROVIDER_NETWORKS = ["127.0.0.0/8"]
    with pytest.raises(ProviderSilent):
        require_provider(inside.at(path="/moved"))
    assert inside.asked == [f"/moved{WELL_KNOWN}"]


def test_plain_http_is_for_a_demo(inside: Watched, settings: Settings) -> None:
    settings.PROVIDER_NETWORKS, settings.DEMO = ["127.0.0.0/8"], False
    with pytest.raises(ProviderSilent):
        require_provider(inside.at())
    assert inside.asked == []


def test_what_signing_in_asks_is_guarded_too(inside: Watched, settings: Settings) -> None:
    settings.PROVIDER_NETWORKS = []
    with (
        get_adapter().get_requests_session() as session,
        pytest.raises(requests.ConnectionError),
    ):
        session.get(inside.at())
    assert inside.asked == []
