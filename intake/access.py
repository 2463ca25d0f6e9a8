"""Finds mails that were taken in, and their senders."""

from collections.abc import Collection
from uuid import UUID

from django.http import Http404

from accounts.models import User
from drafts.models import Draft
from intake.models import RawMail


def raw_mail_for(user: User, draft_id: int) -> RawMail:
    """Return the mail that became this draft, to its sender only, while it is kept.

    Raises Http404.
    """
    found = Draft.objects.filter(pk=draft_id).first()  # of an id that none can have: none
    kept = RawMail.objects.exclude(data_key=b"").filter(draft=found, sender__in=user.answers_for)
    mail = kept.first() if found is not None else None
    if mail is None:
        raise Http404
    return mail


def active_senders(user_ids: Collection[int]) -> set[int]:
    """Return which of these people may still send."""
    return set(
        User.objects.filter(pk__in=user_ids, is_active=True, is_sender=True).values_list(
            "pk", flat=True
        )
    )


def is_stored(uid: UUID) -> bool:
    """Tell whether this mail was committed."""
    return RawMail.objects.filter(uid=uid).exists()
