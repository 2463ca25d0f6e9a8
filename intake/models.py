"""Mail as it came in over SMTP, sealed as one row before it got its 250."""

from django.db import models
from django.db.models import Q

from accounts.models import Organization, User
from drafts.models import Draft
from intake import states
from vault.models import SealedRow


class RawMail(SealedRow):
    """The bytes of a mail and its envelope. `recipients` keeps the order of the RCPT commands.

    While a worker reads the mail it holds a lease; `attempts` counts the workers that began.
    """

    class State(models.TextChoices):
        """Where the mail is."""

        STORED = states.STORED
        DRAFTED = states.DRAFTED
        REFUSED = states.REFUSED

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
        indexes = [models.Index(fields=["id"], condition=Q(state=states.STORED), name="intake_new")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=states.DRAFTED, draft__isnull=False)
                | (~Q(state=states.DRAFTED) & Q(draft__isnull=True)),
                name="intake_draft_when_drafted",
            )
        ]

    def __str__(self) -> str:
        return f"raw mail:{self.pk}"
