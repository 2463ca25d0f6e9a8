"""Names of this machine are answered only where the base address is one; /healthz always is."""

import pytest
from django.test import Client
from pytest_django import Settings

from zivweb.environment import allowed_hosts
from zivweb.logs import formatter

LOCAL = ["127.0.0.1", "[::1]", "localhost"]


@pytest.mark.parametrize(
    "base_url", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000"]
)
def test_a_local_address_is_answered_by_every_local_name(base_url: str) -> None:
    assert sorted(allowed_hosts(base_url)) == LOCAL


@pytest.mark.parametrize(("base_url", "host"), [
    ("https://mail.example.org", "mail.example.org"),
    ("https://Mail.Example.org:8443", "mail.example.org"),
    ("http://[2001:db8::1]:8000", "[2001:db8::1]"),
])  # fmt: skip
def test_any_other_address_is_answered_by_its_own_name_alone(base_url: str, host: str) -> None:
    assert allowed_hosts(base_url) == [host]


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "10.1.2.3", "evil.example"])
def test_a_load_balancer_may_ask_for_health_by_any_name(host: str, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["mail.example.org"]
    client = Client(HTTP_HOST=host)

    assert [client.get(path).status_code for path in ("/healthz", "/account/login/")] == [200, 400]


@pytest.mark.parametrize("host", ["evil.example", "e" * 5000 + ".example", "a b@c", "x:y:z"])
def test_a_wrong_host_is_a_short_page_and_a_short_line(
    client: Client, caplog: pytest.LogCaptureFixture, host: str
) -> None:
    answer = client.get("/account/login/", HTTP_HOST=host)

    lines = [formatter().format(record) for record in caplog.records]
    assert (answer.status_code, answer.content) == (400, b"Unknown host\n")
    assert [(line.count("\n"), len(line) < 300) for line in lines] == [(0, True)]
    assert "level=warning" in lines[0]
