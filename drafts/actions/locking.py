"""Locks drafts before their parts are judged: without it, two people strand a draft."""

import logging
from collections.abc import Callable, Sequence

from django.db import transaction

from drafts.models import Draft
from flow.sweeps import skip_locked

log = logging.getLogger(__name__)

Act = Callable[[list[Draft]], None]

BATCH = 50  # drafts that one transaction works on: nobody waits long for one of them


def locked_draft(draft_id: int) -> Draft:
    """Return the draft, its row locked until the transaction ends."""
    drafts = Draft.objects.select_related("organization", "sender")
    return drafts.select_for_update(of=("self",)).get(pk=draft_id)


def act_on_one(draft_id: int, *, act: Act) -> None:
    """Act on one draft, in a transaction of its own."""
    with transaction.atomic():
        act([locked_draft(draft_id)])


def act_on_free(ids: Sequence[int], act: Act) -> list[int]:
    """Act on those drafts that nobody else has locked; return the others, or all if it failed.

    No lock is waited for while others are held, so that two who work on drafts cannot deadlock.
    """
    try:
        with transaction.atomic():
            drafts = Draft.objects.filter(pk__in=ids).select_related("organization", "sender")
            found = list(skip_locked(drafts.order_by("pk")))
            act(found)
    except Exception:
        log.exception("%d drafts cannot be worked on together, each goes alone", len(ids))
        return list(ids)
    done = {draft.pk for draft in found}
    return [draft_id for draft_id in ids if draft_id not in done]
