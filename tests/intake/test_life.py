"""What is left of a mail in the end, a mail that is sent again, and answers of machines."""

from datetime import timedelta
from pathlib import Path

import pytest

from delivery.models import MessageRecipient
from drafts import actions as drafting
from drafts import states as draft_states
from drafts.incoming import Choice
from drafts.models import Draft
from drafts.tasks import expire_due, release_due
from intake import actions
from intake.models import RawMail
from intake.tasks import forget_ended
from notifications import actions as notifying
from notifications.models import Notification
from tests import make
from tests.drafts.life import let_pass
from vault.tokens import link_token

pytestmark = pytest.mark.django_db

MAILS = Path(__file__).parents[1] / "mails"
SMS = Choice("sms", make.NUMBER)


def test_the_raw_mail_of_an_expired_draft_is_destroyed() -> None:
    draft = make.draft(make.user())
    make.raw_mail(draft.sender, b"secret", state="drafted", draft=draft)

    forget_ended()
    kept = bytes(RawMail.objects.get().data_key) != b""
    let_pass(timedelta(days=15))
    expire_due()
    forget_ended()

    assert (kept, bytes(RawMail.objects.get().raw)) == (True, b"")


def test_an_out_of_office_answer_to_a_notice_changes_nothing() -> None:
    make.draft(make.user())
    notifying.send_due()
    notice = Notification.objects.get()
    address = f"bounce+{link_token('bounce', notice.uid)}@zivweb.example"

    actions.take_bounce([address], (MAILS / "auto-reply.eml").read_bytes())

    notice.refresh_from_db()
    assert (notice.report, Draft.objects.count()) == ("", 1)


def test_a_late_click_on_the_first_link_sends_nothing_twice() -> None:
    sender = make.user()
    first = make.draft(sender)
    pk = first.recipients.get().pk
    second = make.draft(sender)
    drafting.send_draft(second, {second.recipients.get().pk: SMS}, actor=sender)

    with pytest.raises(drafting.Unfinished):
        drafting.send_draft(first, {pk: SMS}, actor=sender)
    let_pass(timedelta(seconds=11))
    release_due()
    release_due()

    found = Draft.objects.order_by("pk").values_list("state", flat=True)
    assert list(found) == [draft_states.SUPERSEDED, draft_states.SENT]
    assert MessageRecipient.objects.count() == 1
