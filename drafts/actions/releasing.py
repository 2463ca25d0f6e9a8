"""The release: the one moment at which a draft becomes a message for all its recipients."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import BigIntegerField, Case, Value, When
from django.utils import timezone

from accounts import audit
from accounts.policy import DRAFT
from contacts.access import open_codes
from contacts.actions import Lesson, learn_all
from delivery.actions import send_messages
from delivery.outgoing import OutgoingAttachment, OutgoingMessage, OutgoingRecipient
from drafts import states
from drafts.access import (
    Judged,
    attachment_name,
    content_of,
    judge_all,
    kept_shown,
    subject_of,
    value_of,
)
from drafts.actions.locking import BATCH, act_on_free, act_on_one
from drafts.actions.settling import JudgedDraft, settle_all
from drafts.actions.telling import QUIET, plan_telling, stop_telling
from drafts.actions.trying import release_later
from drafts.models import Attachment, Draft, Recipient
from flow.actions import DATABASE_TROUBLE, Sweep
from flow.moves import move_all
from flow.slices import Pace, more
from flow.turns import unlocked_in_turns

log = logging.getLogger(__name__)

Codes = Mapping[int, tuple[str, str]]

_releasing = Sweep("drafts.tasks.release_due", Draft)
_pace = Pace(BATCH)


def release_due() -> int:
    """Release the drafts whose time to undo is over, a batch a transaction; return how many.

    Organizations take turns. Each is released once, however often this runs. One that fails is
    tried again later, alone.
    """
    count = 0
    sending = Draft.objects.filter(state=states.SENDING, send_at__lte=timezone.now())
    due = _releasing.open(sending.order_by("pk"))
    failed_before = list(due.filter(attempts__gt=0).values_list("pk", flat=True)[:BATCH])
    _releasing.each(failed_before, _release_alone)
    new = due.filter(attempts=0)
    while more() and (ids := unlocked_in_turns(new, _pace.size)):
        with _pace.batch(len(ids)):
            _releasing.each(act_on_free(sorted(ids), _release_due), _release_alone)
        count += len(ids)
    return count + len(failed_before)


def _release_alone(draft_id: int) -> None:
    """Release a draft in a transaction of its own; one that cannot be released is put off."""
    try:
        act_on_one(draft_id, act=_release_due)
    except DATABASE_TROUBLE:
        raise
    except Exception:
        log.exception("draft:%s is passed over", draft_id)
        release_later(draft_id)


def release_all(batch: Sequence[JudgedDraft], *, by_itself: bool = False) -> None:
    """Make the messages of complete drafts, and destroy the drafts' own copies of the content.

    The drafts are locked, and in state ready or sending. A sender who pressed nothing is told.
    """
    if not batch:
        return
    drafts = [draft for draft, _ in batch]
    outgoing = _outgoing(batch)
    stop_telling(*drafts)
    messages = send_messages(outgoing)
    _learn(drafts, outgoing)
    now = timezone.now()
    ready = [draft for draft in drafts if draft.state == states.READY]
    move_all(ready, states.SENDING, states.MOVES, send_at=now)
    made = [When(pk=one.pk, then=Value(its.pk)) for one, its in zip(drafts, messages, strict=True)]
    move_all(
        drafts, states.SENT, states.MOVES,
        message=Case(*made, output_field=BigIntegerField()), released_at=now,
        data_key=b"", subject=b"", content=b"", shown=b"",
        expires_at=None, remind_at=None, tell_at=now + QUIET if by_itself else None,
    )  # fmt: skip
    Attachment.objects.filter(draft__in=drafts).delete()
    Recipient.objects.filter(draft__in=drafts).update(typed=b"", header=b"")
    audit.record_all(
        audit.line(
            "release", str(draft), organization_id=draft.organization_id,
            message=str(message), recipients=len(judged), by_itself=by_itself,
        )
        for (draft, judged), message in zip(batch, messages, strict=True)
    )  # fmt: skip


def _release_due(drafts: list[Draft]) -> None:
    now = timezone.now()
    due = [
        one for one in drafts if one.state == states.SENDING and one.send_at and one.send_at <= now
    ]
    judged = judge_all(due)
    batch = [(draft, judged[draft.pk]) for draft in due]
    going = [pair for pair in batch if pair[0].sender.is_active and _is_complete(pair[1])]
    release_all(going)
    kept = [pair for pair in batch if pair not in going]
    move_all([draft for draft, _ in kept], states.READY, states.MOVES, send_at=None, sent_by=None)
    settle_all(kept)
    plan_telling(*(draft for draft, _ in kept if draft.state == states.WAITING))


def _is_complete(judged: Sequence[Judged]) -> bool:
    return all(item.complete for item in judged)


def _outgoing(batch: Sequence[JudgedDraft]) -> list[OutgoingMessage]:
    chosen = [item.verdict.chosen for _, judged in batch for item in judged]
    codes = open_codes({one.datum_id for one in chosen if one and one.datum_id and not one.phone})
    files: dict[int, list[Attachment]] = defaultdict(list)
    for file in Attachment.objects.filter(draft__in=[draft for draft, _ in batch]):
        files[file.draft_id].append(file)
    return [_message(draft, judged, files[draft.pk], codes) for draft, judged in batch]


def _message(
    draft: Draft, judged: Sequence[Judged], files: Sequence[Attachment], codes: Codes
) -> OutgoingMessage:
    content = content_of(draft)
    return OutgoingMessage(
        organization_id=draft.organization_id,
        sender_id=draft.sender_id,
        subject=subject_of(draft),
        text=content.text,
        html=content.html,
        recipients=tuple(_recipient(draft, item, codes) for item in judged),
        attachments=tuple(
            OutgoingAttachment(
                name=attachment_name(draft, file),
                content_type=file.content_type,
                content_id=file.content_id,
                inline=file.inline,
                blob_id=file.blob_id,
            )
            for file in files
        ),
        keep_days=draft.keep_message_days,
        message_id=content.message_id,
        shown=kept_shown(draft),
    )


def _recipient(draft: Draft, item: Judged, codes: Codes) -> OutgoingRecipient:
    chosen = item.verdict.chosen
    if chosen is None:
        raise ValueError(f"{draft} is not complete")
    value, hint = value_of(draft, item, codes)
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


def _learn(drafts: Sequence[Draft], outgoing: Sequence[OutgoingMessage]) -> None:
    """Keep in each sender's own book what they typed."""
    learn_all(
        Lesson(draft.sender, one.address, one.name, one.method, one.value, one.hint)
        for draft, mail in zip(drafts, outgoing, strict=True)
        for one in mail.recipients
        if one.source == DRAFT
    )
