"""Organizations, the people in them, and what was done."""

import uuid
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.marks import digest_of_seal, is_digest_of_seal
from accounts.policy import Policy, policy_from_json
from accounts.zones import zone_named

LANGUAGES = [("nl", "Nederlands"), ("en", "English")]


class Organization(models.Model):
    """A tenant. No row of one is ever visible to another."""

    name = models.CharField(max_length=200)
    language = models.CharField(max_length=2, choices=LANGUAGES, default="nl")
    time_zone = models.CharField(max_length=64, default="Europe/Amsterdam")
    support_name = models.CharField(max_length=200, blank=True)
    support_email = models.EmailField(blank=True)
    support_phone = models.CharField(max_length=40, blank=True)
    texts = models.JSONField(default=dict, blank=True)
    policy_data = models.JSONField(default=dict, blank=True)
    trusted_networks = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def policy(self) -> Policy:
        """The switches as a frozen value."""
        return policy_from_json(self.policy_data)

    @cached_property
    def shown_logo(self) -> "Logo | None":
        """The picture that mails and pages show, None where there is none."""
        return Logo.objects.filter(organization=self).first()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which its people work."""
        return zone_named(self.time_zone)


class Logo(models.Model):
    """The picture that an organization shows in mails and on recipients' pages."""

    organization = models.OneToOneField(Organization, models.PROTECT, related_name="logo")
    content = models.BinaryField()
    content_type = models.CharField(max_length=20)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"logo:{self.pk}"


class Domain(models.Model):
    """A mail domain of an organization, as A-labels in lower case.

    It counts from `confirmed_at` on; until then several organizations may ask for it. `code_hash`
    is of the code that was mailed to its postmaster.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="domains")
    name = models.CharField(max_length=253)
    confirmed_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    code_hash = models.CharField(max_length=64, blank=True)
    code_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(confirmed_at__isnull=False),
                name="accounts_one_owner_of_a_domain",
            ),
            models.UniqueConstraint(
                fields=["organization", "name"], name="accounts_domain_once_each"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a person may do; one may have several roles. An admin has all of them."""

    SENDER = "sender", _("Sender")
    EDITOR = "editor", _("Address-book editor")
    POLICY_ADMIN = "policy_admin", _("Policy admin")
    AUDITOR = "auditor", _("Auditor")
    ADMIN = "admin", _("Admin")


# The column of each role, in the order in which people read them.
ROLE_FIELDS = {
    Role.SENDER: "is_sender",
    Role.EDITOR: "is_editor",
    Role.POLICY_ADMIN: "is_policy_admin",
    Role.AUDITOR: "is_auditor",
}


class UserManager(BaseUserManager["User"]):
    """Makes users by their address."""

    def create_user(
        self, email: str, password: str | None = None, *, role: str = Role.SENDER, **fields: Any
    ) -> "User":
        """Store a user with one role, or (an admin) with all; the address must be normalized."""
        held = {name: role in (each, Role.ADMIN) for each, name in ROLE_FIELDS.items()}
        user = self.model(email=email, **{**held, **fields})
        user.set_password(password)
        user.save(using=self._db)
        return user

    def holding(self, role: Role, organization_id: int) -> "models.QuerySet[User]":
        """Return the active people of an organization who have this role."""
        people = self.filter(organization=organization_id, is_active=True, is_mailbox=False)
        return people.filter(**{ROLE_FIELDS[role]: True})


