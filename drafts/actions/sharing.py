"""Getting help with a draft: a colleague takes over, an admin is asked for data."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts import audit
from accounts.models import Role, User
from addresses.mail import stored_form
from drafts import states
from drafts.actions.finishing import held_draft
from drafts.actions.locking import locked_draft
from drafts.actions.telling import tell, tell_person
from drafts.models import Draft
from notifications.models import Notification

SHARED, ASK_ADMIN = "shared", "ask_admin"
LOOKED = timedelta(seconds=60)  # how often somebody who has the page open says so


class NobodyToAsk(Exception):
    """The organization has no active admin."""


class HandingOverForbidden(Exception):
    """The organization does not allow that a colleague finishes somebody's mail."""


class NotAColleague(Exception):
    """Nobody else of the organization has this address."""


@transaction.atomic
def share_draft(draft: Draft, address: str, *, actor: User) -> User:
    """Let a colleague finish the draft too; they get a mail.

    Raises NotAColleague, HandingOverForbidden, Unfinished.
    """
    locked = held_draft(draft, needs_web_sending=False)
    if not locked.organization.policy.hand_over:
        raise HandingOverForbidden
    colleagues = User.objects.holding(Role.SENDER, locked.organization_id)
    colleague = colleagues.exclude(pk=locked.sender_id).filter(email=stored_form(address)).first()
    if colleague is None:
        raise NotAColleague
    if locked.shared_with_id != colleague.pk:
        locked.shared_with = colleague
        locked.save(update_fields=["shared_with"])
        tell(locked, SHARED, {"owner": actor.display_name}, colleague)
        _audit("share", locked, actor, colleague.pk)
    return colleague


@transaction.atomic
def unshare_draft(draft: Draft, *, actor: User) -> None:
    """Take the draft back from a colleague."""
    locked = locked_draft(draft.pk)
    if locked.shared_with_id:
        before, locked.shared_with = locked.shared_with_id, None
        locked.save(update_fields=["shared_with"])
        _audit("unshare", locked, actor, before)


@transaction.atomic
def ask_admins(draft: Draft, *, actor: User) -> int:
    """Ask the admins for the data that is missing, once a day; return how many were asked.

    They get the addresses and no content. Raises NobodyToAsk, Unfinished.
    """
    locked = held_draft(draft, needs_web_sending=False)
    admins = User.objects.holding(Role.EDITOR, locked.organization_id)
    rows = locked.recipients.exclude(reason="").values_list("address", "name")
    people = [{"address": a, "name": n, "link": _contact_link(a, n)} for a, n in rows]
    if not admins:
        raise NobodyToAsk
    today = timezone.now().date().isoformat()
    before = Notification.objects.filter(about=str(locked), kind=ASK_ADMIN)
    is_new = not before.filter(key__endswith=today).exists()
    for admin in admins:
        tell_person(
            admin,
            ASK_ADMIN,
            {"asker": actor.display_name, "people": people},
            about=str(locked),
            key=f"{locked}:{ASK_ADMIN}:{admin.pk}:{today}",
            reply_to=actor.email,
        )
    if is_new:
        _audit("ask_admins", locked, actor, len(people))
    return len(admins)


def note_opened(draft: Draft, *, actor: User) -> None:
    """Note that somebody has the page of a held draft open; in the timeline, the first time."""
    now = timezone.now()
    if draft.state not in states.HELD or _is_noted(draft, actor, now):
        return
    first = draft.opened_by_id != actor.pk
    Draft.objects.filter(pk=draft.pk).update(opened_by=actor, opened_at=now)
    if first:
        _audit("open", draft, actor)


def _is_noted(draft: Draft, actor: User, now: datetime) -> bool:
    looked = draft.opened_at is not None and now - draft.opened_at < LOOKED / 2
    return looked and draft.opened_by_id == actor.pk


def _contact_link(address: str, name: str) -> str:
    query = urlencode({"address": address, "name": name})
    return f"{settings.BASE_URL}{reverse('organization_contact_new')}?{query}"


def _audit(verb: str, draft: Draft, actor: User, number: int = 0) -> None:
    audit.record(
        verb, str(draft), organization_id=draft.organization_id, actor_id=actor.pk, number=number
    )
