"""A recipient proves who they are: one-time codes by SMS, access codes, wrong tries."""

import hmac
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.policy import DRAFT, HEADER, PERSONAL, SMS
from contacts.actions import confirm, learn_proven, settle_dispute
from contacts.codes import fold_code
from delivery import codes, states
from delivery.access import is_open, live_challenge, next_send, session_digest, tries_of
from delivery.actions.limits import (
    HOUR,
    CapReachedError,
    count,
    is_reached,
    sms_caps,
    wrong_cap,
)
from delivery.actions.locking import end_codes, forget_tries, lock, lock_tries, record
from delivery.actions.telling import TOO_MANY, tell_admins, tell_sender
from delivery.content import Secret
from delivery.models import Challenge, CodeTries, MessageRecipient, Tries
from flow.moves import move
from notifications.actions import queue_sms
from notifications.letters import Sms
from vault.keys import index_digest, keyed_digest, matches

# Why a code was not sent, or a message not opened.
WRONG, NO_CODE, LOCKED, EXHAUSTED, CLOSED = "wrong", "no_code", "locked", "exhausted", "closed"
TOO_SOON, DAY_USED, COUNTRY, CAPPED = "too_soon", "day_used", "country", "capped"

_CODE = "one-time code"
_DIGEST = 16  # of the 64 hexadecimal digits: a few dozen are told apart

log = logging.getLogger(__name__)


