"""What is noted of signing in: an audit line where the person is known, a count, a line in the log.

A failure costs the same whoever was meant: one transaction that changes a count.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, SmtpCredential, User
from flow.actions import count_event
from flow.models import SIGN_IN_FAILED, SIGNED_IN
from vault.keys import keyed_digest

log = logging.getLogger(__name__)

NOBODY = "nobody"  # who has an account here
SMTP = "smtp"
A_DAY = timedelta(days=1)


@transaction.atomic
def note_sign_in(user: User, ways: Sequence[str], provider_id: int | None = None) -> None:
    """Write who signed in, by which ways (`password`, `code`, `passkey`, `provider`, `app` …)."""
    more = {"provider": provider_id} if provider_id else {}
    audit.note("sign_in", user, user, ways=list(ways), **more)
    count_event(SIGNED_IN, ways[0] if ways else "other")
    log.info("user:%s signed in by %s from %s", user.pk, "+".join(ways), peer_digest())


def note_smtp_sign_in(whose: User | SmtpCredential) -> None:
    """Write that somebody signed in to hand mail in, once a day for each network address.

    A mail program signs in for each mail; the mails themselves say who handed them in.
    """
    if _noted_today(whose):
        return
    rows = User.objects if isinstance(whose, User) else SmtpCredential.objects
    with transaction.atomic():
        rows.select_for_update().get(pk=whose.pk)  # two at once are one line
        if _noted_today(whose):
            return
        audit.note("sign_in", whose, whose if isinstance(whose, User) else None, ways=[SMTP])
        count_event(SIGNED_IN, SMTP)
    log.info("%s signed in by %s from %s", _name(whose), SMTP, peer_digest())


@transaction.atomic
def note_failed_sign_in(whose: User | SmtpCredential | None, reason: str) -> None:
    """Write that somebody could not sign in. Without an account there is no log to write it in."""
    if whose is not None:
        audit.note("fail_sign_in", whose, None, reason=reason)
    count_event(SIGN_IN_FAILED, reason)
    log.info("sign-in of %s failed (%s) from %s", _name(whose), reason, peer_digest())


def note_changed_sign_in(user: User, verb: str, how: str) -> None:
    """Write that somebody changed what they sign in with."""
    audit.note(verb, user, user, how=how)


def _noted_today(whose: User | SmtpCredential) -> bool:
    lines = AuditEntry.objects.filter(about=_name(whose), verb="sign_in", data={"ways": [SMTP]})
    return lines.filter(ip=audit.asker(), at__gt=timezone.now() - A_DAY).exists()


def _name(whose: User | SmtpCredential | None) -> str:
    return NOBODY if whose is None else f"{whose._meta.verbose_name}:{whose.pk}"


def peer_digest() -> str:
    """Return what stands for the network address that asked: the same for the same, and no more."""
    return keyed_digest("peer", audit.asker() or "")[:16]
