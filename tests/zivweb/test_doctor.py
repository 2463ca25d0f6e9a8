"""`manage.py doctor` finds what is wrong and says what to do."""

import socket
import struct
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from flow.actions import STRIKES, Sweep
from notifications.models import Notification
from tests import make
from zivweb import dns, heartbeat
from zivweb.broker import free_port
from zivweb.celery import QUEUES
from zivweb.doctor import FAILURE, OK, WARNING, examine

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_name_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask nobody: the tests run without a network."""
    monkeypatch.setattr(dns, "servers", list)


def levels() -> dict[str, str]:
    """Return how each thing is."""
    return {finding.about: finding.level for finding in examine()}


def test_a_demo_without_workers_is_told_to_start_them() -> None:
    found = {finding.about: finding for finding in examine()}

    assert found["broker"].level == OK
    assert {found[worker].level for worker in QUEUES} == {FAILURE}
    assert [queue for name, queue in QUEUES.items() if f"-Q {queue} " not in found[name].do] == []
    assert (found["keys"].level, found["clock"].level, found["relay"].level) == (OK, OK, WARNING)


def test_workers_that_beat_are_well() -> None:
    heartbeat.beat("worker")

    assert levels()["worker"] == OK


def test_what_is_late_in_the_outbox_is_told() -> None:
    make.draft(make.user())
    Notification.objects.update(next_at=timezone.now() - timedelta(minutes=9))

    assert levels()["outbox"] == FAILURE


def test_rows_that_are_set_aside_are_told() -> None:
    before = levels()["rows"]
    _ = [Sweep("drafts.tasks.tell_due", User).strike(7, ValueError()) for _ in range(STRIKES)]

    assert (before, levels()["rows"]) == (OK, WARNING)


@pytest.mark.parametrize(("name", "value", "about"), [
    ("MAIL_RELAY", {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": 1}, "relay"),
    ("SMS_URLS", ["json://127.0.0.1:1/sms"], "SMS 1"),
    ("SMS_URLS", ["mailto://somebody"], "SMS 1"),
    ("SMS_URLS", ["json://127.0.0.1:1/sms", "ntfy://topic"], "SMS 2"),
    ("TLS_CERT", "/no/such/file", "certificate"),
])  # fmt: skip
def test_what_does_not_work_is_a_failure(
    name: str, value: Any, about: str, settings: Settings
) -> None:
    setattr(settings, name, value)

    assert levels()[about] == FAILURE


def test_a_service_whose_refusals_are_not_seen_is_a_warning(settings: Settings) -> None:
    settings.SMS_URLS = [f"seven://{'a' * 32}", f"telnyx://{'a' * 32}@15005550006"]

    found = levels()

    assert (found["SMS 1"], found["SMS 2"]) == (WARNING, OK)


def test_a_key_that_is_lost_is_told(settings: Settings) -> None:
    make.draft(make.user())
    settings.ENCRYPTION_KEYS = [b"another key of thirty-two bytes!"]

    assert levels()["keys"] == FAILURE


def test_the_exit_code_says_that_something_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        call_command("doctor")

    assert caught.value.code == 1
    assert "-> Start it, and beat" in capsys.readouterr().out


@pytest.fixture
def name_server() -> Iterator[int]:
    """Run a name server that knows one MX and one TXT record; return its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_answer, args=(line,), daemon=True)
        thread.start()
        yield line.getsockname()[1]
        line.sendto(b"", line.getsockname())
        thread.join()


def _answer(line: socket.socket) -> None:
    while True:
        query, asker = line.recvfrom(512)
        if not query:
            return
        question = query[12:-11]  # an OPT record stands behind it
        kind = struct.unpack("!H", question[-4:-2])[0]
        flags = {b"part": b"\x83\x80", b"fail": b"\x81\x82"}.get(question[1:5], b"\x81\x80")
        value = {
            dns.MX: struct.pack("!H", 10) + b"\x04mail\xc0\x0c",
            dns.TXT: b"\x0bv=spf1 -all",
        }[kind]
        record = b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(value)) + value
        line.sendto(query[:2] + flags + b"\0\1\0\1\0\0\0\0" + question + record, asker)


def test_records_of_a_domain_are_read(name_server: int) -> None:
    hosts = dns.ask("example.org", dns.MX, "127.0.0.1", name_server)
    texts = dns.ask("example.org", dns.TXT, "127.0.0.1", name_server)

    assert (hosts, texts) == (["mail.example.org"], ["v=spf1 -all"])


@pytest.mark.parametrize("name", ["part.example.org", "fail.example.org", f"{'a' * 300}.org"])
def test_an_answer_that_is_none_is_told(name_server: int, name: str) -> None:
    with pytest.raises(dns.DnsSilent):
        dns.ask(name, dns.TXT, "127.0.0.1", name_server)


def test_a_name_server_that_is_silent_is_told() -> None:
    with pytest.raises(dns.DnsSilent):
        dns.ask("example.org", dns.MX, "127.0.0.1", free_port())
