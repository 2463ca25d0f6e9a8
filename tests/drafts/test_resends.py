"""Which mail is the same mail again, whatever the order in which copies are judged."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from accounts.policy import Policy
from contacts.actions import delete_contact
from delivery.models import MessageRecipient
from drafts import actions, states
from drafts.incoming import Choice
from drafts.models import Draft
from drafts.tasks import judge_changed, release_due
from tests import make

pytestmark = pytest.mark.django_db
SMS = Choice("sms", make.NUMBER)


def sent_later(draft: Draft) -> Draft:
    """Let the time to undo pass, and have the worker sweep."""
    with time_machine.travel(timezone.now() + timedelta(seconds=11), tick=False):
        release_due()
    return Draft.objects.get(pk=draft.pk)


def test_the_same_words_with_another_file_are_another_mail() -> None:
    first = make.draft(make.user(), attachments=(make.attachment(b"scan one"),))

    make.draft(first.sender, attachments=(make.attachment(b"scan two"),))

    first.refresh_from_db()
    assert first.state == states.WAITING


def test_the_same_words_with_the_same_file_are_the_same_mail() -> None:
    first = make.draft(make.user(), attachments=(make.attachment(),))

    make.draft(first.sender, attachments=(make.attachment(),))

    first.refresh_from_db()
    assert first.state == states.SUPERSEDED


def test_an_older_copy_that_is_judged_later_gives_way_to_the_newer() -> None:
    sender = make.user()
    older, newer = (actions.hold_mail(make.mail(sender)) for _ in range(2))
    actions.judge_new(newer.pk)

    actions.judge_new(older.pk)

    older.refresh_from_db()
    assert (older.state, older.superseded_by_id) == (states.SUPERSEDED, newer.pk)


def test_a_duplicate_behind_a_bad_header_line_is_asked_next() -> None:
    sender = make.user()
    make.contact(sender, phone=make.NUMBER)
    make.draft(sender)
    again = make.draft(sender, problems=(make.problem(),))

    sent = actions.send_draft(again, {}, accepted=states.BAD_HEADER, actor=sender)

    again.refresh_from_db()
    assert (sent, again.problem) == (False, states.DUPLICATE)


def test_a_release_that_failed_notices_when_the_data_comes_back() -> None:
    sender = make.user(make.organization(policy=Policy(send_when_complete=True)))
    contact = make.contact(sender, "jan@example.nl", phone=make.NUMBER)
    draft = make.draft(sender, "jan@example.nl", "els@example.nl")
    els = draft.recipients.get(address="els@example.nl")
    actions.send_draft(draft, {els.pk: SMS}, actor=sender)
    delete_contact(sender, contact)
    sent_later(draft)

    make.contact(sender, "jan@example.nl", phone=make.NUMBER)
    judge_changed()

    assert Draft.objects.get(pk=draft.pk).state == states.SENT


def test_a_restored_draft_that_is_complete_goes_out_where_nobody_can_send() -> None:
    draft = make.draft(make.user(make.organization(policy=Policy(web_sending=False))))
    actions.discard_draft(draft, actor=draft.sender)
    make.contact(draft.sender, phone=make.NUMBER)
    judge_changed()

    actions.restore_draft(draft, actor=draft.sender)

    draft.refresh_from_db()
    assert draft.state == states.SENT


def test_a_sender_who_left_sends_nothing_any_more() -> None:
    draft = make.draft(make.user())
    (jan,) = draft.recipients.all()
    actions.send_draft(draft, {jan.pk: SMS}, actor=draft.sender)
    User.objects.filter(pk=draft.sender_id).update(is_active=False)

    assert sent_later(draft).state == states.READY
    assert MessageRecipient.objects.count() == 0


def test_a_number_is_not_kept_where_only_access_codes_are_allowed() -> None:
    draft = make.draft(make.user(make.organization(policy=Policy(sms_new=False))))
    (jan,) = draft.recipients.all()

    actions.complete_recipients(draft, {jan.pk: SMS}, actor=draft.sender)

    jan.refresh_from_db()
    assert bytes(jan.typed) == b""


def test_one_draft_that_cannot_be_judged_holds_up_no_other() -> None:
    broken, fine = make.draft(make.user()), make.draft(make.user())
    make.contact(broken.sender, phone=make.NUMBER)
    make.contact(fine.sender, phone=make.NUMBER)
    Draft.objects.filter(pk=broken.pk).update(data_key=b"gone")

    judge_changed()

    fine.refresh_from_db()
    assert fine.state == states.READY


def duplicate_where_nobody_can_send() -> Draft:
    """Return a possible duplicate of an organization that sends nothing from the web app."""
    sender = make.user(make.organization(policy=Policy(web_sending=False)))
    make.contact(sender, phone=make.NUMBER)
    make.draft(sender)
    return make.draft(sender)


def test_a_duplicate_goes_out_at_a_yes_where_nobody_can_send() -> None:
    draft = duplicate_where_nobody_can_send()

    actions.send_once_more(draft, actor=draft.sender)

    assert (draft.problem, sent_later(draft).state) == (states.DUPLICATE, states.SENT)


def test_a_yes_that_is_undone_is_asked_again() -> None:
    draft = duplicate_where_nobody_can_send()
    actions.send_once_more(draft, actor=draft.sender)

    actions.undo_send(draft, actor=draft.sender)

    draft.refresh_from_db()
    assert (draft.state, draft.problem) == (states.WAITING, states.DUPLICATE)


def test_only_a_possible_duplicate_is_sent_by_a_yes() -> None:
    draft = make.draft(make.user(make.organization(policy=Policy(web_sending=False))))

    with pytest.raises(actions.Unfinished):
        actions.send_once_more(draft, actor=draft.sender)
