"""What went wrong while nobody looked: rows that a sweep cannot work on, and counts of events."""

from django.db import models
from django.db.models import Q

# Events that are counted.
TASK_FAILED, SESSION_REFUSED = "task_failed", "smtp_session_refused"
SIGNED_IN, SIGN_IN_FAILED = "signed_in", "sign_in_failed"


class FailedRow(models.Model):
    """A row that a sweep failed on, `count` times in a row; from `set_aside_at` on it is left out.

    `model` is a label like "delivery.message". `reason` says which error came up in which of our
    functions: never what the error says, for that may hold a person's data.
    """

    task = models.CharField(max_length=80)
    model = models.CharField(max_length=60)
    row = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    count = models.PositiveSmallIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    set_aside_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "model", "row"], name="flow_one_per_task_and_row"
            )
        ]
        indexes = [
            models.Index(
                fields=["task"], condition=Q(set_aside_at__isnull=False), name="flow_set_aside"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model}:{self.row}"


class EventCount(models.Model):
    """How often something happened, over all processes, since the database was made."""

    event = models.CharField(max_length=40)
    label = models.CharField(max_length=80, blank=True)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "label"], name="flow_one_count_per_label")
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.label}".strip()
