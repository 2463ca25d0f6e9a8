"""What is noted of signing in: an audit line where the person is known, a count, a line in the log.

A failure costs the same whoever was meant: one transaction that changes a count.
"""

import logging
from collections.abc import Sequence

from django.db import transaction

from accounts import audit
from accounts.models import User
from flow.actions import count_event
from flow.models import SIGN_IN_FAILED, SIGNED_IN
from vault.keys import keyed_digest

log = logging.getLogger(__name__)

NOBODY = "nobody"  # who has an account here


@transaction.atomic
def note_sign_in(user: User, ways: Sequence[str], provider_id: int | None = None) -> None:
    """Write who signed in, by which ways (`password`, `code`, `passkey`, `provider`, `app` …)."""
    more = {"provider": provider_id} if provider_id else {}
    audit.note("sign_in", user, user, ways=list(ways), **more)
    count_event(SIGNED_IN, ways[0] if ways else "other")
    log.info("user:%s signed in by %s from %s", user.pk, "+".join(ways), peer_digest())


@transaction.atomic
def note_failed_sign_in(user: User | None, reason: str) -> None:
    """Write that somebody could not sign in. Without an account there is no log to write it in."""
    if user is not None:
        audit.note("fail_sign_in", user, None, reason=reason)
    count_event(SIGN_IN_FAILED, reason)
    whose = f"user:{user.pk}" if user is not None else NOBODY
    log.info("sign-in of %s failed (%s) from %s", whose, reason, peer_digest())


def note_changed_sign_in(user: User, verb: str, how: str) -> None:
    """Write that somebody changed what they sign in with."""
    audit.note(verb, user, user, how=how)


def peer_digest() -> str:
    """Return what stands for the network address that asked: the same for the same, and no more."""
    return keyed_digest("peer", audit.asker() or "")[:16]
