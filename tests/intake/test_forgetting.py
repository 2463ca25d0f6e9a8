"""What is kept of a mail goes when its message has come to its end."""

import pytest
from django.utils import timezone

from delivery.actions import end_messages
from delivery.models import Message
from drafts.models import Draft
from intake.actions import forget_ended, open_mail
from intake.models import RawMail
from tests import make
from vault.keys import VaultError

pytestmark = pytest.mark.django_db


def sent() -> RawMail:
    """Store a mail whose draft became a message."""
    sender = make.user()
    draft = make.draft(sender, "jan@example.nl")
    raw = make.raw_mail(sender, b"Subject: x", state="drafted", draft=draft)
    now = timezone.now()
    message = Message(organization=sender.organization, sender=sender, expires_at=now)
    message.destroy_at, message.content = now, message.seal("content", b"{}")
    message.save()
    Draft.objects.filter(pk=draft.pk).update(state="sent", message=message)
    return raw


def test_the_bytes_of_a_mail_go_with_its_message() -> None:
    raw = sent()
    before = forget_ended(), open_mail(RawMail.objects.get())
    end_messages()
    forgotten = forget_ended(), forget_ended()
    assert (before, forgotten) == ((0, b"Subject: x"), (1, 0))
    with pytest.raises(VaultError):
        open_mail(RawMail.objects.get(pk=raw.pk))
