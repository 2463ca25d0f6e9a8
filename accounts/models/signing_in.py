"""How people sign in: their own provider, the sessions that they have, and how often it failed."""

import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone

from accounts.models.tenants import Domain, User
from vault.keys import keyed_digest
from vault.models import SealedRow


class IdentityProvider(models.Model):
    """Where the people of a domain sign in (OpenID Connect), perhaps only there."""

    under_keyring: ClassVar[Mapping[str, str]] = {"secret": "secret_place"}
    domain = models.OneToOneField(Domain, models.PROTECT, related_name="identity_provider")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=40)
    server_url = models.URLField()
    issuer = models.CharField(max_length=500, blank=True)  # its own name, to the letter
    client_id = models.CharField(max_length=190)
    secret = models.BinaryField(default=b"", editable=False)
    only = models.BooleanField(default=False)
    accepts_unchecked = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=timezone.now)  # address, client or secret
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"identity provider:{self.pk}"

    @staticmethod
    def uid_for(domain: Domain) -> uuid.UUID:
        """The id of the provider of a domain: it stands in an address that both sides keep."""
        return uuid.uuid5(uuid.NAMESPACE_DNS, domain.name)

    @property
    def secret_place(self) -> str:
        """The place that the secret is sealed for."""
        return f"identity provider:{self.uid}"


class SignInSession(AbstractBaseSession):
    """A browser in which somebody is signed in, or about to be; `browser` is what it is called."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    browser = models.CharField(max_length=40, blank=True)
    signed_in_at = models.DateTimeField(null=True)

    @property
    def public_id(self) -> str:
        """A name for pages: who knows it cannot use the session."""
        return keyed_digest("session", self.session_key)[:24]


class SecondFactorKey(SealedRow):
    """The one row whose data key seals what second factors are checked with."""

    def __str__(self) -> str:
        return f"second factor key:{self.pk}"
