"""Storing a mail that comes in, and making a draft of it, or telling its sender why not."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import BigIntegerField, Case, Q, Value, When
from django.utils import timezone

from accounts import audit
from accounts.context import support_of
from accounts.models import User
from accounts.policy import Policy
from delivery.actions import note_bounce
from drafts.actions import hold_mail, hold_mails, reply_address
from drafts.incoming import IncomingMail
from flow.actions import Sweep
from flow.forgetting import KEPT, first_ids
from flow.moves import MoveLost, move, move_all
from flow.reader import ReaderAway, ReaderFailed, TooComplex
from flow.sweeps import wake
from flow.turns import in_turns, sorted_by_turn
from intake import states
from intake.answers import answered_mails
from intake.bounces import bounce_token
from intake.compose import Envelope
from intake.limits import MailTooComplex
from intake.models import RawMail, RawPiece
from intake.reading import RawBytes, ReadMail, bounce_code, read_mail, read_mails, read_subject
from notifications.access import is_ours
from notifications.actions import queue_mail
from notifications.letters import Mail, MailFile
from vault.keys import VaultError

log = logging.getLogger(__name__)

MAKE_DRAFTS: Final = "intake.tasks.make_drafts"
MAX_ATTEMPTS: Final = 3
LEASE: Final = timedelta(seconds=60)
TOGETHER, TOGETHER_BYTES = 50, 4 * 1024 * 1024  # mails that one transaction makes drafts of
PAUSE: Final = timedelta(seconds=10)
SHOWN_RECIPIENTS: Final = 5
FORGOTTEN: Final = 100
UNREADABLE, TOO_COMPLEX = "cannot_be_read", "too_complex"

_claiming = Sweep(MAKE_DRAFTS, RawMail)
_forgetting = Sweep("intake.tasks.forget_ended", RawMail)


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

    Only a report of a failed delivery counts. Nothing of the mail is kept. Raises ReaderAway.
    """
    code = bounce_code(raw)
    if code:
        for address in addresses:
            note_bounce(bounce_token(address), code)


def forget_ended() -> int:
    """Destroy the bytes of mails whose message or draft has come to its end; return how many.

    Those of a mail that was refused, or passed on, are kept for as long as a draft.
    """
    released = Q(draft__message__ended_at__isnull=False)
    unsent = Q(draft__message=None, draft__data_key=b"")
    old = timezone.now() - timedelta(days=Policy().keep_drafts_days)
    undrafted = Q(state__in=[states.REFUSED, states.PASSED_ON], received_at__lt=old)
    ended = RawMail.objects.filter(released | unsent | undrafted).exclude(data_key=b"")
    return _forgetting.run(ended.only("pk"), _forget, FORGOTTEN)


def _forget(mails: Sequence[RawMail]) -> None:
    ids = [mail.pk for mail in mails]
    RawPiece.objects.filter(mail__in=ids).delete()
    RawMail.objects.filter(pk__in=ids).update(data_key=b"", raw=b"")


def forget_recipients() -> int:
    """Forget to whom some mails went whose bytes are destroyed; return how many."""
    ended = RawMail.objects.filter(data_key=b"", received_at__lt=timezone.now() - KEPT)
    ids = first_ids(ended.exclude(recipients=[]))
    return RawMail.objects.filter(pk__in=ids).update(recipients=[])


def claim_new_mails(most: int = TOGETHER) -> list[RawMail]:
    """Take up to `most` mails that no worker has begun with, in turns, under one lease.

    Whoever dies with them leaves them begun: then each goes alone, and takes no other along.
    """
    now = timezone.now()
    with transaction.atomic():
        new = RawMail.objects.filter(state=states.STORED, lease_until=None, attempts=0)
        ids = in_turns(_claiming.open(new), most)
        found = sorted_by_turn(RawMail.objects.filter(pk__in=ids).only("size"), ids)
        taken, size = list[int](), 0
        for mail in found:
            size += mail.size
            if taken and size > TOGETHER_BYTES:
                break
            taken.append(mail.pk)
        claimed = RawMail.objects.filter(pk__in=taken).order_by("id")
        claimed.update(attempts=1, lease_until=now + LEASE)
        return _claiming.read(claimed)


