"""What libraries send."""

import pytest
from django.core.mail import EmailMessage

from accounts.models import Organization, User
from notifications.backend import OutboxBackend
from notifications.caught import open_mail
from notifications.letters import unpack_mail
from notifications.models import Notification

TEXT = "Reset your password:\n\nhttp://localhost:8000/account/password/reset/key/abc/\n"


@pytest.fixture
def anna(db: None) -> User:
    """A user."""
    zorg = Organization.objects.create(name="Zorg")
    return User.objects.create_user("anna@zorg.example", organization=zorg, name="Anna")


def message(*to: str) -> EmailMessage:
    """Return a mail as a library makes it."""
    return EmailMessage("Reset your password", TEXT, "web@zorg.example", list(to))


def test_a_library_mails_a_user_by_the_outbox(anna: User) -> None:
    assert OutboxBackend().send_messages([message("Anna <ANNA@zorg.example>")]) == 1

    row = Notification.objects.get()
    mail = open_mail(unpack_mail(row.unseal("payload", bytes(row.payload))))
    where = (row.organization, row.about, row.urgent)
    assert where == (anna.organization, f"user:{anna.pk}", True)
    assert (mail.subject, mail.text) == ("Reset your password", TEXT)
    assert 'href="http://localhost:8000/account/password/reset/key/abc/"' in mail.html


def test_a_library_cannot_mail_a_stranger(anna: User) -> None:
    assert OutboxBackend().send_messages([message("eve@evil.example"), message("no address")]) == 0

    assert Notification.objects.count() == 0


def test_the_link_of_a_library_is_sealed(anna: User) -> None:
    OutboxBackend().send_messages([message(anna.email)])

    assert b"password" not in bytes(Notification.objects.get().payload)
