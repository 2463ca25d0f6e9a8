"""Mail as it came in over SMTP, sealed as one row before it got its 250."""

from collections.abc import Iterator

from django.db import models
from django.db.models import Q

from accounts.models import Organization, User
from drafts.models import Draft
from intake import states
from vault.models import SealedRow
from vault.sealing import SEAL_BYTES


class RawMail(SealedRow):
    """The bytes of a mail and its envelope. `recipients` keeps the order of the RCPT commands.

    `raw` is the first piece of the mail, and mostly the only one; the others are rows of their own.

    While a worker reads the mail it holds a lease; `attempts` counts the workers that began.
    """

    class State(models.TextChoices):
        """Where the mail is."""

        STORED = states.STORED
        DRAFTED = states.DRAFTED
        REFUSED = states.REFUSED
        PASSED_ON = states.PASSED_ON

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    sender = models.ForeignKey(User, models.PROTECT, related_name="+")
    recipients = models.JSONField()
    raw = models.BinaryField(editable=False)
    size = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.STORED)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    draft = models.OneToOneField(
        Draft, models.PROTECT, null=True, blank=True, related_name="raw_mail"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "id"],
                condition=Q(state=states.STORED),
                name="intake_in_turns",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=states.DRAFTED, draft__isnull=False)
                | (~Q(state=states.DRAFTED) & Q(draft__isnull=True)),
                name="intake_draft_when_drafted",
            )
        ]

    def __str__(self) -> str:
        return f"raw mail:{self.pk}"

    def seal_piece(self, number: int, piece: bytes, *, last: bool) -> bytes:
        """Seal a piece of the mail."""
        return self.seal(_part(number, last=last), piece)

    def read(self) -> Iterator[bytes]:
        """Yield the bytes as they came in, a piece at a time. Raises VaultError."""
        alone = len(self.raw) == self.size + SEAL_BYTES
        count = 1 if alone else 1 + self.pieces.count()
        yield self.unseal(_part(0, last=count == 1), self.raw)
        for number in range(1, count):
            piece = self.pieces.get(number=number)
            yield self.unseal(_part(number, last=number == count - 1), piece.sealed)


class RawPiece(models.Model):
    """A further piece of a mail of more than 1 MiB, in one transaction with its first."""

    mail = models.ForeignKey(RawMail, models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    sealed = models.BinaryField(editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mail", "number"], name="intake_one_piece_per_number")
        ]

    def __str__(self) -> str:
        return f"raw mail:{self.mail_id} piece {self.number}"


def _part(number: int, *, last: bool) -> str:
    """Name a piece in its seal: a mail from which the end was cut off does not open."""
    if number == 0 and last:
        return "raw"
    return f"raw {number} end" if last else f"raw {number}"
