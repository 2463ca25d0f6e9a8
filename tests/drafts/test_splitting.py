"""Sending to the ready ones now."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.policy import Policy
from delivery.models import MessageRecipient
from drafts import actions, states
from drafts.incoming import Choice
from drafts.models import Draft
from drafts.tasks import release_due
from tests import make

pytestmark = pytest.mark.django_db

SMS = Choice("sms", make.NUMBER)


@pytest.fixture
def draft(db: None) -> Draft:
    """Return a draft whose first recipient is ready, and whose second waits."""
    sender = make.user(make.organization(policy=Policy(splitting=True)))
    make.contact(sender, "jan@example.nl", phone=make.NUMBER)
    people = ("jan@example.nl", "els@example.nl")
    return make.draft(sender, *people, attachments=(make.attachment(b"x" * 2_000_000),))


def release() -> list[str]:
    """Let the time to undo pass; return who has got a message."""
    with time_machine.travel(timezone.now() + timedelta(seconds=11), tick=False):
        release_due()
    return list(MessageRecipient.objects.order_by("pk").values_list("address", flat=True))


def test_the_ready_one_gets_the_mail_and_the_other_waits(draft: Draft) -> None:
    actions.split_draft(draft, actor=draft.sender)

    got = release()

    draft.refresh_from_db()
    assert (got, draft.state) == (["jan@example.nl"], states.WAITING)


def test_each_gets_the_mail_once(draft: Draft) -> None:
    actions.split_draft(draft, actor=draft.sender)
    release()
    els = draft.recipients.get()

    actions.send_draft(draft, {els.pk: SMS}, actor=draft.sender)

    assert release() == ["jan@example.nl", "els@example.nl"]


def test_the_files_of_the_two_are_apart(draft: Draft) -> None:
    part = actions.split_draft(draft, actor=draft.sender)

    one, other = draft.attachments.get(), part.attachments.get()
    assert one.blob != other.blob
    assert list(one.blob.read()) == list(other.blob.read())


def test_splitting_can_be_undone(draft: Draft) -> None:
    part = actions.split_draft(draft, actor=draft.sender)

    actions.undo_send(part, actor=draft.sender)

    assert release() == []


def test_what_was_typed_goes_along(draft: Draft) -> None:
    other = make.draft(draft.sender, "els@example.nl", "bob@example.nl", subject="Other")
    els = other.recipients.get(address="els@example.nl")
    actions.complete_recipients(other, {els.pk: SMS}, actor=draft.sender)

    actions.split_draft(other, actor=draft.sender)

    assert release() == ["els@example.nl"]


def test_a_policy_without_splitting_refuses(draft: Draft) -> None:
    organization = draft.organization
    organization.policy_data = Policy(splitting=False).to_json()
    organization.save()

    with pytest.raises(actions.SendingForbidden):
        actions.split_draft(draft, actor=draft.sender)


def test_a_draft_in_which_nobody_is_ready_is_not_split() -> None:
    sender = make.user(make.organization(policy=Policy(splitting=True)))

    with pytest.raises(actions.NothingToSplit):
        actions.split_draft(make.draft(sender), actor=sender)


def test_a_resend_supersedes_what_waits_and_is_held_for_what_went_out(draft: Draft) -> None:
    actions.split_draft(draft, actor=draft.sender)
    release()

    files = (make.attachment(b"x" * 2_000_000),)
    again = make.draft(draft.sender, "jan@example.nl", "els@example.nl", attachments=files)

    draft.refresh_from_db()
    assert (draft.state, again.problem) == (states.SUPERSEDED, states.DUPLICATE)


def test_it_is_not_said_that_nobody_has_it_once_somebody_has(draft: Draft) -> None:
    part = actions.split_draft(draft, actor=draft.sender)
    release()

    page = make.signed_in(draft.sender).get(f"/drafts/{draft.pk}/").content.decode()

    assert f'href="/drafts/{part.pk}/"' in page
    assert "Nobody has received" not in page
    assert "These recipients have not received your email yet." in page
