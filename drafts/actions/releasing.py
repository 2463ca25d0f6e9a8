"""The release: the one moment at which a draft becomes a message for all its recipients."""

from operator import attrgetter

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.policy import DRAFT
from contacts.actions import learn
from delivery.actions import send_message
from delivery.outgoing import OutgoingAttachment, OutgoingMessage, OutgoingRecipient
from drafts import states
from drafts.access import Judged, attachment_name, content_of, judge, subject_of, value_of
from drafts.actions.locking import locked_draft
from drafts.actions.settling import settle
from drafts.actions.telling import plan_telling, stop_telling, tell_sent_by_itself
from drafts.models import Draft
from flow.moves import move


@transaction.atomic
def release_draft(draft_id: int) -> None:
    """Release a draft whose time to undo is over. Doing it twice releases once."""
    draft = locked_draft(draft_id)
    if draft.state != states.SENDING or draft.send_at is None or draft.send_at > timezone.now():
        return
    judged = judge(draft, draft.organization.policy)
    if draft.sender.is_active and all(item.complete for item in judged):
        release(draft, judged)
        return
    move(draft, states.READY, states.MOVES, send_at=None, sent_by=None)
    if not settle(draft, judged):
        plan_telling(draft)


def release(draft: Draft, judged: list[Judged], *, by_itself: bool = False) -> None:
    """Make the message of a complete draft, and destroy the draft's own copy of the content.

    The draft is locked, and in state ready or sending.
    """
    outgoing = _outgoing(draft, judged)
    stop_telling(draft)
    if by_itself:
        tell_sent_by_itself(draft, len(judged))
    message = send_message(outgoing)
    # In one order for everybody: two releases that learn the same people must not deadlock.
    for recipient in sorted(outgoing.recipients, key=attrgetter("address")):
        if recipient.source == DRAFT:
            _learn(draft, recipient)
    if draft.state == states.READY:
        move(draft, states.SENDING, states.MOVES, send_at=timezone.now())
    move(
        draft, states.SENT, states.MOVES,
        message=message, data_key=b"", subject=b"", content=b"",
        expires_at=None, remind_at=None,
    )  # fmt: skip
    draft.attachments.all().delete()
    draft.recipients.update(typed=b"", header=b"")
    audit.record(
        "release", str(draft), organization_id=draft.organization_id,
        message=str(message), recipients=len(judged), by_itself=by_itself,
    )  # fmt: skip


def _outgoing(draft: Draft, judged: list[Judged]) -> OutgoingMessage:
    content = content_of(draft)
    return OutgoingMessage(
        organization_id=draft.organization_id,
        sender_id=draft.sender_id,
        subject=subject_of(draft),
        text=content.text,
        html=content.html,
        recipients=tuple(_recipient(draft, item) for item in judged),
        attachments=tuple(
            OutgoingAttachment(
                name=attachment_name(draft, attachment),
                content_type=attachment.content_type,
                content_id=attachment.content_id,
                inline=attachment.inline,
                blob_id=attachment.blob_id,
            )
            for attachment in draft.attachments.all()
        ),
        keep_days=draft.keep_message_days,
        message_id=content.message_id,
    )


def _recipient(draft: Draft, item: Judged) -> OutgoingRecipient:
    chosen = item.verdict.chosen
    if chosen is None:
        raise ValueError(f"{draft} is not complete")
    value, hint = value_of(draft, item)
    return OutgoingRecipient(
        address=item.recipient.address,
        name=item.recipient.name,
        kind=item.recipient.kind,
        method=chosen.method,
        source=chosen.source,
        value=value,
        hint=hint,
        datum_id=chosen.datum_id,
    )


def _learn(draft: Draft, recipient: OutgoingRecipient) -> None:
    learn(
        draft.sender,
        recipient.address,
        recipient.name,
        method=recipient.method,
        value=recipient.value,
        hint=recipient.hint,
    )
