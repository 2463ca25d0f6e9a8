"""Sending to the ready recipients now: they get a draft of their own, the others wait."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.policy import DRAFT, HEADER
from drafts import states
from drafts.access import (
    attachment_name,
    content_of,
    header_choice,
    judge,
    kept_shown,
    subject_of,
    typed_choice,
)
from drafts.actions.finishing import UNDO_SECONDS, SendingForbidden, held_draft
from drafts.actions.settling import settle
from drafts.content import choice_to_bytes
from drafts.models import Attachment, Draft, Recipient
from flow.moves import move
from vault.actions import store_stream
from vault.tokens import link_token_hash


class NothingToSplit(Exception):
    """Nobody is ready, or nobody waits, or the draft has a problem that concerns everybody."""


@transaction.atomic
def split_draft(draft: Draft, *, actor: User) -> Draft:
    """Send to the recipients that are ready; return their draft, which can be undone for a while.

    Each recipient is in one of the two drafts, so each gets the mail once. The files are copied:
    the two mails end at different times. Raises Unfinished, SendingForbidden, NothingToSplit.
    """
    locked = held_draft(draft)
    policy = locked.organization.policy
    if not policy.splitting:
        raise SendingForbidden
    judged = judge(locked, policy)
    ready = [item.recipient for item in judged if item.complete]
    if locked.problem or not 0 < len(ready) < len(judged):
        raise NothingToSplit
    part = _copy(locked)
    for recipient in ready:
        _move_recipient(locked, part, recipient)
    settle(part, judge(part, policy))
    settle(locked, judge(locked, policy))
    send_at = timezone.now() + timedelta(seconds=UNDO_SECONDS)
    move(part, states.SENDING, states.MOVES, send_at=send_at, sent_by=actor)
    audit.record(
        "split", str(locked), organization_id=locked.organization_id, actor_id=actor.pk,
        part=str(part), recipients=len(ready),
    )  # fmt: skip
    return part


def _copy(draft: Draft) -> Draft:
    part = Draft(
        organization=draft.organization,
        sender=draft.sender,
        state=states.WAITING,
        message_id_index=draft.message_id_index,
        fingerprint=draft.fingerprint,
        minimum=draft.minimum,
        keep_message_days=draft.keep_message_days,
        split_from=draft,
        shared_with=draft.shared_with,
    )
    part.subject = part.seal("subject", subject_of(draft).encode())
    part.content = part.seal("content", content_of(draft).to_bytes())
    shown = kept_shown(draft)
    if shown is not None:
        part.shown = part.seal("shown", shown.to_bytes())
    part.token_hash = link_token_hash("finish", part.uid)
    part.save()
    for attachment in draft.attachments.select_related("blob"):
        _copy_attachment(draft, part, attachment)
    return part


def _copy_attachment(draft: Draft, part: Draft, attachment: Attachment) -> None:
    name = attachment_name(draft, attachment).encode()
    Attachment.objects.create(
        draft=part,
        position=attachment.position,
        name=part.seal(f"attachment {attachment.position}", name),
        content_type=attachment.content_type,
        content_id=attachment.content_id,
        inline=attachment.inline,
        blob=store_stream(attachment.blob.read(), attachment.blob.size),
    )


def _move_recipient(draft: Draft, part: Draft, recipient: Recipient) -> None:
    """Give the recipient to the other draft, with what was typed and asked for it sealed anew."""
    typed, header = typed_choice(draft, recipient), header_choice(draft, recipient)
    address = recipient.address
    if typed is not None:
        recipient.typed = part.seal(f"{DRAFT}:{address}", choice_to_bytes(typed))
    if header is not None:
        recipient.header = part.seal(f"{HEADER}:{address}", choice_to_bytes(header))
    recipient.draft = part
    recipient.save(update_fields=["draft", "typed", "header"])
