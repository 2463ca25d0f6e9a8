"""Locks a draft before its parts are judged: without it, two people strand a draft."""

from drafts.models import Draft


def locked_draft(draft_id: int) -> Draft:
    """Return the draft, its row locked until the transaction ends."""
    drafts = Draft.objects.select_related("organization", "sender")
    return drafts.select_for_update(of=("self",)).get(pk=draft_id)
