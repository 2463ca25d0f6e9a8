"""What other systems say and colleagues propose, parked until somebody decides."""

import json
from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organization, User
from contacts import states
from contacts.entries import ContactEntry
from contacts.models.books import Contact, Datum
from contacts.models.runs import ImportRun
from vault.sealing import unseal_text


class Conflict(models.Model):
    """What a system says against a datum that a person entered or a recipient has proven.

    `times` counts how often it was said again since; the alert goes out once.
    """

    under_keyring: ClassVar[Mapping[str, str]] = {"code_sealed": "contact.code_place"}

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="conflicts")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    method = models.CharField(max_length=12, choices=Datum.Method)
    source = models.CharField(max_length=60)
    phone_number = models.CharField(max_length=128, blank=True)
    code_sealed = models.BinaryField(default=b"", blank=True, editable=False)
    digest = models.CharField(max_length=64, blank=True)
    run = models.ForeignKey(ImportRun, models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, default=states.OPEN)
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    alerted_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "method", "source"],
                condition=Q(state=states.OPEN),
                name="contacts_one_open_conflict",
            )
        ]

    def __str__(self) -> str:
        return f"conflict:{self.pk}"


class FieldLock(models.Model):
    """A datum of a contact that a system is no longer listened to about."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="locks")
    method = models.CharField(max_length=12, choices=Datum.Method)
    source = models.CharField(max_length=60)
    actor = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "method", "source"], name="contacts_one_lock"
            )
        ]

    def __str__(self) -> str:
        return f"field lock:{self.pk}"


class Proposal(models.Model):
    """What a sender would like the organization's book to say; an admin decides."""

    under_keyring: ClassVar[Mapping[str, str]] = {"sealed": "context"}

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, blank=True, related_name="+")
    address = models.CharField(max_length=254)
    sealed = models.BinaryField(editable=False)
    actor = models.ForeignKey(User, models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, default=states.OPEN)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"proposal:{self.pk}"

    def entry(self) -> ContactEntry:
        """Return what is proposed. Raises VaultError once it is decided."""
        fields = json.loads(unseal_text(bytes(self.sealed), self.context))
        fields["more_phones"] = tuple(fields["more_phones"])
        return ContactEntry(**fields)

    @property
    def context(self) -> str:
        """The place that what was proposed is sealed for."""
        return f"contacts.proposal:{self.organization_id}:{self.actor_id}"


class ExternalId(models.Model):
    """The name that another system has for a contact of the organization's book."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="external_ids")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "source", "external_id"], name="contacts_one_external_id"
            )
        ]

    def __str__(self) -> str:
        return f"external id:{self.pk}"
