"""Logins over SMTP, and languages."""

import pytest

from accounts import actions
from accounts.access import organization_for_peer
from accounts.models import Organization, SmtpCredential
from tests import make

pytestmark = pytest.mark.django_db


def test_a_person_signs_in_with_address_and_password() -> None:
    user = make.user()

    login = actions.check_login(user.email.upper(), make.PASSWORD)

    assert login == actions.SmtpLogin(user.organization, user)


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_wrong_password_is_nobody(password: str) -> None:
    assert actions.check_login(make.user().email, password) is None


@pytest.mark.parametrize("username", ["", "nobody@example.nl", "no address", "relay-0"])
def test_an_unknown_name_is_nobody(username: str) -> None:
    assert actions.check_login(username, make.PASSWORD) is None


def test_an_inactive_person_cannot_sign_in() -> None:
    user = make.user()
    user.is_active = False
    user.save()

    assert actions.check_login(user.email, make.PASSWORD) is None


def test_a_mail_server_signs_in_for_its_organization() -> None:
    place = make.organization()
    username, password = actions.create_smtp_credential(place, "Exchange")

    assert actions.check_login(username, password) == actions.SmtpLogin(place, None)


def test_a_revoked_login_of_a_mail_server_is_nobody() -> None:
    username, password = actions.create_smtp_credential(make.organization(), "Exchange")
    SmtpCredential.objects.update(revoked_at="2026-01-01T00:00Z")

    assert actions.check_login(username, password) is None


def test_the_password_of_a_mail_server_is_not_stored() -> None:
    _, password = actions.create_smtp_credential(make.organization(), "Exchange")

    assert password not in SmtpCredential.objects.get().password_hash


def test_a_trusted_network_names_its_organization() -> None:
    place = make.organization()
    place.trusted_networks = ["192.0.2.0/24", "2001:db8::/32"]
    place.save()

    assert organization_for_peer("192.0.2.7") == place


@pytest.mark.parametrize("peer", ["198.51.100.1", "", "nonsense", "::1"])
def test_any_other_peer_is_trusted_by_nobody(peer: str) -> None:
    place = make.organization()
    place.trusted_networks = ["192.0.2.0/24"]
    place.save()

    assert organization_for_peer(peer) is None


def test_a_network_that_cannot_be_read_keeps_no_other_peer_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    make_trusting("nonsense", "198.51.100.0/99")
    place = make_trusting("???", "192.0.2.7/24")

    assert organization_for_peer("192.0.2.9") == place
    assert f"organization:{place.pk} has 1 unreadable trusted networks" in caplog.messages


def make_trusting(*networks: str) -> Organization:
    """Store an organization that trusts these networks."""
    place = make.organization()
    place.trusted_networks = list(networks)
    place.save()
    return place