def claim_mail() -> RawMail | None:
    """Take the oldest mail of an organization that nobody works on; None when there is none.

    It is under a lease. The attempt is counted before it begins, so that a mail that kills its
    worker is given up too.
    """
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    begun = RawMail.objects.filter(free, state=states.STORED)
    while True:
        with transaction.atomic():
            ids = in_turns(_claiming.open(begun), 1)
            for mail in _claiming.read(RawMail.objects.filter(pk__in=ids)):
                mail.attempts = min(mail.attempts, MAX_ATTEMPTS) + 1
                mail.lease_until = now + LEASE
                mail.save(update_fields=["attempts", "lease_until"])
                return mail
        if not ids:
            return None


def release_mail(mail: RawMail) -> None:
    """Let the next attempt after a failure begin in a while, later each time.

    A mail that could not even be refused keeps its lease, so that nobody tries without end.
    """
    if mail.attempts <= MAX_ATTEMPTS:
        ours = RawMail.objects.filter(pk=mail.pk, state=states.STORED, attempts=mail.attempts)
        ours.update(lease_until=timezone.now() + PAUSE * mail.attempts)


def give_attempt_back(*mails: RawMail) -> None:
    """Let an attempt that the database broke off not count against mails claimed together."""
    ours = RawMail.objects.filter(pk__in=[mail.pk for mail in mails], state=states.STORED)
    ours = ours.filter(attempts=mails[0].attempts)
    ours.update(attempts=mails[0].attempts - 1, lease_until=timezone.now() + PAUSE)


def make_drafts(mails: Sequence[RawMail]) -> list[RawMail]:
    """Make the drafts of claimed mails in one transaction; return those that have to go alone."""
    read = _read_together(mails)
    together = [mail for mail, _ in read]
    try:
        with transaction.atomic():
            drafts = hold_mails([incoming for _, incoming in read])
            made = [
                When(pk=mail.pk, then=Value(draft.pk))
                for mail, draft in zip(together, drafts, strict=True)
            ]
            draft = Case(*made, output_field=BigIntegerField())
            move_all(together, states.DRAFTED, states.MOVES, draft=draft, lease_until=None)
    except (MoveLost, DatabaseError, InterfaceError, VaultError):
        return list(mails)
    return [mail for mail in mails if mail not in together]


def _read_together(mails: Sequence[RawMail]) -> list[tuple[RawMail, IncomingMail]]:
    """Return what is in the mails, read in one call; without one that fails or makes no draft."""
    opened = [(mail, raw) for mail in mails if (raw := _opened(mail)) is not None]
    together = [RawBytes(_envelope(mail), len(raw), _whole(raw)) for mail, raw in opened]
    found: list[tuple[RawMail, IncomingMail]] = []
    if not together:
        return found
    try:
        for (mail, _), read in zip(opened, read_mails(together), strict=True):
            if read is not None and not _answered(mail, read):
                found.append((mail, read.incoming))
    except (TooComplex, ReaderAway, ReaderFailed) as error:
        log.info("mails go alone (%s)", type(error).__name__)
    return found


def _opened(mail: RawMail) -> bytes | None:
    if not _has_recipients(mail):
        return None
    try:
        return open_mail(mail)
    except (VaultError, ObjectDoesNotExist):  # it happens again in its turn, and is logged then
        log.info("%s goes alone", mail)
        return None


def _whole(raw: bytes) -> Callable[[], list[bytes]]:
    return lambda: [raw]


