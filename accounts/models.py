"""Organizations, the people in them, and what was done."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

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
    policy_data = models.JSONField(default=dict, blank=True)
    trusted_networks = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def policy(self) -> Policy:
        """The switches as a frozen value."""
        return policy_from_json(self.policy_data)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which its people work."""
        return zone_named(self.time_zone)


class Domain(models.Model):
    """A mail domain of an organization, as A-labels in lower case."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="domains")
    name = models.CharField(max_length=253, unique=True)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Makes users by their address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Store a user; the address must be normalized."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A sender or an admin of one organization; signs in, and hands in mail, by address."""

    class Role(models.TextChoices):
        """What a person may do beside sending."""

        SENDER = "sender", _("Sender")
        ADMIN = "admin", _("Admin")

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="users")
    role = models.CharField(max_length=10, choices=Role, default=Role.SENDER)
    language = models.CharField(max_length=2, choices=LANGUAGES, default="nl")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return f"user:{self.pk}"

    @property
    def is_admin(self) -> bool:
        """Whether this person may edit what belongs to the organization."""
        return self.role == self.Role.ADMIN

    @property
    def display_name(self) -> str:
        """The name to greet with and to show to recipients."""
        return self.name or self.email

    @cached_property
    def policy(self) -> Policy:
        """The policy of this person's organization."""
        return self.organization.policy


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
    """The key of a system that keeps contacts in step; shown once, kept hashed.

    `window_at` and `window_count` count its requests of the present minute.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=50)
    key_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    window_at = models.DateTimeField(null=True, blank=True)
    window_count = models.PositiveIntegerField(default=0)

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
    """Who did what, on what, when. Holds ids and codes, no content and no secrets."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    verb = models.CharField(max_length=40)
    about = models.CharField(max_length=60)
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["about", "id"], name="accounts_audit_about")]

    def __str__(self) -> str:
        return f"{self.verb} {self.about}"
