"""Many drafts judged and released together: few statements, each once, none held up by another."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.policy import Policy
from contacts.models import AddressChange
from delivery.models import MessageRecipient
from drafts import actions, states
from drafts.actions.judging import CHANGES
from drafts.models import Draft
from drafts.tasks import judge_changed, tell_due
from notifications.models import Notification
from tests import make

pytestmark = pytest.mark.django_db


def sender() -> User:
    """Return somebody whose drafts go out by themselves."""
    return make.user(make.organization(policy=Policy(send_when_complete=True)))


def drafts_that_wait(person: User, count: int) -> None:
    """Hold mails for Jan, and then make him known."""
    _ = [make.draft(person, subject=f"Mail {number}", text=f"{number}") for number in range(count)]
    make.contact(person, phone=make.NUMBER)


def statements_for(count: int) -> int:
    """Return how many statements it takes to send so many drafts."""
    drafts_that_wait(sender(), count)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        judge_changed()
    return len(queries)


def test_ten_drafts_take_as_many_statements_as_two() -> None:
    assert statements_for(10) == statements_for(2)


@pytest.mark.slow
def test_more_drafts_than_a_batch_go_out_once_each() -> None:
    drafts_that_wait(sender(), 60)

    judge_changed()

    assert Counter(Draft.objects.values_list("state", flat=True)) == {states.SENT: 60}
    assert MessageRecipient.objects.count() == 60


def test_one_that_cannot_be_opened_holds_up_no_other() -> None:
    drafts_that_wait(sender(), 3)
    broken = Draft.objects.order_by("pk")[1]
    Draft.objects.filter(pk=broken.pk).update(content=b"x" * 40)

    judge_changed()

    left = Draft.objects.exclude(state=states.SENT)
    assert list(left.values_list("pk", "state")) == [(broken.pk, states.WAITING)]


def test_what_goes_out_together_is_told_in_one_mail() -> None:
    person = sender()
    drafts_that_wait(person, 3)
    judge_changed()

    Draft.objects.update(tell_at=timezone.now())
    tell_due()
    tell_due()

    mails = Notification.objects.filter(kind__startswith="sent_")
    assert list(mails.values_list("kind", flat=True)) == ["sent_several"]


def test_more_that_goes_out_is_waited_for() -> None:
    person = sender()
    drafts_that_wait(person, 2)
    judge_changed()
    Draft.objects.filter(pk=Draft.objects.earliest("pk").pk).update(tell_at=timezone.now())

    assert actions.announce_sent(person.pk) == 0


def test_changes_that_concern_no_draft_hold_up_none_that_does() -> None:
    person = sender()
    known = [
        AddressChange(organization=person.organization, address=f"no{number}@example.nl")
        for number in range(CHANGES)
    ]
    draft = make.draft(person)
    AddressChange.objects.bulk_create(known)
    make.contact(person, phone=make.NUMBER)

    judge_changed()

    draft.refresh_from_db()
    assert (AddressChange.objects.count(), draft.state) == (0, states.SENT)
