"""Makes drafts of the mails that came in."""

import logging
from contextlib import suppress

from celery import shared_task

from flow.actions import DATABASE_TROUBLE
from flow.moves import MoveLost
from flow.reader import ReaderAway
from flow.slices import Pace, more
from intake import actions
from intake.models import RawMail

# What says nothing of a mail: the database, or the process that reads, is away.
AWAY = (*DATABASE_TROUBLE, ReaderAway)

log = logging.getLogger(__name__)

_pace = Pace(actions.TOGETHER)


@shared_task(name="intake.tasks.make_drafts")
def make_drafts() -> None:
    """Make a draft of every mail that waits; safe to run often and at once."""
    while more() and (mails := actions.claim_new_mails(_pace.size)):
        with _pace.batch(len(mails)):
            _make_alone(actions.make_drafts(mails))
    while more() and (begun := actions.claim_mail()) is not None:
        _make_alone([begun])


def _make_alone(mails: list[RawMail]) -> None:
    for position, mail in enumerate(mails):
        try:
            _make_draft(mail)
        except AWAY:
            with suppress(*DATABASE_TROUBLE):  # away still: the leases end
                actions.give_attempt_back(*mails[position:])
            raise


def _make_draft(mail: RawMail) -> None:
    try:
        actions.make_draft(mail)
    except MoveLost:
        log.info("%s was taken over", mail)
    except AWAY:
        raise
    except Exception:
        log.exception("no draft of %s in attempt %s", mail, mail.attempts)
        actions.release_mail(mail)


@shared_task(name="intake.tasks.forget_ended")
def forget_ended() -> None:
    """Destroy what was kept of mails whose message has come to its end."""
    while more() and actions.forget_ended():
        pass
