"""Logins over SMTP, with and without TLS."""

import datetime
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.actions import create_smtp_credential
from accounts.models import SmtpCredential, User
from intake.smtpd.server import settings_config, tls_context
from tests import make
from tests.certificate import self_signed
from tests.intake.conftest import Start
from tests.intake.smtp import Client, encoded, mail_from, plain


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and a certificate that it signed itself."""
    return self_signed(tmp_path_factory.mktemp("tls") / "both.pem")


@pytest.fixture
def tls_client(start: Start, certificate: Path) -> Iterator[Client]:
    """A connection to a server with a certificate."""
    tls = tls_context(str(certificate), str(certificate))
    with Client(start(tls=tls, plain_login=False).port) as connected:
        yield connected


def test_auth_plain_takes_the_right_password(smtp: Client, sender: User) -> None:
    smtp.hello()
    assert smtp.say(f"AUTH PLAIN {plain(sender.email, make.PASSWORD)}").startswith("235 2.7.0")


def test_auth_plain_works_in_two_steps(smtp: Client, sender: User) -> None:
    smtp.hello()
    assert smtp.say("AUTH plain").startswith("334")
    assert smtp.say(plain(sender.email.upper(), make.PASSWORD)).startswith("235 2.7.0")


def test_auth_login_takes_the_right_password(smtp: Client, sender: User) -> None:
    smtp.hello()
    assert smtp.say("AUTH LOGIN").startswith("334")
    assert smtp.say(encoded(sender.email)).startswith("334")
    assert smtp.say(encoded(make.PASSWORD)).startswith("235 2.7.0")


def test_a_wrong_password_is_answered_at_once(smtp: Client, sender: User) -> None:
    smtp.hello()
    assert smtp.log_in(sender.email, "wrong").startswith("535 5.7.8")


@pytest.mark.parametrize("command", ["AUTH PLAIN ****", "AUTH PLAIN YQ==", "AUTH LOGIN ****"])
def test_a_login_that_cannot_be_read_is_an_error(smtp: Client, command: str) -> None:
    smtp.hello()
    assert smtp.say(command).startswith("501 5.5.2")


def test_a_login_that_is_no_utf8_is_wrong(smtp: Client, sender: User) -> None:
    smtp.hello()
    assert smtp.say("AUTH PLAIN AP8A/w==").startswith("535 5.7.8")


def test_a_login_can_be_given_up(smtp: Client, sender: User) -> None:
    smtp.hello()
    smtp.say("AUTH LOGIN")
    assert smtp.say("*").startswith("501 5.7.0")


def test_a_second_login_is_out_of_order(smtp: Client, sender: User) -> None:
    smtp.hello()
    smtp.log_in(sender.email)
    assert smtp.log_in(sender.email).startswith("503 5.5.1")


def test_an_unknown_and_an_inactive_user_get_the_same_answer(smtp: Client, sender: User) -> None:
    User.objects.update(is_active=False)
    smtp.hello()
    assert smtp.log_in(sender.email) == smtp.log_in("nobody@example.nl")


def test_a_revoked_credential_logs_in_no_more(smtp: Client, sender: User) -> None:
    login = create_smtp_credential(sender.organization, "mail server")
    SmtpCredential.objects.update(revoked_at=datetime.datetime.now(datetime.UTC))
    smtp.hello()
    assert smtp.log_in(*login).startswith("535 5.7.8")


def test_the_sixth_wrong_password_in_a_minute_ends_the_connection(
    smtp: Client, sender: User
) -> None:
    smtp.hello()
    answers = {smtp.log_in(sender.email, f"wrong {number}")[:3] for number in range(5)}
    assert answers == {"535"}
    assert smtp.log_in(sender.email).startswith("421 4.7.0")
    assert smtp.answer() == ""


def test_without_tls_there_is_no_login_outside_the_demo(start: Start, sender: User) -> None:
    with Client(start(plain_login=False).port) as smtp:
        assert "AUTH" not in smtp.hello()
        assert smtp.log_in(sender.email).startswith("538 5.7.11")


def test_with_a_certificate_login_needs_tls(tls_client: Client, sender: User) -> None:
    offered = tls_client.hello()
    assert "STARTTLS" in offered
    assert "AUTH" not in offered
    assert tls_client.log_in(sender.email).startswith("538 5.7.11")


def test_a_mail_is_handed_in_over_tls(tls_client: Client, sender: User) -> None:
    tls_client.hello()
    assert tls_client.start_tls() in {"TLSv1.2", "TLSv1.3"}
    assert "AUTH LOGIN PLAIN" in tls_client.say("EHLO client.example")
    assert tls_client.log_in(sender.email).startswith("235 ")
    tls_client.say(f"MAIL FROM:<{sender.email}>")
    tls_client.say("RCPT TO:<jan@example.nl>")
    tls_client.say("DATA")
    assert tls_client.data(mail_from(sender)).startswith("250 2.6.0")


def test_what_follows_starttls_unencrypted_is_thrown_away(tls_client: Client, sender: User) -> None:
    tls_client.hello()
    tls_client.send("STARTTLS\r\nNOOP injected\r\nEHLO injected\r\n")
    assert tls_client.answer().startswith("220 ")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    tls_client.socket.settimeout(5)
    with context.wrap_socket(tls_client.socket) as wrapped:
        wrapped.sendall(b"MAIL FROM:<>\r\n")
        assert wrapped.recv(1000).startswith(b"503 5.5.1")


def test_a_certificate_switches_login_without_tls_off(
    settings: Settings, certificate: Path
) -> None:
    settings.TLS_CERT = settings.TLS_KEY = str(certificate)
    assert not settings_config().plain_login


def test_tls_starts_once(tls_client: Client) -> None:
    tls_client.hello()
    tls_client.start_tls()
    tls_client.say("EHLO client.example")
    assert tls_client.say("STARTTLS").startswith("503 5.5.1")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_tls_is_refused(tls_client: Client, version: ssl.TLSVersion) -> None:
    tls_client.hello()
    tls_client.say("STARTTLS")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLS"):
        context.minimum_version = context.maximum_version = version
    with pytest.raises((ssl.SSLError, ConnectionError)):
        context.wrap_socket(tls_client.socket)