class User(AbstractBaseUser):
    """A person of one organization; signs in, and hands in mail, by address.

    A shared mailbox is one too: an address that nobody signs in with, whose drafts its delegates
    finish. `uid`, `nick_name` and `external_id` are what other systems know a person by. Who was
    removed keeps a row, for what refers to it, but no address (`removed_at`).
    """

    Role = Role

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    nick_name = models.CharField(max_length=200, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="users")
    is_sender = models.BooleanField(default=True)
    is_editor = models.BooleanField(default=False)
    is_policy_admin = models.BooleanField(default=False)
    is_auditor = models.BooleanField(default=False)
    is_mailbox = models.BooleanField(default=False)
    language = models.CharField(max_length=2, choices=LANGUAGES, default="nl")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return f"user:{self.pk}"

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of this person, in the order in which people read them."""
        return tuple(role for role, name in ROLE_FIELDS.items() if getattr(self, name))

    @property
    def is_admin(self) -> bool:
        """Whether this person has every role."""
        return len(self.roles) == len(ROLE_FIELDS)

    @property
    def display_name(self) -> str:
        """The name to greet with and to show to recipients."""
        return self.name or self.email

    @property
    def covers(self) -> tuple[int, ...]:
        """Whose drafts this person may finish: their own, and those of who made them a delegate."""
        return (self.pk, *self._owners) if self.is_sender else ()

    @property
    def answers_for(self) -> tuple[int, ...]:
        """Whose messages are this person's: their own, and those of their shared mailboxes."""
        shared = (pk for pk, is_mailbox in self._owners.items() if is_mailbox)
        return (self.pk, *shared) if self.is_sender else ()

    @cached_property
    def _owners(self) -> dict[int, bool]:
        owners = self.delegated.filter(owner__organization=self.organization_id).order_by("pk")
        return dict(owners.values_list("owner", "owner__is_mailbox"))

    @cached_property
    def policy(self) -> Policy:
        """The policy of this person's organization."""
        return self.organization.policy


class Delegation(models.Model):
    """Who may finish the drafts of somebody else, or of a shared mailbox."""

    owner = models.ForeignKey(User, models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(User, models.PROTECT, related_name="delegated")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "delegate"], name="accounts_delegate_once_each"
            ),
            models.CheckConstraint(
                condition=~models.Q(owner=models.F("delegate")), name="accounts_delegate_another"
            ),
        ]

    def __str__(self) -> str:
        return f"delegation:{self.pk}"


class Alias(models.Model):
    """Another address of the same person: mail from it is theirs."""

    user = models.ForeignKey(User, models.PROTECT, related_name="aliases")
    address = models.EmailField(unique=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"alias:{self.pk}"


class SmtpCredential(models.Model):
    """The login of a mail server that relays for an organization; shown once, kept hashed."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="smtp_credentials")
    username = models.CharField(max_length=64, unique=True)
    password_hash = models.CharField(max_length=200)
    description = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"smtp credential:{self.pk}"


class ApiKey(models.Model):
    """The key of another system: for contacts, for people (SCIM), or both; kept hashed.

    `window_at` and `window_count` count its requests of the present minute, `people_at` and
    `people_count` those to SCIM of the present ten seconds.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=50)
    key_hash = models.CharField(max_length=64, unique=True)
    for_contacts = models.BooleanField(default=True)
    for_people = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    window_at = models.DateTimeField(null=True, blank=True)
    window_count = models.PositiveIntegerField(default=0)
    people_at = models.DateTimeField(null=True, blank=True)
    people_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=models.Q(revoked_at__isnull=True),
                name="accounts_one_key_per_system",
            )
        ]

    def __str__(self) -> str:
        return f"api key:{self.pk}"


class AuditEntry(models.Model):
    """Who did what, on what, when, from where: ids and codes, no content. Nobody can change it."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    actor = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    verb = models.CharField(max_length=40)
    about = models.CharField(max_length=60)
    data = models.JSONField(default=dict, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["about", "id"], name="accounts_audit_about"),
            models.Index(fields=["organization", "id"], name="accounts_audit_organization"),
            models.Index(fields=["actor", "id"], name="accounts_audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.about}"


class AuditSeal(models.Model):
    """A range of audit rows of one organization that can be proven to be what was written.

    `marks` names each row (accounts/marks.py); `digest` covers them (by `marks_digest`), the range
    and the seal before. Pruned: rows and marks are gone, the chain stays.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    count = models.PositiveIntegerField()
    marks = models.BinaryField()
    marks_digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    newest_at = models.DateTimeField()
    sealed_at = models.DateTimeField(auto_now_add=True)
    pruned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "previous"], name="accounts_audit_one_chain"
            )
        ]
        indexes = [models.Index(fields=["organization", "last_id"], name="accounts_seal_end")]

    def __str__(self) -> str:
        return f"audit seal:{self.pk}"

    def true_digest(self) -> str:
        """Return the digest of this seal as it is now, under the key of now."""
        return digest_of_seal(self._sealed(), self.previous)

    def is_true(self) -> bool:
        """Tell whether nobody changed this seal; its key may be an earlier one."""
        return is_digest_of_seal(self.digest, self._sealed(), self.previous)

    def _sealed(self) -> list[object]:
        fields = (self.organization_id, self.first_id, self.last_id, self.count)
        return [*fields, self.marks_digest, self.newest_at]
