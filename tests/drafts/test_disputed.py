"""A number that a recipient says is not theirs."""

import pytest

from delivery.actions import report_wrong_number
from delivery.models import MessageRecipient
from drafts.actions import send_draft
from drafts.incoming import Choice
from tests import make

pytestmark = pytest.mark.django_db


def test_it_is_not_used_again_by_itself_but_by_who_types_it_again() -> None:
    sender = make.user()
    make.contact(sender, phone=make.NUMBER)
    make.draft(sender)
    report_wrong_number(MessageRecipient.objects.get())
    held = make.draft(sender, subject="Another")
    jan = held.recipients.get()
    sent = send_draft(held, {jan.pk: Choice("sms", make.NUMBER)}, actor=sender)
    assert (jan.reason, sent) == ("disputed", True)
