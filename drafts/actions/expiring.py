"""The end of a draft that nobody finished: its content is destroyed, and the trace stays."""

from django.db import transaction
from django.db.models import ProtectedError, QuerySet
from django.utils import timezone

from accounts import audit
from drafts import states
from drafts.access import shown_subject
from drafts.actions.locking import locked_draft
from drafts.actions.telling import stop_telling, tell
from drafts.models import Draft
from flow.moves import move
from vault.models import Blob

EXPIRED = "expired"
PUT_AWAY = frozenset({states.DISCARDED, states.SUPERSEDED})


def drafts_to_expire() -> QuerySet[Draft]:
    """Return the drafts whose time is over."""
    ending = [states.RECEIVED, *states.HELD, *PUT_AWAY]
    return Draft.objects.filter(expires_at__lte=timezone.now(), state__in=ending)


@transaction.atomic
def expire_draft(draft_id: int) -> None:
    """Destroy a draft's content; tell its sender when it was still held. Twice does it once."""
    draft = locked_draft(draft_id)
    if draft.expires_at is None or draft.expires_at > timezone.now():
        return
    if draft.state in states.HELD:
        stop_telling(draft)
        _tell_expired(draft)
        move(draft, states.EXPIRED, states.MOVES)
    elif draft.state == states.RECEIVED:  # given up, and told of
        move(draft, states.EXPIRED, states.MOVES)
    elif draft.state not in PUT_AWAY:
        return
    _destroy(draft)
    audit.record("expire", str(draft), organization_id=draft.organization_id)


def _tell_expired(draft: Draft) -> None:
    recipients = draft.recipients.values("address", "name")
    more = {"recipients": list(recipients), "received_on": draft.created_at.date()}
    tell(draft, EXPIRED, more | {"subject": shown_subject(draft)})


def _destroy(draft: Draft) -> None:
    blobs = list(Blob.objects.filter(pk__in=draft.attachments.values("blob")))
    draft.attachments.all().delete()
    draft.recipients.update(typed=b"", header=b"")
    Draft.objects.filter(pk=draft.pk).update(
        data_key=b"",
        subject=b"",
        content=b"",
        shown=b"",
        expires_at=None,
        remind_at=None,
        tell_at=None,
    )
    for blob in blobs:
        _destroy_blob(blob)


def _destroy_blob(blob: Blob) -> None:
    """Delete a file with its key, unless another draft or message shares it."""
    try:
        with transaction.atomic():
            blob.delete()
    except ProtectedError:
        return
