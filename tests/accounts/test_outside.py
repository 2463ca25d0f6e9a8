"""Servers that an admin names are asked only where they stand outside (RELIABILITY.md, S-33)."""

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import cast

import pytest
import requests
from allauth.socialaccount.adapter import get_adapter
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accounts import outside
from accounts.actions import ProviderSilent, require_provider
from accounts.openid import NEEDED, WELL_KNOWN
from flow import calls
from tests import make
from tests.zivweb.programs import wait_for

pytestmark = pytest.mark.django_db
TOLD = json.dumps(dict.fromkeys(NEEDED, "x")).encode()


class Provider(BaseHTTPRequestHandler):
    """An identity provider that notes who asks; how it answers is the first word of the path."""

    def do_GET(self) -> None:
        """Answer with what an identity provider says of itself, or badly."""
        cast("Watched", self.server).asked.append(self.path)
        ways = {"moved": self.lead_on, "silent": self.wait, "heads": self.drip_heads}
        ways |= {"drips": self.drip, "long": self.go_on, "packed": self.pack, "page": self.excuse}
        ways.get(self.path.split("/")[1], self.tell)()

    def do_POST(self) -> None:
        """Answer in the same way."""
        self.do_GET()

    def tell(self, *headers: tuple[str, str], status: int = 200, body: bytes = TOLD) -> None:
        """Answer as a provider does."""
        self.send_response(status)
        for header in headers:
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(body)

    def lead_on(self) -> None:
        """Lead elsewhere."""
        self.tell(("Location", WELL_KNOWN), status=302)

    def pack(self) -> None:
        """Say that the content is packed."""
        self.tell(("Content-Encoding", "gzip"), body=gzip.compress(TOLD))

    def excuse(self) -> None:
        """Answer with a page for people."""
        self.tell(body=b"<p>We are back soon.</p>")

    def wait(self) -> None:
        """Say nothing until the test is over."""
        cast("Watched", self.server).over.wait()

    def drip_heads(self) -> None:
        """Begin one header, and never end it."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self._go_on_with(b"a")

    def drip(self) -> None:
        """Send the content a byte at a time."""
        self.tell(body=b"")
        self._go_on_with(b" ")

    def go_on(self) -> None:
        """Send a content just over what is read."""
        self.tell(body=b'{"a": "' + b"a" * calls.BYTES)

    def _go_on_with(self, piece: bytes) -> None:
        over = cast("Watched", self.server).over
        with suppress(OSError):
            while not over.wait(0.02):
                self.wfile.write(piece)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


class Watched(ThreadingHTTPServer):
    """A server on this machine: what an admin must not reach."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Provider)
        self.asked: list[str] = []
        self.over = Event()

    def at(self, host: str = "127.0.0.1", path: str = "") -> str:
        """Return its address, under another name of this machine."""
        return f"http://{host}:{self.server_port}{path}"


@pytest.fixture
def inside() -> Iterator[Watched]:
    """A server inside that answers as an identity provider does."""
    with Watched() as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.over.set()
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


@pytest.fixture
def slow(inside: Watched, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A server that may be asked, while nobody waits for one as long as otherwise."""
    settings.PROVIDER_NETWORKS = ["127.0.0.0/8"]
    monkeypatch.setattr(outside, "SECONDS", 0.3)
    return inside


@pytest.fixture
def provider(inside: Watched, settings: Settings) -> Watched:
    """A server that may be asked."""
    settings.PROVIDER_NETWORKS = ["127.0.0.0/8"]
    return inside


def ask(url: str, method: str = "GET") -> requests.Response:
    """Ask a server as signing in does."""
    with get_adapter().get_requests_session() as session:
        answer: requests.Response = session.request(method, url)
        return answer


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("how", ["/silent", "/heads", "/drips"])
def test_a_call_has_one_deadline_however_the_time_is_spent(
    slow: Watched, how: str, method: str
) -> None:
    with pytest.raises(requests.Timeout):
        ask(slow.at(path=how), method)


@pytest.mark.parametrize("how", ["/long", "/packed"])
def test_an_answer_that_is_too_long_or_packed_is_not_read(provider: Watched, how: str) -> None:
    with pytest.raises(requests.ConnectionError):
        ask(provider.at(path=how))


def test_a_server_that_ran_out_of_time_is_not_asked_again_at_once(slow: Watched) -> None:
    with pytest.raises(requests.Timeout):
        ask(slow.at(path="/silent"))
    with pytest.raises(requests.Timeout):
        ask(slow.at(path="/silent"))

    assert slow.asked == ["/silent"]


def test_what_a_provider_says_of_itself_is_kept_for_an_hour(
    provider: Watched, time_machine: TimeMachineFixture
) -> None:
    first, again = ask(provider.at()).json(), ask(provider.at()).json()
    asked = len(provider.asked)
    time_machine.move_to(timezone.now() + timedelta(seconds=outside.KEPT + 1))
    ask(provider.at())

    assert (first == again, asked, len(provider.asked)) == (True, 1, 2)


def test_a_page_for_people_is_not_kept(provider: Watched) -> None:
    ask(provider.at(path="/page"))
    ask(provider.at(path="/page"))

    assert len(provider.asked) == 2


def test_what_only_one_person_may_read_is_not_kept(provider: Watched) -> None:
    headers = {"Authorization": "Bearer of one person"}
    with get_adapter().get_requests_session() as session:
        session.get(provider.at(), headers=headers)
        session.get(provider.at(), headers=headers)

    assert len(provider.asked) == 2


def test_an_admin_who_sets_a_provider_up_hears_what_it_says_now(provider: Watched) -> None:
    require_provider(provider.at())
    require_provider(provider.at())

    assert len(provider.asked) == 2


def test_a_third_who_would_wait_outside_is_told_to_come_back(provider: Watched) -> None:
    with ThreadPoolExecutor(outside.AT_ONCE) as pool:
        waiting = [pool.submit(ask, provider.at(path="/silent"), "POST") for _ in range(2)]
        assert wait_for(lambda: len(provider.asked) == 2, 10)
        with pytest.raises(outside.OutsideBusy):
            ask(provider.at(path="/other"), "POST")
        provider.over.set()
        wait(waiting)


def test_whoever_would_be_the_third_to_wait_outside_sees_when_to_come_back(
    provider: Watched,
) -> None:
    row = make.identity_provider(make.user(), provider.at())
    leave = reverse("sign_in_elsewhere", args=[row.uid])
    with ThreadPoolExecutor(outside.AT_ONCE) as pool:
        waiting = [pool.submit(ask, provider.at(path="/silent"), "POST") for _ in range(2)]
        assert wait_for(lambda: len(provider.asked) == 2, 10)
        answer = Client().get(leave, headers={"accept-language": "nl"})
        provider.over.set()
        wait(waiting)

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "Probeer het zo opnieuw" in answer.content.decode()


def test_a_place_outside_is_free_again_after_calls_that_failed(slow: Watched) -> None:
    with ThreadPoolExecutor(1) as pool:
        urls = [slow.at(path="/silent")] * (outside.AT_ONCE + 1)
        failed = [pool.submit(ask, url, "POST").exception() for url in urls]

    assert [error for error in failed if not isinstance(error, requests.Timeout)] == []
