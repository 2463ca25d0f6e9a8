"""Storing a mail that comes in, and making a draft of it, or telling its sender why not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.context import support_of
from accounts.policy import Policy
from delivery.actions import note_bounce
from drafts.actions import hold_mail
from flow.moves import move
from flow.sweeps import skip_locked, wake
from intake import states
from intake.bounces import bounce_token, failure_code
from intake.compose import Envelope, incoming_mail, subject_of
from intake.limits import MailTooComplex
from intake.models import RawMail, RawPiece
from intake.parser import parse_mail
from notifications.actions import queue_mail
from notifications.letters import Mail

MAKE_DRAFTS: Final = "intake.tasks.make_drafts"
MAX_ATTEMPTS: Final = 3
LEASE: Final = timedelta(seconds=60)
PAUSE: Final = timedelta(seconds=10)
SHOWN_RECIPIENTS: Final = 5
FORGOTTEN: Final = 100
UNREADABLE, TOO_COMPLEX = "cannot_be_read", "too_complex"


@dataclass(frozen=True, slots=True)
class Submission:
    """How a mail was handed in; the recipients are normalized, each once."""

    organization_id: int
    sender_id: int
    recipients: tuple[str, ...]


class SealedMail:
    """A mail on its way in: each piece is sealed as it comes, and none is kept in the clear."""

    def __init__(self) -> None:
        """Nothing came in yet."""
        self.row = RawMail(size=0)
        self.more: list[RawPiece] = []
        self._count = 0
        self._newest = b""  # waits for the next one, for its seal says whether it is the last

    def add(self, piece: bytes) -> None:
        """Take the next piece."""
        if self.row.size:
            self._seal_newest(last=False)
        self._newest = piece
        self.row.size += len(piece)

    def finish(self, submission: Submission) -> None:
        """Seal the last piece; from now on the mail can be stored."""
        self.row.organization_id = submission.organization_id
        self.row.sender_id = submission.sender_id
        self.row.recipients = list(submission.recipients)
        self._seal_newest(last=True)
        self._newest = b""

    def _seal_newest(self, *, last: bool) -> None:
        number = self._count
        self._count += 1
        sealed = self.row.seal_piece(number, self._newest, last=last)
        if number == 0:
            self.row.raw = sealed
        else:
            self.more.append(RawPiece(mail=self.row, number=number, sealed=sealed))


def store_mails(mails: Sequence[SealedMail], *, before_commit: Callable[[], object]) -> None:
    """Store sealed mails in one transaction; when `before_commit` raises, none is stored."""
    with transaction.atomic(durable=True):
        RawMail.objects.bulk_create([mail.row for mail in mails])
        # One at a time: an INSERT takes several times the memory of what it inserts.
        RawPiece.objects.bulk_create([piece for mail in mails for piece in mail.more], batch_size=1)
        wake(MAKE_DRAFTS)
        before_commit()


def open_mail(mail: RawMail) -> bytes:
    """Return the bytes as they came in. Raises VaultError."""
    whole = BytesIO()
    for piece in mail.read():
        whole.write(piece)
    return whole.getvalue()


def take_bounce(addresses: Sequence[str], raw: bytes) -> None:
    """Take a mail of ours that came back to these addresses; runs before its 250.

    Only a report of a failed delivery counts. Nothing of the mail is kept.
    """
    code = failure_code(raw)
    if code:
        for address in addresses:
            note_bounce(bounce_token(address), code)


def forget_ended() -> int:
    """Destroy the bytes of mails whose message or draft has come to its end; return how many.

    Those of a mail that was refused are kept for as long as a draft.
    """
    released = Q(draft__message__ended_at__isnull=False)
    unsent = Q(draft__message=None, draft__data_key=b"")
    old = timezone.now() - timedelta(days=Policy().keep_drafts_days)
    refused = Q(state=states.REFUSED, received_at__lt=old)
    ended = RawMail.objects.filter(released | unsent | refused).exclude(data_key=b"")
    found = list(ended.values_list("pk", flat=True)[:FORGOTTEN])
    RawPiece.objects.filter(mail__in=found).delete()
    return RawMail.objects.filter(pk__in=found).update(data_key=b"", raw=b"")


def claim_mail() -> RawMail | None:
    """Take the oldest mail that nobody works on, under a lease; None when there is none.

    The attempt is counted before it begins, so that a mail that kills its worker is given up too.
    """
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    with transaction.atomic():
        waiting = RawMail.objects.filter(free, state=states.STORED).order_by("id")
        mail = skip_locked(waiting).first()
        if mail is not None:
            mail.attempts = min(mail.attempts, MAX_ATTEMPTS) + 1
            mail.lease_until = now + LEASE
            mail.save(update_fields=["attempts", "lease_until"])
    return mail


def release_mail(mail: RawMail) -> None:
    """Let the next attempt after a failure begin in a while, later each time.

    A mail that could not even be refused keeps its lease, so that nobody tries without end.
    """
    if mail.attempts <= MAX_ATTEMPTS:
        ours = RawMail.objects.filter(pk=mail.pk, state=states.STORED, attempts=mail.attempts)
        ours.update(lease_until=timezone.now() + PAUSE * mail.attempts)


def give_attempt_back(mail: RawMail) -> None:
    """Let an attempt that the database broke off not count against the mail."""
    ours = RawMail.objects.filter(pk=mail.pk, state=states.STORED, attempts=mail.attempts)
    ours.update(attempts=mail.attempts - 1, lease_until=timezone.now() + PAUSE)


def make_draft(mail: RawMail) -> None:
    """Make the draft of a claimed mail, or refuse it. Raises MoveLost when another was faster."""
    if mail.attempts > MAX_ATTEMPTS:
        refuse_mail(mail, UNREADABLE)
        return
    raw = open_mail(mail)
    try:
        parsed = parse_mail(raw)
    except MailTooComplex:
        refuse_mail(mail, TOO_COMPLEX, subject=subject_of(raw))
        return
    del raw  # it may be large, and all that counts of it is in `parsed` now
    envelope = Envelope(mail.organization_id, mail.sender_id, tuple(mail.recipients))
    incoming = incoming_mail(parsed, envelope)
    with transaction.atomic():
        draft = hold_mail(incoming)
        move(mail, states.DRAFTED, states.MOVES, draft=draft, lease_until=None)


def refuse_mail(mail: RawMail, reason: str, *, subject: str = "") -> None:
    """Make no draft of this mail and tell its sender why; its bytes are kept."""
    with transaction.atomic():
        move(mail, states.REFUSED, states.MOVES, refusal=reason, lease_until=None)
        audit.record("refuse_mail", str(mail), organization_id=mail.organization_id, reason=reason)
        queue_mail(
            _refusal(mail, reason, subject),
            organization_id=mail.organization_id,
            about=str(mail),
            key=f"mail_refused:{mail.pk}",
        )


def _refusal(mail: RawMail, reason: str, subject: str) -> Mail:
    sender, organization = mail.sender, mail.organization
    return Mail(
        kind="mail_refused",
        to=sender.email,
        to_name=sender.name,
        language=sender.language,
        context={
            "organization_name": organization.name,
            "sender_name": sender.display_name,
            "subject": subject,
            "recipients": mail.recipients[:SHOWN_RECIPIENTS],
            "more_recipients": max(0, len(mail.recipients) - SHOWN_RECIPIENTS),
            "received_at": mail.received_at,
            "reason": reason,
            "support": support_of(organization),
        },
    )
