"""Contacts, their verification data with its source, what it was before, and changes."""

import json
from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Concat, Left, Lower, NullIf, StrIndex, Substr
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.models import LANGUAGES, Organization, User
from accounts.policy import ACCESS_CODE, ORGANIZATION, PERSONAL, SMS
from contacts.entries import MANUAL, code_text
from contacts.models.runs import ImportRun, code_context
from vault.keys import index_digest
from vault.sealing import seal_text, unseal_text

# By this a contact with an address like another one is found: j@example.org.
LETTER_AND_DOMAIN = Concat(Left("address", 1), Substr("address", StrIndex("address", Value("@"))))
# Compared byte by byte, whatever the language of the database; finds beginnings too.
_BY_BYTES = ["int8_ops", "varchar_pattern_ops"]


class Contact(models.Model):
    """An address in a personal book (has an owner) or in the organization's book (has none).

    In the organization's book `address` may be a whole domain: `@example.org`.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    owner = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="contacts", db_index=False
    )
    address = models.CharField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    # Of the mails to this person; "" leaves it to the organization.
    language = models.CharField(
        max_length=2, choices=LANGUAGES, blank=True, default="", db_default=""
    )
    fixed = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    # Lower case: name, address and numbers, for the search.
    search = models.TextField(blank=True, default="", editable=False)
    name_source = models.CharField(max_length=60, default=MANUAL)
    run = models.ForeignKey(
        ImportRun,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    sort_name = models.GeneratedField(
        expression=Lower(Coalesce(NullIf("name", Value("")), "address")),
        output_field=models.CharField(max_length=254),
        db_persist=True,
    )

    class Meta:
        indexes = [
            # Two of them: to PostgreSQL "owner IS NULL" is no value that leaves the rest in order.
            models.Index(
                fields=["organization", "sort_name", "id"],
                condition=Q(owner__isnull=True),
                name="contacts_shared_in_order",
            ),
            models.Index(
                fields=["owner", "sort_name", "id"],
                condition=Q(owner__isnull=False),
                name="contacts_personal_in_order",
            ),
            models.Index(
                fields=["organization", "changed_at", "id"],
                condition=Q(owner__isnull=True),
                name="contacts_changes_in_order",
            ),
            models.Index("organization", LETTER_AND_DOMAIN, name="contacts_alike_after_at"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "address"],
                condition=Q(owner__isnull=False),
                opclasses=_BY_BYTES,
                name="contacts_one_per_personal_book",
            ),
            models.UniqueConstraint(
                fields=["organization", "address"],
                condition=Q(owner__isnull=True),
                opclasses=_BY_BYTES,
                name="contacts_one_per_organization_book",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | (~Q(address__startswith="@") & Q(fixed=False)),
                name="contacts_domain_and_fixed_in_organization_book",
            ),
        ]

    def __str__(self) -> str:
        return f"contact:{self.pk}"

    @property
    def book(self) -> str:
        """The address book it stands in: personal or organization."""
        return ORGANIZATION if self.owner_id is None else PERSONAL

    @property
    def code_place(self) -> str:
        """The place that its access codes are sealed for."""
        return code_context(self.organization_id, self.owner_id, self.address)

    @property
    def is_domain(self) -> bool:
        """Whether this contact stands for every address of a domain."""
        return self.address.startswith("@")


class Datum(models.Model):
    """One piece of verification data of a contact, with its source and whether it is proven.

    `disputed_at` is when a recipient said that it is not right.
    """

    under_keyring: ClassVar[Mapping[str, str]] = {"code_sealed": "contact.code_place"}

    class Method(models.TextChoices):
        """How the recipient is verified."""

        SMS = SMS, _("Code by SMS")
        ACCESS_CODE = ACCESS_CODE, _("Access code")

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="data", db_index=False)
    method = models.CharField(max_length=12, choices=Method)
    preferred = models.BooleanField(default=True)
    phone_number = PhoneNumberField(blank=True, default="")
    code_sealed = models.BinaryField(default=b"", blank=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    source = models.CharField(max_length=60)
    actor = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    run = models.ForeignKey(
        ImportRun,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    entered_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    disputed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "method", "phone_number"], name="contacts_one_per_value"
            ),
            models.UniqueConstraint(
                fields=["contact", "method"],
                condition=Q(preferred=True),
                name="contacts_one_preferred",
            ),
            models.CheckConstraint(
                condition=(Q(method=SMS) & ~Q(phone_number="") & Q(code_sealed=b""))
                | (Q(method=ACCESS_CODE) & Q(phone_number="") & ~Q(code_sealed=b"")),
                name="contacts_datum_fits_its_method",
            ),
        ]

    def __str__(self) -> str:
        return f"datum:{self.pk}"

    @property
    def e164(self) -> str:
        """The mobile number as `+31636363636`, "" for an access code."""
        return str(self.phone_number.as_e164) if self.phone_number else ""

    def seal_code(self, code: str, hint: str) -> None:
        """Put an access code and its hint in this row, sealed for this contact."""
        self.code_sealed, self.digest = seal_code(code, hint, self.contact.code_place)

    def open_code(self) -> tuple[str, str]:
        """Return access code and hint. Raises VaultError."""
        code, hint = json.loads(unseal_text(bytes(self.code_sealed), self.contact.code_place))
        return code, hint


class PastDatum(models.Model):
    """What a contact held before: a number, access code, name or language (in `name`)."""

    under_keyring: ClassVar[Mapping[str, str]] = {"code_sealed": "contact.code_place"}

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="past")
    method = models.CharField(max_length=12)  # of Datum.Method, or "name" or "language"
    phone_number = models.CharField(max_length=128, blank=True, default="")
    code_sealed = models.BinaryField(default=b"", blank=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, default="")
    name = models.CharField(max_length=200, blank=True, default="")
    source = models.CharField(max_length=60)
    actor = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    run_id = models.BigIntegerField(null=True, blank=True)
    entered_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    ended_source = models.CharField(max_length=60)
    ended_run_id = models.BigIntegerField(null=True, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"past datum:{self.pk}"

    def open_code(self) -> tuple[str, str]:
        """Return access code and hint. Raises VaultError."""
        code, hint = json.loads(unseal_text(bytes(self.code_sealed), self.contact.code_place))
        return code, hint


def seal_code(code: str, hint: str, context: str) -> tuple[bytes, str]:
    """Return an access code with its hint, sealed, and the digest by which two are compared."""
    text = code_text(code, hint)
    return seal_text(text, context), code_digest(text, context)


def code_digest(text: str, context: str) -> str:
    """Return the digest by which two codes of one contact are compared."""
    return index_digest("contacts.code", f"{context}\n{text}")


class AddressChange(models.Model):
    """An address whose data changed: work for the sweep that judges waiting drafts again.

    `owner` is set for a personal book, where only that person's drafts can be touched.
    `cursor` is the id of the last draft that was judged again for this change.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    owner = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+")
    address = models.CharField(max_length=254)
    cursor = models.BigIntegerField(default=0)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "id"], name="contacts_changes_in_turns")]

    def __str__(self) -> str:
        return f"address change:{self.pk}"


class DeletedAddress(models.Model):
    """An address that left the organization's book, for the systems that follow its changes."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    contact_id = models.BigIntegerField()
    address = models.CharField(max_length=254)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "at", "id"], name="contacts_deletions")]

    def __str__(self) -> str:
        return f"deleted address:{self.pk}"