def _envelope(mail: RawMail) -> Envelope:
    """Return the envelope. Raises ValueError when what is kept of it is no list of addresses."""
    if not _has_recipients(mail):
        raise ValueError(f"{mail} has no list of recipients")
    return Envelope(mail.organization_id, mail.sender_id, tuple(mail.recipients))


def _has_recipients(mail: RawMail) -> bool:
    return isinstance(mail.recipients, list) and all(isinstance(x, str) for x in mail.recipients)


def make_draft(mail: RawMail) -> None:
    """Make the draft of a claimed mail, or refuse it. Raises MoveLost when another was faster.

    Raises ReaderAway as well, which says nothing of the mail.
    """
    if mail.attempts > MAX_ATTEMPTS:
        refuse_mail(mail, UNREADABLE)
        return
    try:
        read = read_mail(RawBytes(_envelope(mail), mail.size, mail.read))
    except MailTooComplex:
        refuse_mail(mail, TOO_COMPLEX, subject=read_subject(next(mail.read())))
        return
    if _is_for_support(mail, read):
        pass_on(mail, read.incoming, automatic=read.auto_submitted)
        return
    with transaction.atomic():
        draft = hold_mail(read.incoming)
        move(mail, states.DRAFTED, states.MOVES, draft=draft, lease_until=None)


def note_download(mail: RawMail, reader: User) -> None:
    """Note that somebody took the original of an email along."""
    audit.record(
        "download_raw",
        f"draft:{mail.draft_id}",
        organization_id=mail.organization_id,
        actor_id=reader.pk,
    )


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


def pass_on(mail: RawMail, incoming: IncomingMail, *, automatic: bool) -> None:
    """Have the support contact get the answer to a mail of ours; that of a machine gets nobody."""
    with transaction.atomic():
        move(mail, states.PASSED_ON, states.MOVES, lease_until=None)
        audit.record("pass_on", str(mail), organization_id=mail.organization_id)
        if not automatic:
            queue_mail(
                _question(mail, incoming),
                organization_id=mail.organization_id,
                about=str(mail),
                key=f"question:{mail.pk}",
            )


def _answered(mail: RawMail, read: ReadMail) -> list[UUID]:
    return answered_mails(read, mail.recipients, settings.MAIL_DOMAIN)


def _is_for_support(mail: RawMail, read: ReadMail) -> bool:
    """Tell whether a mail is the answer to one of ours, and goes where our mails ask to answer."""
    ours = _answered(mail, read)
    if not ours or mail.recipients != [reply_address(mail.organization).lower()]:
        return False
    return is_ours(ours, mail.organization_id)


def _question(mail: RawMail, incoming: IncomingMail) -> Mail:
    sender, organization = mail.sender, mail.organization
    return Mail(
        kind="question",
        to=mail.recipients[0],
        to_name=organization.support_name if organization.support_email else "",
        language=organization.language,
        from_name=sender.display_name,
        reply_to=sender.email,
        in_reply_to=incoming.message_id,
        context={
            "organization_name": organization.name,
            "sender_name": sender.display_name,
            "address": sender.email,
            "subject": incoming.subject,
            "text": incoming.html_text if incoming.text is None else incoming.text,
        },
        files=tuple(
            MailFile(file.name, file.content_type, file.content) for file in incoming.attachments
        ),
    )


def _refusal(mail: RawMail, reason: str, subject: str) -> Mail:
    sender, organization = mail.sender, mail.organization
    recipients = mail.recipients if _has_recipients(mail) else []
    return Mail(
        kind="mail_refused",
        to=sender.email,
        to_name=sender.name,
        language=sender.language,
        context={
            "organization_name": organization.name,
            "sender_name": sender.display_name,
            "subject": subject,
            "recipients": recipients[:SHOWN_RECIPIENTS],
            "more_recipients": max(0, len(recipients) - SHOWN_RECIPIENTS),
            "received_at": mail.received_at,
            "reason": reason,
            "support": support_of(organization),
        },
    )
