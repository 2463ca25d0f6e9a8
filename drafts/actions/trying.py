"""A draft that cannot be judged or sent is tried again, later each time, and then told of."""

from datetime import timedelta
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from drafts import states
from drafts.actions.holding import DETECT_MISSING
from drafts.actions.locking import BATCH, locked_draft
from drafts.actions.telling import REFUSED, refusal_of, tell_person
from drafts.models import Draft
from drafts.reminders import expiry_of
from drafts.states import MAX_ATTEMPTS
from flow.actions import Sweep
from flow.moves import move
from flow.sweeps import wake
from flow.turns import in_turns

_judging = Sweep(DETECT_MISSING, Draft)

PAUSE = timedelta(seconds=20)  # before the second attempt; then 4 times, 9 times so long


def drafts_to_judge() -> QuerySet[Draft]:
    """Return the drafts that came in and whose next attempt is due."""
    now = timezone.now()
    tried = [Q(attempts=n, created_at__lte=now - PAUSE * n**2) for n in range(MAX_ATTEMPTS + 1)]
    return Draft.objects.filter(reduce(or_, tried), state=states.RECEIVED)


def claim_attempt(draft_id: int) -> bool:
    """Count an attempt before it begins; after too many the sender is told. Tell whether to try."""
    with transaction.atomic():
        draft = locked_draft(draft_id)
        if not drafts_to_judge().filter(pk=draft_id).exists():
            return False  # another worker began
        draft.attempts += 1
        draft.save(update_fields=["attempts"])
        if draft.attempts > MAX_ATTEMPTS:
            _give_up(draft)
        return draft.attempts <= MAX_ATTEMPTS


def claim_new(most: int = BATCH) -> list[int]:
    """Count the first attempt of `most` drafts that nobody has begun with; return which.

    Organizations take turns. One that met a lock waits for its turn to be judged alone.
    Whoever dies with them leaves them begun: then each goes alone, and takes no other along.
    """
    new = _judging.untried(Draft.objects.filter(state=states.RECEIVED, attempts=0))
    with transaction.atomic():
        ids = sorted(in_turns(new, most))
        Draft.objects.filter(pk__in=ids).update(attempts=1)
    return ids


def give_attempt_back(draft_id: int) -> None:
    """Let an attempt that the database broke off not count."""
    tried = Draft.objects.filter(pk=draft_id, state=states.RECEIVED, attempts__gt=0)
    tried.update(attempts=F("attempts") - 1)


@transaction.atomic
def try_again(draft: Draft, *, actor: User) -> None:
    """Begin anew with a draft that was given up."""
    given_up = Draft.objects.filter(pk=draft.pk, state=states.RECEIVED, attempts__gt=MAX_ATTEMPTS)
    if given_up.update(attempts=0, expires_at=None):
        organization = draft.organization_id
        audit.record("try_again", str(draft), organization_id=organization, actor_id=actor.pk)
        wake(DETECT_MISSING)


@transaction.atomic
def release_later(draft_id: int) -> None:
    """Put off a release that failed, longer each time; after too many the draft is held again."""
    draft = locked_draft(draft_id)
    now = timezone.now()
    if draft.state != states.SENDING or draft.send_at is None or draft.send_at > now:
        return  # undone, or sent, or put off by another worker
    draft.attempts += 1
    draft.send_at = now + PAUSE * draft.attempts**2
    draft.save(update_fields=["attempts", "send_at"])
    if draft.attempts > MAX_ATTEMPTS:
        move(draft, states.READY, states.MOVES, send_at=None, sent_by=None, attempts=0)
        _tell_given_up(draft)


def _give_up(draft: Draft) -> None:
    draft.expires_at = expiry_of(timezone.now(), draft.organization.policy)
    draft.save(update_fields=["expires_at"])
    _tell_given_up(draft)


def _tell_given_up(draft: Draft) -> None:
    """Tell the sender; nothing that is sealed is looked at, for that may be what fails."""
    draft.mails_about += 1
    draft.save(update_fields=["mails_about"])
    audit.record("give_up", str(draft), organization_id=draft.organization_id)
    key = f"{draft}:{REFUSED}:{draft.mails_about}"
    tell_person(draft.sender, REFUSED, refusal_of(draft), about=str(draft), key=key)
