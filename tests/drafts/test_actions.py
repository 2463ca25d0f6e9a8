"""Holding, judging, finishing and releasing drafts."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AuditEntry, User
from accounts.policy import Policy
from contacts.actions import delete_contact
from contacts.models import AddressChange, Datum
from delivery.models import MessageAttachment, MessageRecipient
from drafts import actions, states
from drafts.incoming import Choice
from drafts.models import Draft
from drafts.tasks import judge_changed, release_due
from notifications.models import Notification
from tests import make

pytestmark = pytest.mark.django_db

SMS = Choice("sms", make.NUMBER)
LATER = timedelta(seconds=11)


def send(draft: Draft, choice: Choice = SMS, *, accepted: str = "") -> bool:
    """Fill in the same for everybody who is incomplete, and press Send."""
    choices = dict.fromkeys(
        draft.recipients.exclude(reason="").values_list("pk", flat=True), choice
    )
    return actions.send_draft(draft, choices, accepted=accepted, actor=draft.sender)


def release(draft: Draft) -> Draft:
    """Let the time to undo pass, and have the worker sweep."""
    with time_machine.travel(timezone.now() + LATER, tick=False):
        release_due()
    return Draft.objects.get(pk=draft.pk)


def kinds(draft: Draft) -> list[str]:
    """Return the kinds of mail about this draft, in order."""
    about = Notification.objects.filter(about=str(draft)).order_by("pk")
    return list(about.values_list("kind", flat=True))


def test_a_mail_with_an_unknown_recipient_waits() -> None:
    draft = make.draft(make.user())

    assert (draft.state, kinds(draft)) == (states.WAITING, ["finish_sending"])


def test_nobody_gets_anything_while_one_of_five_is_incomplete() -> None:
    sender = make.user()
    known = [f"known{number}@example.nl" for number in range(4)]
    _ = [make.contact(sender, address, phone=make.NUMBER) for address in known]

    make.draft(sender, *known, "unknown@example.nl")

    assert MessageRecipient.objects.count() == 0


def test_a_mail_to_known_recipients_goes_out_at_once() -> None:
    sender = make.user()
    make.contact(sender, phone=make.NUMBER)

    draft = make.draft(sender)

    assert (draft.state, MessageRecipient.objects.count()) == (states.SENT, 1)


def test_a_finished_draft_reaches_every_recipient_once() -> None:
    draft = make.draft(make.user(), "jan@example.nl", "els@example.nl")

    send(draft)
    release(draft)
    release_due()

    addresses = MessageRecipient.objects.order_by("pk").values_list("address", flat=True)
    assert list(addresses) == ["jan@example.nl", "els@example.nl"]


def test_send_can_be_undone_for_ten_seconds() -> None:
    draft = make.draft(make.user())
    send(draft)

    actions.undo_send(draft, actor=draft.sender)

    assert release(draft).state == states.READY


def test_send_cannot_be_undone_afterwards() -> None:
    draft = make.draft(make.user())
    send(draft)
    release(draft)

    with pytest.raises(actions.NothingToUndo):
        actions.undo_send(draft, actor=draft.sender)


def test_what_was_filled_in_is_kept_when_somebody_still_needs_something() -> None:
    draft = make.draft(make.user(), "jan@example.nl", "els@example.nl")
    jan = draft.recipients.get(address="jan@example.nl")

    sent = actions.send_draft(draft, {jan.pk: SMS}, actor=draft.sender)

    jan.refresh_from_db()
    assert (sent, jan.reason, jan.source) == (False, "", "draft")


def test_what_was_filled_in_is_learned_when_the_draft_is_sent() -> None:
    draft = make.draft(make.user())
    send(draft)
    before = Datum.objects.count()

    release(draft)

    learned = Datum.objects.get(contact__owner=draft.sender)
    assert (before, learned.phone_number, learned.source) == (0, make.NUMBER, "learned")


def test_the_content_is_destroyed_in_the_draft_once_it_is_a_message() -> None:
    draft = make.draft(make.user())
    send(draft)

    released = release(draft)

    assert (bytes(released.data_key), bytes(released.content)) == (b"", b"")


def test_attachments_reach_the_message_unchanged() -> None:
    draft = make.draft(make.user(), attachments=(make.attachment(b"x" * 3_000_000),))
    send(draft)

    release(draft)

    (file,) = MessageAttachment.objects.all()

    assert (file.open_name(), b"".join(file.blob.read())) == ("results.pdf", b"x" * 3_000_000)


def test_an_organization_without_web_sending_refuses_to_send() -> None:
    draft = make.draft(make.user(make.organization(policy=Policy(web_sending=False))))

    with pytest.raises(actions.SendingForbidden):
        send(draft)


def test_a_contact_completes_the_draft_that_waits_for_it_and_it_goes_out() -> None:
    draft = make.draft(make.user(make.organization(policy=Policy(web_sending=False))))
    make.contact(draft.sender, phone=make.NUMBER)
    judge_changed()
    Draft.objects.update(tell_at=timezone.now())
    actions.announce_sent(draft.sender_id)

    draft.refresh_from_db()
    assert (draft.state, kinds(draft)) == (states.SENT, ["finish_sending", "sent_by_itself"])


def test_a_complete_draft_asks_its_sender_where_the_policy_wants_that() -> None:
    draft = make.draft(make.user())

    make.contact(draft.sender, phone=make.NUMBER)
    judge_changed()
    actions.tell_sender(draft.sender.pk, at_once=True)

    draft.refresh_from_db()
    assert (draft.state, kinds(draft)) == (states.READY, ["finish_sending", "ready_to_send"])


def test_the_organization_book_completes_drafts_of_everybody() -> None:
    sender = make.user()
    admin = make.user(sender.organization, role=User.Role.ADMIN)
    draft = make.draft(sender)

    make.shared_contact(admin, "jan@example.nl", phone=make.NUMBER)
    judge_changed()

    draft.refresh_from_db()
    assert draft.state == states.READY


def test_a_domain_contact_completes_every_address_of_the_domain() -> None:
    sender = make.user()
    admin = make.user(sender.organization, role=User.Role.ADMIN)
    draft = make.draft(sender, "jan@example.nl", "els@example.nl")

    make.shared_contact(admin, "@example.nl", code="wilgenlaan 83")
    judge_changed()

    draft.refresh_from_db()
    assert draft.state == states.READY


def test_a_personal_contact_completes_no_draft_of_a_colleague() -> None:
    sender = make.user()
    draft = make.draft(sender)

    make.contact(make.user(sender.organization), phone=make.NUMBER)
    judge_changed()

    draft.refresh_from_db()
    assert draft.state == states.WAITING


def test_another_organization_completes_no_draft() -> None:
    draft = make.draft(make.user())

    make.shared_contact(make.user(role=User.Role.ADMIN), "jan@example.nl", phone=make.NUMBER)
    judge_changed()

    draft.refresh_from_db()
    assert draft.state == states.WAITING


def test_judged_changes_are_forgotten() -> None:
    draft = make.draft(make.user())
    make.contact(draft.sender, phone=make.NUMBER)

    judge_changed()

    assert AddressChange.objects.count() == 0


def test_a_resend_supersedes_the_held_draft() -> None:
    old = make.draft(make.user())

    new = make.draft(old.sender)

    old.refresh_from_db()
    assert (old.state, old.superseded_by) == (states.SUPERSEDED, new)


def test_a_mail_to_fewer_recipients_supersedes_nothing() -> None:
    old = make.draft(make.user(), "jan@example.nl", "els@example.nl")

    make.draft(old.sender, "jan@example.nl")

    old.refresh_from_db()
    assert old.state == states.WAITING


def test_another_sender_supersedes_nothing() -> None:
    old = make.draft(make.user())

    make.draft(make.user(old.organization))

    old.refresh_from_db()
    assert old.state == states.WAITING


def test_a_mail_that_was_released_before_is_held_as_a_possible_duplicate() -> None:
    sender = make.user()
    make.contact(sender, phone=make.NUMBER)
    first = make.draft(sender)

    again = make.draft(sender)

    held = (again.state, again.problem, again.duplicate_of)
    assert held == (states.WAITING, states.DUPLICATE, first)


def test_a_split_envelope_is_no_duplicate() -> None:
    sender = make.user()
    _ = [make.contact(sender, address, phone=make.NUMBER) for address in ("a@x.nl", "b@x.nl")]
    make.draft(sender, "a@x.nl", message_id="<one@client.example>")

    other = make.draft(sender, "b@x.nl", message_id="<one@client.example>")

    assert other.state == states.SENT


def test_a_possible_duplicate_goes_out_when_the_sender_says_yes() -> None:
    sender = make.user()
    make.contact(sender, phone=make.NUMBER)
    make.draft(sender)
    again = make.draft(sender)

    sent = send(again, accepted=states.DUPLICATE)

    assert sent


def test_a_problem_that_the_sender_did_not_see_holds_the_draft() -> None:
    draft = make.draft(make.user(), problems=(make.problem(),))

    assert not send(draft, accepted=states.DUPLICATE)


def test_a_bad_header_line_holds_a_mail_whose_recipients_are_all_known() -> None:
    sender = make.user()
    make.contact(sender, phone=make.NUMBER)

    draft = make.draft(sender, problems=(make.problem(),))

    assert (draft.state, draft.problem) == (states.WAITING, states.BAD_HEADER)


def test_the_header_block_gives_the_number() -> None:
    draft = make.draft(make.user(), make.recipient(header=SMS))

    (person,) = MessageRecipient.objects.all()
    opened = person.open_secret()
    assert (draft.state, opened.value, person.source) == (states.SENT, make.NUMBER, "header")


def test_a_discarded_draft_comes_back() -> None:
    draft = make.draft(make.user())
    actions.discard_draft(draft, actor=draft.sender)

    actions.restore_draft(draft, actor=draft.sender)

    draft.refresh_from_db()
    assert draft.state == states.WAITING


def test_a_discarded_draft_cannot_be_sent() -> None:
    draft = make.draft(make.user())
    actions.discard_draft(draft, actor=draft.sender)

    with pytest.raises(actions.Unfinished):
        send(draft)


def test_without_the_incomplete_recipient_the_draft_is_ready() -> None:
    sender = make.user()
    make.contact(sender, "jan@example.nl", phone=make.NUMBER)
    draft = make.draft(sender, "jan@example.nl", "els@example.nl")

    actions.remove_recipient(draft, draft.recipients.get(address="els@example.nl"), actor=sender)

    draft.refresh_from_db()
    assert draft.state == states.READY


def test_the_last_recipient_stays() -> None:
    draft = make.draft(make.user())

    actions.remove_recipient(draft, draft.recipients.get(), actor=draft.sender)

    assert draft.recipients.count() == 1


def test_data_that_vanished_before_the_release_holds_the_draft_again() -> None:
    sender = make.user()
    make.contact(sender, "jan@example.nl", phone=make.NUMBER)
    draft = make.draft(sender, "jan@example.nl", "els@example.nl")
    send(draft)
    delete_contact(sender, sender.contacts.get(address="jan@example.nl"))

    again = release(draft)

    assert (again.state, kinds(draft)[-1]) == (states.WAITING, "finish_sending")


def test_a_mail_that_is_not_true_any_more_is_taken_back() -> None:
    draft = make.draft(make.user())
    send(draft)

    release(draft)

    assert Notification.objects.get(about=str(draft)).state == "cancelled"


def test_every_step_leaves_an_audit_line_without_data() -> None:
    draft = make.draft(make.user())
    send(draft)
    release(draft)

    lines = AuditEntry.objects.filter(about=str(draft)).order_by("pk")
    verbs = list(lines.values_list("verb", flat=True))
    expected = ["receive", "hold", "complete_recipients", "notification_cancelled", "send"]
    assert verbs == [*expected, "release"]


def test_a_policy_without_any_method_holds_the_mail() -> None:
    nothing = Policy(
        sms_new=False,
        sms_personal=False,
        sms_organization=False,
        access_code_new=False,
        access_code_personal=False,
        access_code_organization=False,
    )
    sender = make.user(make.organization(policy=nothing))
    make.contact(sender, phone=make.NUMBER)

    draft = make.draft(sender)

    assert draft.recipients.get().reason == states.NOT_ALLOWED