class CodeNotSentError(Exception):
    """No code may be sent now; `reason` is one of this module's codes, `until` when it may."""

    def __init__(self, reason: str, until: datetime | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.until = until


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a try to open a message; `problem` is "" when it is open."""

    problem: str = ""
    until: datetime | None = None
    tries_left: int = 0


def send_code(recipient: MessageRecipient, browser: str, peer: str = "") -> Challenge:
    """Send a one-time code by SMS for this browser session: the same again while it is valid.

    `peer` is the network address that asks. Raises CodeNotSentError; when a limit of the whole
    organization is the reason, its admins are told once a day.
    """
    try:
        return _send_code(recipient, browser, peer)
    except CodeNotSentError as error:
        if isinstance(error.__cause__, CapReachedError):
            tell_admins(recipient.message.organization, error.__cause__.purpose)
        raise


@transaction.atomic
def _send_code(recipient: MessageRecipient, browser: str, peer: str) -> Challenge:
    now = timezone.now()
    row = lock(recipient.pk)
    _check_may_send(row, now)
    _count_sms(row, peer, now)
    challenge = live_challenge(row, browser, now)
    if challenge is None:
        challenge = _new_challenge(row, browser, now)
    else:
        challenge.sends += 1
        challenge.last_sent_at = now
        challenge.save(update_fields=["sends", "last_sent_at"])
    _queue_code(row, challenge)
    record("send_code", row.message, recipient=row.pk)
    return challenge


def open_message(recipient: MessageRecipient, browser: str, typed: str, peer: str = "") -> Attempt:
    """Verify a recipient by a code by SMS or an access code; every wrong try counts.

    `peer` is the network address that tries. Who is seen to be locked out is refused at once:
    guesses by the thousand keep no row locked.
    """
    tries = tries_of([recipient])[recipient.pk]
    refusal = _refusal(recipient, tries, timezone.now())
    return refusal or _open_message(recipient, browser, typed, peer)


@transaction.atomic
def _open_message(recipient: MessageRecipient, browser: str, typed: str, peer: str) -> Attempt:
    now = timezone.now()
    row = lock(recipient.pk)
    if not is_open(row, now):
        return Attempt(CLOSED)
    refusal = _refusal_of(peer, now)
    if refusal:
        return refusal
    tries = lock_tries(row)
    refusal = _refusal(row, tries, now)
    if refusal:
        return refusal
    if row.method != SMS:
        right = _is_access_code(row.open_secret(), typed)
    else:
        challenge = live_challenge(row, browser, now)
        if challenge is None:
            return Attempt(NO_CODE)
        right = _use_code(row, challenge, typed, now)
    if right:
        return _verified(row, now)
    _count_peer(peer, now)
    return _fail(row, tries, typed, now)


def choose_language(recipient: MessageRecipient, language: str) -> None:
    """Keep the language that a recipient chose, for this message and for later ones."""
    if recipient.language_chosen and recipient.language == language:
        return
    recipient.language, recipient.language_chosen = language, True
    recipient.save(update_fields=["language", "language_chosen"])


def _queue_code(row: MessageRecipient, challenge: Challenge) -> None:
    message = row.message
    code = message.unseal(_code_part(row), bytes(challenge.code)).decode()
    sms = Sms(
        kind="code",
        to=row.open_secret().value,
        language=row.language,
        context={"code": code, "organization_name": message.organization.name},
    )
    queue_sms(
        sms,
        organization_id=message.organization_id,
        about=str(row),
        key=f"challenge:{challenge.pk}:{challenge.sends}",
        useless_at=challenge.expires_at,
    )


def _refusal(row: MessageRecipient, tries: Tries, now: datetime) -> Attempt | None:
    if not is_open(row, now):
        return Attempt(CLOSED)
    if codes.is_exhausted(row.method, tries.failures):
        return Attempt(EXHAUSTED)
    if tries.locked_until and tries.locked_until > now:
        return Attempt(LOCKED, tries.locked_until)
    return None


def _check_may_send(row: MessageRecipient, now: datetime) -> None:
    refusal = Attempt(CLOSED) if row.method != SMS else _refusal(row, row, now)
    if refusal:
        raise CodeNotSentError(refusal.problem, refusal.until)
    at, day_used = next_send(row, now)
    if at > now:
        raise CodeNotSentError(DAY_USED if day_used else TOO_SOON, at)


def _refusal_of(peer: str, now: datetime) -> Attempt | None:
    """Refuse a network address from which too many wrong codes came, over all recipients."""
    if peer and is_reached(wrong_cap(peer), now):
        return Attempt(LOCKED, now + HOUR)
    return None


def _count_sms(row: MessageRecipient, peer: str, now: datetime) -> None:
    """Count an SMS against everything that bounds it. Raises CodeNotSentError."""
    organization = row.message.organization
    number, policy = row.open_secret().value, organization.policy
    if not policy.allows_sms_to(number):
        raise CodeNotSentError(COUNTRY)
    try:
        count(sms_caps(organization.pk, policy, number, peer), now)
    except CapReachedError as error:
        log.warning("limit %s of %s is reached", error.purpose, organization.pk)
        raise CodeNotSentError(CAPPED, error.until) from error


def _new_challenge(row: MessageRecipient, browser: str, now: datetime) -> Challenge:
    """Make a code for this browser session; one that another session asked for ends."""
    end_codes(row, now)
    code = codes.new_code()
    digest = session_digest(browser)
    return Challenge.objects.create(
        recipient=row,
        session_digest=digest,
        code_digest=_code_digest(row, digest, code),
        code=row.message.seal(_code_part(row), code.encode()),
        expires_at=now + codes.LIFE,
        last_sent_at=now,
    )


def _code_part(row: MessageRecipient) -> str:
    return f"code:{row.address}"


def _code_digest(row: MessageRecipient, digest: str, code: str) -> str:
    return keyed_digest(_CODE, _code_text(row, digest, code))


def _code_text(row: MessageRecipient, digest: str, code: str) -> str:
    return f"{row.pk}:{digest}:{code}"


def _use_code(row: MessageRecipient, challenge: Challenge, typed: str, now: datetime) -> bool:
    tried = _code_text(row, challenge.session_digest, codes.read_typed(typed))
    if not matches(challenge.code_digest, _CODE, tried):
        return False
    challenge.used_at = now
    challenge.code = b""
    challenge.save(update_fields=["used_at", "code"])
    return True


def _is_access_code(secret: Secret, typed: str) -> bool:
    # What was stored before codes were folded as they are now is folded here as well.
    expected, tried = fold_code(secret.value), fold_code(typed)
    return bool(tried) and hmac.compare_digest(
        tried.encode(errors="surrogatepass"), expected.encode(errors="surrogatepass")
    )


def note_verified(row: MessageRecipient, now: datetime) -> None:
    """Have a recipient who is locked by this transaction be verified, and reading."""
    if row.state in states.UNREAD:
        move(row, states.VERIFIED, states.MOVES, verified_at=now)
    if row.state == states.VERIFIED:
        move(row, states.READ, states.MOVES, read_at=now)


def _verified(row: MessageRecipient, now: datetime) -> Attempt:
    forget_tries(row)
    note_verified(row, now)
    _keep_proven(row)
    record("open_message", row.message, recipient=row.pk, method=row.method)
    return Attempt()


def _keep_proven(row: MessageRecipient) -> None:
    secret = row.open_secret()
    if row.datum_id is not None:
        confirm(row.datum_id)
    if row.method == SMS:
        settle_dispute(row.message.sender, row.address, secret.value)
    if row.source in {DRAFT, HEADER, PERSONAL}:
        learn_proven(
            row.message.organization_id,
            row.address,
            row.name,
            method=row.method,
            value=secret.value,
            hint=secret.hint,
        )


def _count_peer(peer: str, now: datetime) -> None:
    if peer:
        with suppress(CapReachedError):
            count([wrong_cap(peer)], now)


def _fail(row: MessageRecipient, tries: Tries, typed: str, now: datetime) -> Attempt:
    """Count a wrong try; another spelling of an access code that was wrong before costs none."""
    if isinstance(tries, CodeTries):
        code, spelling = (_wrong_digest(tries, text) for text in (fold_code(typed), typed))
        before = [each for each in tries.wrong_codes.split() if each.startswith(code)]
        if before and code + spelling not in before:
            return Attempt(WRONG, tries_left=codes.tries_left(tries.failures))
        if not before:
            tries.wrong_codes = f"{tries.wrong_codes} {code}{spelling}".strip()
    return _count_failure(row, tries, now)


def _wrong_digest(tries: CodeTries, text: str) -> str:
    return index_digest("wrong code", f"{tries.digest}:{text}")[:_DIGEST]


def _count_failure(row: MessageRecipient, tries: Tries, now: datetime) -> Attempt:
    tries.failures += 1
    pause = codes.lock_after(tries.failures, tries.locks)
    if pause:
        tries.locks += 1
        tries.locked_until = now + pause
    tries.save(update_fields=tries.counters)
    record("wrong_code", row.message, recipient=row.pk, failures=tries.failures)
    if codes.is_exhausted(row.method, tries.failures):
        tell_sender(row, TOO_MANY)
        return Attempt(EXHAUSTED)
    if pause:
        return Attempt(LOCKED, tries.locked_until)
    return Attempt(WRONG, tries_left=codes.tries_left(tries.failures))
