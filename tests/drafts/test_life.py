"""The life of a held mail: told together, reminded, judged again, expired."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEntry, Organization, User
from accounts.policy import Policy
from contacts.actions import AddressTakenError
from drafts import actions, states
from drafts.incoming import Choice
from drafts.models import Attachment, Draft, Recipient
from drafts.tasks import expire_due, judge_changed, judge_policies, remind_due, tell_due
from notifications.models import Notification
from tests import make
from tests.drafts.life import a_working_hour, let_pass
from vault.keys import VaultError
from vault.models import Blob

pytestmark = pytest.mark.django_db

FIFTEEN_DAYS = timedelta(days=15)


def mails(kind: str) -> list[Notification]:
    """Return the mails of a kind that were queued and not called off, oldest first."""
    rows = Notification.objects.filter(kind=kind).exclude(state="cancelled")
    return list(rows.order_by("pk"))


def hold(sender: User, *recipients: str, subject: str = "Test results") -> Draft:
    """Store a draft and judge it, with nobody told yet."""
    held = actions.hold_mail(make.mail(sender, *recipients, subject=subject))
    actions.judge_new(held.pk)
    return Draft.objects.get(pk=held.pk)


def set_policy(organization: Organization, policy: Policy) -> None:
    organization.policy_data = policy.to_json()
    organization.save(update_fields=["policy_data"])


def remind_at_work() -> None:
    with time_machine.travel(a_working_hour(), tick=False):
        remind_due()


def test_mails_that_come_in_together_are_told_of_in_one_mail() -> None:
    sender = make.user()
    _ = [hold(sender, f"jan{number}@example.nl", subject=f"{number}") for number in range(3)]

    let_pass(timedelta(seconds=3))
    tell_due()

    assert [row.kind for row in Notification.objects.all()] == ["finish_several"]


def test_a_sender_is_not_told_while_more_mails_come_in() -> None:
    hold(make.user())

    tell_due()

    assert Notification.objects.count() == 0


def test_a_mail_of_several_that_is_taken_back_speaks_of_the_others_alone() -> None:
    sender = make.user()
    first, _ = hold(sender, subject="1"), hold(sender, "els@example.nl", subject="2")
    actions.tell_sender(sender.pk, at_once=True)

    actions.discard_draft(first, actor=sender)
    actions.tell_sender(sender.pk, at_once=True)

    kinds = Notification.objects.order_by("pk").values_list("kind", "state")
    assert list(kinds) == [("finish_several", "cancelled"), ("finish_sending", "queued")]


def test_a_sender_is_reminded_of_everything_in_one_mail() -> None:
    sender = make.user()
    _ = [make.draft(sender, subject=subject, text=subject) for subject in "abc"]

    with time_machine.travel(a_working_hour(), tick=False):
        Draft.objects.update(expires_at=a_working_hour() + timedelta(days=3))
        remind_due()
        remind_due()

    assert len(mails("reminder")) == 1


def test_nobody_is_reminded_outside_working_hours() -> None:
    make.draft(make.user())

    with time_machine.travel(a_working_hour() + timedelta(hours=9), tick=False):
        remind_due()

    assert mails("reminder") == []


def test_a_draft_that_was_put_off_is_not_in_the_reminder() -> None:
    sender = make.user()
    draft = make.draft(sender)

    with time_machine.travel(a_working_hour(), tick=False):
        Draft.objects.update(expires_at=a_working_hour() + timedelta(days=9))
        actions.snooze_reminders(draft, 7, actor=sender)
        remind_due()

    assert mails("reminder") == []


def test_a_queued_reminder_is_called_off_when_its_draft_is_finished() -> None:
    sender = make.user()
    draft = make.draft(sender)
    remind_at_work()
    choices = dict.fromkeys(
        draft.recipients.values_list("pk", flat=True), Choice("sms", "+31636363636")
    )

    actions.send_draft(draft, choices, actor=sender)

    assert mails("reminder") == []


def test_a_draft_expires_and_its_sender_is_told() -> None:
    draft = make.draft(make.user(), attachments=(make.attachment(),))

    let_pass(FIFTEEN_DAYS)
    expire_due()
    expire_due()

    draft.refresh_from_db()
    assert (draft.state, len(mails("expired"))) == (states.EXPIRED, 1)
    assert (Attachment.objects.count(), Blob.objects.count()) == (0, 0)


def test_the_content_of_an_expired_draft_cannot_be_opened_and_its_trace_stays() -> None:
    draft = make.draft(make.user())
    sealed, content = Draft.objects.get(pk=draft.pk), bytes(draft.content)

    let_pass(FIFTEEN_DAYS)
    expire_due()

    sealed.refresh_from_db()
    with pytest.raises(VaultError):
        sealed.unseal("content", content)
    assert AuditEntry.objects.filter(about=str(draft), verb="expire").exists()


def test_a_discarded_draft_is_destroyed_in_silence_and_cannot_be_restored() -> None:
    sender = make.user()
    draft = make.draft(sender)
    actions.discard_draft(draft, actor=sender)

    let_pass(FIFTEEN_DAYS)
    expire_due()

    with pytest.raises(actions.NothingToUndo):
        actions.restore_draft(draft, actor=sender)
    assert mails("expired") == []


def test_a_policy_that_changes_completes_what_it_held() -> None:
    organization = make.organization(policy=Policy(sms_personal=False, send_when_complete=True))
    sender = make.user(organization)
    make.contact(sender, phone=make.NUMBER)
    draft = make.draft(sender)

    set_policy(organization, Policy(send_when_complete=True))
    judge_policies()

    draft.refresh_from_db()
    assert draft.state == states.SENT


def test_a_policy_that_changes_holds_what_was_ready_and_tells_why() -> None:
    sender = make.user(organization := make.organization())
    draft = make.draft(sender)
    make.contact(sender, phone=make.NUMBER)
    judge_changed()

    set_policy(organization, Policy(sms_personal=False))
    judge_policies()
    actions.tell_sender(sender.pk, at_once=True)

    draft.refresh_from_db()
    assert (draft.state, len(mails("finish_sending"))) == (states.WAITING, 1)


def test_where_web_sending_is_switched_off_what_is_ready_goes_out() -> None:
    sender = make.user(organization := make.organization())
    draft = make.draft(sender)
    make.contact(sender, phone=make.NUMBER)
    judge_changed()

    set_policy(organization, Policy(web_sending=False))
    judge_policies()

    draft.refresh_from_db()
    assert draft.state == states.SENT


EVENTS: dict[str, Callable[[Draft], object]] = {
    "complete": lambda draft: actions.complete_recipients(
        draft,
        dict.fromkeys(
            Recipient.objects.filter(draft=draft).values_list("pk", flat=True),
            Choice("sms", make.NUMBER),
        ),
        actor=draft.sender,
    ),
    "send": lambda draft: actions.send_draft(draft, {}, actor=draft.sender),
    "undo": lambda draft: actions.undo_send(draft, actor=draft.sender),
    "discard": lambda draft: actions.discard_draft(draft, actor=draft.sender),
    "restore": lambda draft: actions.restore_draft(draft, actor=draft.sender),
    "remind": lambda draft: remind_at_work(),
    "day": lambda draft: let_pass(timedelta(days=2)),
    "expire": lambda draft: expire_due(),
    "contact": lambda draft: (make.contact(draft.sender, phone=make.NUMBER), judge_changed()),
    "tell": lambda draft: actions.tell_sender(draft.sender.pk, at_once=True),
}
REFUSED = (actions.Unfinished, actions.NothingToUndo, AddressTakenError)


def reminders_after(events: list[str], draft: Draft) -> Iterator[tuple[bool, int]]:
    """Let things happen; give after each whether the draft is held, and the reminders queued."""
    for event in events:
        with suppress(*REFUSED):
            EVENTS[event](draft)
        draft.refresh_from_db()
        about = f"drafts of user:{draft.sender_id}"
        queued = Notification.objects.filter(about=about, kind="reminder", state="queued")
        yield draft.state in states.HELD, queued.count()


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(events=st.lists(st.sampled_from(sorted(EVENTS)), min_size=1, max_size=10))
def test_no_reminder_waits_to_go_out_for_a_draft_that_is_not_held(events: list[str]) -> None:
    draft = make.draft(make.user())

    seen = list(reminders_after(events, draft))

    assert [after for after in seen if after[0] is False and after[1] > 0] == []
