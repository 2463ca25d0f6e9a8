"""Everything that is forgotten with time, app by app; docs/security.md says what and when."""

import logging
from collections.abc import Callable

import contacts.actions
import delivery.actions
import drafts.actions
import intake.actions
import notifications.actions
from accounts.actions import forget_people
from flow.slices import more

log = logging.getLogger(__name__)

ROUNDS = 500  # batches of one kind in one run: the next one goes on
SWEEPS: dict[str, Callable[[], int]] = {
    "accounts.forget_people": forget_people,
    "contacts.forget_books": contacts.actions.forget_books,
    "contacts.forget_decisions": contacts.actions.forget_decisions,
    "contacts.forget_file_names": contacts.actions.forget_file_names,
    "contacts.forget_history": contacts.actions.forget_history,
    "delivery.forget_recipients": delivery.actions.forget_recipients,
    "delivery.forget_tries_of_codes": delivery.actions.forget_tries_of_codes,
    "drafts.forget_answers": drafts.actions.forget_answers,
    "drafts.forget_recipients": drafts.actions.forget_recipients,
    "intake.forget_recipients": intake.actions.forget_recipients,
    "notifications.forget_done": notifications.actions.forget_done,
}


def forget_old() -> None:
    """Forget what has been kept for long enough; what fails for one kind stops no other."""
    for name, sweep in SWEEPS.items():
        try:
            rounds = _forget(sweep)
        except Exception:
            log.exception("%s failed, the next run tries again", name)
        else:
            log.info("%s: %s batches", name, rounds)


def _forget(sweep: Callable[[], int]) -> int:
    for done in range(ROUNDS):
        if not more() or not sweep():
            return done
    return ROUNDS
