"""The outbox: a row for every mail and SMS that has to reach a person."""

from django.db import models
from django.db.models import Q

from accounts.models import Organization
from notifications import states
from vault.models import SealedRow


class Notification(SealedRow):
    """A mail or SMS on its way. Its payload (who, what) is sealed; `about` is like "draft:12".

    `key` makes it unique: queueing the same thing twice gives one row. `return_hash` is of the
    token by which the world reports back: the bounce address of a mail, the receipt of an SMS.
    `report` is what was reported, after it was sent. From `useless_at` on it is not sent any more.
    `news`: it failed or came back, and the app that it is about has not followed that yet.
    `urgent`: it goes before what waits already.
    """

    class Report(models.TextChoices):
        """What the world said of it afterwards."""

        NONE = ""
        DELIVERED = states.DELIVERED
        RETURNED = states.RETURNED

    class State(models.TextChoices):
        """Where the notification is."""

        QUEUED = states.QUEUED
        SENDING = states.SENDING
        SENT = states.SENT
        FAILED = states.FAILED
        CANCELLED = states.CANCELLED

    class Channel(models.TextChoices):
        """How it travels."""

        MAIL = states.MAIL
        SMS = states.SMS

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=4, choices=Channel)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=60)
    key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    payload = models.BinaryField(default=b"", editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    useless_at = models.DateTimeField(null=True, blank=True)
    return_hash = models.CharField(max_length=64, blank=True)
    report = models.CharField(max_length=10, choices=Report, default=Report.NONE, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    news = models.BooleanField(default=False)
    urgent = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            models.Index(fields=["about", "id"], name="notifications_about"),
            models.Index(fields=["return_hash"], name="notifications_return"),
            models.Index(fields=["id"], condition=Q(news=True), name="notifications_news"),
            models.Index(
                fields=["channel", "urgent", "organization", "next_at", "id"],
                condition=Q(state=states.QUEUED),
                name="notifications_in_turns",
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(state=states.SENDING),
                name="notifications_leased",
            ),
        ]

    def __str__(self) -> str:
        return f"notification:{self.pk}"
