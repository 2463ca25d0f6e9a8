"""The worker's part in drafts. Rows are the queue; every task is a sweep that may run twice."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import takewhile

from celery import shared_task
from django.db.models import QuerySet

from accounts.models import User
from drafts import actions
from drafts.models import Draft
from flow.actions import DATABASE_TROUBLE, Sweep
from flow.slices import Pace, more

log = logging.getLogger(__name__)

SENDERS, TOGETHER, A_FEW = 1000, 50, 10

_judging_pace = Pace(TOGETHER)
_judging = Sweep("drafts.tasks.detect_missing", Draft)
_expiring = Sweep("drafts.tasks.expire_due", Draft)
_telling, _announcing = (
    Sweep("drafts.tasks.tell_due", User, lasting=True),
    Sweep("drafts.tasks.tell_due sent", User, lasting=True),
)
_reminding = Sweep("drafts.tasks.remind_due", User, lasting=True)


@shared_task
def detect_missing() -> None:
    """Find the recipients of new drafts that lack verification data, and tell the senders."""
    while more() and (ids := actions.claim_new(_judging_pace.size)):
        with _judging_pace.batch(len(ids)):
            _judging.each(actions.judge_new_together(ids), _judge_alone)
    _each(_judging, _judge_new, actions.drafts_to_judge())


@shared_task
def judge_changed() -> None:
    """Judge the drafts again that wait for an address whose data changed."""
    while more() and actions.judge_changes():
        pass


@shared_task
def judge_policies() -> None:
    """Judge the held drafts of organizations again whose policy changed."""
    while more() and actions.judge_policies():
        pass


@shared_task
def tell_due() -> None:
    """Tell senders what is held, ready, or went out by itself, several drafts in one mail."""
    senders = actions.senders_to_tell(SENDERS)
    fresh = _telling.fresh(senders)
    for some in _some(fresh, TOGETHER):
        _telling.each(actions.tell_together(some), actions.tell_sender)
    _each_sender(_telling, sorted(set(senders).difference(fresh)), actions.tell_sender)
    _each_sender(_announcing, actions.senders_to_announce(SENDERS), actions.announce_sent)


@shared_task
def remind_due() -> None:
    """Remind senders of what is held."""
    _each_sender(_reminding, actions.senders_to_remind(SENDERS), actions.remind_sender)


@shared_task
def expire_due() -> None:
    """Destroy the drafts that nobody finished in time."""
    _each(_expiring, actions.expire_draft, actions.drafts_to_expire())


@shared_task
def release_due() -> None:
    """Release the drafts whose time to undo is over."""
    actions.release_due()


def _judge_alone(draft_id: int) -> None:
    try:
        _judge(draft_id)
    except DATABASE_TROUBLE:  # no fault of the draft: a later sweep goes on with it
        raise
    except Exception:
        log.exception("draft:%s: judge_new failed", draft_id)


def _judge_new(draft_id: int) -> None:
    """Attempts count in the draft itself, and its sender is told: no failure to judge is ours."""
    if actions.claim_attempt(draft_id):
        _judge_alone(draft_id)


def _judge(draft_id: int) -> None:
    try:
        actions.judge_new(draft_id)
    except DATABASE_TROUBLE:
        with suppress(*DATABASE_TROUBLE):  # away still: it counts as an attempt
            actions.give_attempt_back(draft_id)
        raise


def _each_sender(sweep: Sweep[User], ids: Sequence[int], act: Callable[[int], object]) -> None:
    """Act on every sender, as far as there is time: the others go on being due."""
    for some in _some(ids, A_FEW):
        sweep.each(some, act)


def _some(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in takewhile(lambda _: more(), range(0, len(ids), size)):
        yield ids[start : start + size]


def _each(sweep: Sweep[Draft], act: Callable[[int], None], drafts: QuerySet[Draft]) -> None:
    """Act on every draft once, oldest first."""
    last = 0
    rest = drafts.order_by("pk").values_list("pk", flat=True)
    while more() and (ids := list(rest.filter(pk__gt=last)[:100])):
        sweep.each(ids, act)
        last = ids[-1]
