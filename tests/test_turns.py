"""What one organization has much of does not hold up another's: each stage takes turns."""

import pytest
from django.utils import timezone

from accounts.models import User
from contacts.models import AddressChange
from delivery.models import Message
from drafts import actions, states
from drafts.actions.judging import JUDGE_CHANGED
from drafts.models import Draft
from drafts.tasks import release_due
from flow.actions import Sweep
from intake.actions import claim_new_mails
from tests import make

pytestmark = pytest.mark.django_db

MUCH = 60  # more than one worker takes at once
RAW = b"Subject: Test results\r\n\r\nDear Jan."


@pytest.fixture
def busy(db: None) -> User:
    """Somebody whose organization sends much."""
    return make.user()


@pytest.fixture
def quiet(db: None) -> User:
    """Somebody of another organization, who comes last."""
    return make.user()


def hold(sender: User, count: int) -> None:
    """Store drafts that nobody has judged."""
    mails = [make.mail(sender, "jan@example.nl", subject=f"{number}") for number in range(count)]
    actions.hold_mails(mails)


def senders(drafts: list[int]) -> set[int]:
    """Return whose drafts these are."""
    return set(Draft.objects.filter(pk__in=drafts).values_list("sender_id", flat=True))


def test_a_mail_that_comes_in_waits_for_no_mails_of_others(busy: User, quiet: User) -> None:
    _ = [make.raw_mail(busy, RAW) for _ in range(MUCH)]
    make.raw_mail(quiet, RAW)

    assert quiet.pk in {mail.sender_id for mail in claim_new_mails()}


def test_a_draft_is_judged_before_the_many_of_others(busy: User, quiet: User) -> None:
    hold(busy, MUCH)
    hold(quiet, 1)

    assert quiet.pk in senders(actions.claim_new())


def test_a_draft_is_released_among_the_first_of_others(busy: User, quiet: User) -> None:
    make.contact(busy, phone=make.NUMBER)
    make.contact(quiet, phone=make.NUMBER)
    hold(busy, MUCH)
    hold(quiet, 1)
    Draft.objects.update(state=states.SENDING, send_at=timezone.now())

    release_due()

    order = list(Message.objects.order_by("pk").values_list("sender_id", flat=True))
    assert (len(order), order.index(quiet.pk) < MUCH - 10) == (MUCH + 1, True)


def test_a_change_is_followed_before_the_many_of_others(busy: User, quiet: User) -> None:
    people = [busy] * MUCH + [quiet]
    rows = [AddressChange(organization=person.organization) for person in people]
    AddressChange.objects.bulk_create(rows)

    actions.judge_changes()

    waiting = AddressChange.objects.values_list("organization_id", flat=True)
    assert (quiet.organization_id in waiting, busy.organization_id in waiting) == (False, True)


def test_changes_that_failed_take_no_turn(busy: User) -> None:
    rows = [AddressChange(organization=busy.organization) for _ in range(MUCH)]
    *bad, good = AddressChange.objects.bulk_create(rows)
    sweep = Sweep(JUDGE_CHANGED, AddressChange)
    _ = [sweep.strike(row.pk, ValueError()) for row in bad]

    actions.judge_changes()

    left = set(AddressChange.objects.values_list("pk", flat=True))
    assert (good.pk in left, len(left)) == (False, len(bad))


def test_a_sender_is_told_before_the_many_of_others(quiet: User) -> None:
    place = make.organization()
    people = [*(make.user(place) for _ in range(5)), quiet]
    _ = [hold(person, 1) for person in people]  # type: ignore[func-returns-value]
    Draft.objects.update(state=states.WAITING, tell_at=timezone.now())

    assert quiet.pk in actions.senders_to_tell(2)
