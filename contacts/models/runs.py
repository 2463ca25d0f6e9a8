"""Imports on their way into an address book, and the rows that were read."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organization, User
from accounts.policy import ORGANIZATION, PERSONAL
from contacts import states
from vault.models import Blob


class ImportRun(models.Model):
    """A file, or a batch of another system, on its way into an address book.

    `position` counts the rows done in the present state; the row is the queue and the progress.
    """

    under_keyring: ClassVar[Mapping[str, str]] = {"samples": "samples_context"}

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+")
    actor = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    source = models.CharField(max_length=60)
    file = models.ForeignKey(Blob, models.PROTECT, null=True, blank=True, related_name="+")
    file_name = models.CharField(max_length=200, blank=True)
    header = models.JSONField(default=list, blank=True)
    roles = models.JSONField(default=list, blank=True)
    samples = models.BinaryField(default=b"", blank=True, editable=False)
    state = models.CharField(max_length=12, choices=states.CHOICES, default=states.UPLOADED)
    changed_rows = models.CharField(max_length=10, default=states.OVERWRITE)
    conflicts = models.CharField(max_length=10, default=states.ASK)
    total = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)
    failure = models.CharField(max_length=40, blank=True)
    cancel_asked = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    beat_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=Q(state__in=states.WORKING), name="contacts_runs_to_do"
            )
        ]

    def __str__(self) -> str:
        return f"import:{self.pk}"

    @property
    def book(self) -> str:
        """The address book that it goes into."""
        return ORGANIZATION if self.owner_id is None else PERSONAL

    @property
    def samples_context(self) -> str:
        """The place that the sample rows are sealed for."""
        return f"contacts.samples:{self.organization_id}:{self.actor_id}"


class StagedRow(models.Model):
    """A row of an import, read and judged. Its id is `first_row_id(run) + row`: no index beside it.

    `verdict` is empty where the row is new or the same and nobody asked to see it first.
    """

    under_keyring: ClassVar[Mapping[str, str]] = {"code_sealed": "code_place"}

    id = models.BigIntegerField(primary_key=True)
    address = models.CharField(max_length=254, blank=True)
    name = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    more_phones = models.CharField(max_length=120, blank=True)
    code_sealed = models.BinaryField(null=True, editable=False)
    digest = models.CharField(max_length=64, blank=True)
    verdict = models.CharField(max_length=8, blank=True)
    reason = models.CharField(max_length=20, blank=True)
    typed = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=2, blank=True, default="", db_default="")

    def __str__(self) -> str:
        return f"staged row:{self.pk}"

    @property
    def code_place(self) -> str:
        """The place that the access code is sealed for: that of the contact it will be for."""
        run = ImportRun.objects.get(pk=self.pk // ROWS_PER_RUN)
        return code_context(run.organization_id, run.owner_id, self.address)


ROWS_PER_RUN = 10_000_000


def code_context(organization_id: int, owner_id: int | None, address: str) -> str:
    """Return the place that an access code of a contact is sealed for."""
    return f"contacts.datum:{organization_id}:{owner_id}:{address}"


def first_row_id(run_id: int) -> int:
    """Return the id before that of an import's first row."""
    return run_id * ROWS_PER_RUN
