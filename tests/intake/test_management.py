"""The commands of intake."""

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from intake.models import RawMail
from tests.intake.smtp import Running
from zivweb import demo


@pytest.mark.slow
def test_the_example_is_handed_in_over_smtp(
    server: Running, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    demo.load()
    settings.SMTP_PORT, settings.RUNTIME = server.port, {}
    call_command("send_example")
    stored = RawMail.objects.get()
    assert len(stored.recipients) == 5
    assert f"Stored as {stored.uid}" in capsys.readouterr().out


@pytest.mark.slow
def test_the_example_takes_another_sender_and_other_recipients(
    server: Running, settings: Settings
) -> None:
    demo.load()
    settings.SMTP_PORT, settings.RUNTIME = server.port, {}
    call_command("send_example", "--from", "carla@gemeente.example", "--to", "jan@example.nl")
    stored = RawMail.objects.get()
    assert stored.sender.email == "carla@gemeente.example"
    assert stored.recipients == ["jan@example.nl"]


def test_an_example_that_is_refused_says_why(server: Running, settings: Settings) -> None:
    settings.SMTP_PORT, settings.RUNTIME = server.port, {}
    with pytest.raises(CommandError, match="535"):
        call_command("send_example")


def test_there_is_no_example_outside_the_demo(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="demo"):
        call_command("send_example")


def test_a_certificate_that_cannot_be_used_ends_the_server_with_one_line(
    settings: Settings,
) -> None:
    settings.TLS_CERT = settings.TLS_KEY = "/nowhere.pem"
    with pytest.raises(CommandError, match="ZIVWEB_TLS_CERT"):
        call_command("smtpd")


def test_a_port_that_is_taken_ends_the_server_with_one_line(
    server: Running, settings: Settings
) -> None:
    settings.SMTP_PORT = server.port
    with pytest.raises(CommandError, match="ZIVWEB_SMTP_PORT"):
        call_command("smtpd")
