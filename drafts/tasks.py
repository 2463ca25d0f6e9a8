"""The worker's part in drafts. Rows are the queue; every task is a sweep that may run twice."""

import logging
from collections.abc import Callable
from contextlib import suppress

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet

from drafts import actions
from drafts.models import Draft

log = logging.getLogger(__name__)

SENDERS, TOGETHER = 1000, 50


@shared_task
def detect_missing() -> None:
    """Find the recipients of new drafts that lack verification data, and tell the senders."""
    while ids := actions.claim_new():
        for draft_id in actions.judge_new_together(ids):
            _judge_alone(draft_id)
    _each(_judge_new, actions.drafts_to_judge())


@shared_task
def judge_changed() -> None:
    """Judge the drafts again that wait for an address whose data changed."""
    while actions.judge_changes():
        pass


@shared_task
def judge_policies() -> None:
    """Judge the held drafts of organizations again whose policy changed."""
    while actions.judge_policies():
        pass


@shared_task
def tell_due() -> None:
    """Tell senders what is held, ready, or went out by itself, several drafts in one mail."""
    senders = actions.senders_to_tell(SENDERS)
    for start in range(0, len(senders), TOGETHER):
        alone = actions.tell_together(senders[start : start + TOGETHER])
        _each_sender(actions.tell_sender, alone)
    _each_sender(actions.announce_sent, actions.senders_to_announce(SENDERS))


@shared_task
def remind_due() -> None:
    """Remind senders of what is held."""
    _each_sender(actions.remind_sender, actions.senders_to_remind(SENDERS))


@shared_task
def expire_due() -> None:
    """Destroy the drafts that nobody finished in time."""
    _each(actions.expire_draft, actions.drafts_to_expire())


@shared_task
def release_due() -> None:
    """Release the drafts whose time to undo is over."""
    actions.release_due()


def _judge_alone(draft_id: int) -> None:
    try:
        _judge(draft_id)
    except Exception:
        log.exception("draft:%s: judge_new failed", draft_id)


def _judge_new(draft_id: int) -> None:
    if actions.claim_attempt(draft_id):
        _judge(draft_id)


def _judge(draft_id: int) -> None:
    try:
        actions.judge_new(draft_id)
    except (OperationalError, InterfaceError):
        with suppress(OperationalError, InterfaceError):  # away still: it counts as an attempt
            actions.give_attempt_back(draft_id)
        raise


def _each_sender(act: Callable[[int], int], senders: list[int]) -> None:
    for sender_id in senders:
        try:
            act(sender_id)
        except Exception:
            log.exception("user:%s: %s failed", sender_id, act.__name__)


def _each(act: Callable[[int], None], drafts: QuerySet[Draft]) -> None:
    """Act on every draft once, oldest first; one that fails is left to the next sweep."""
    last = 0
    while ids := list(drafts.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:100]):
        for draft_id in ids:
            try:
                act(draft_id)
            except Exception:
                log.exception("draft:%s: %s failed", draft_id, act.__name__)
        last = ids[-1]
