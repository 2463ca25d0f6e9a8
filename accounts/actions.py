"""Signing in over SMTP, choosing a language, and making organizations and people."""

import secrets
from dataclasses import dataclass

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import hash_api_key, sender_by_address
from accounts.models import LANGUAGES, ApiKey, Domain, Organization, SmtpCredential, User
from accounts.policy import Policy
from addresses.mail import AddressError, normalize_address, normalize_domain

API_WINDOW = 60  # seconds


@dataclass(frozen=True, slots=True)
class SmtpLogin:
    """Who handed in a login: a person, or (user is None) an organization's mail server."""

    organization: Organization
    user: User | None


def check_login(username: str, password: str) -> SmtpLogin | None:
    """Return whose SMTP login this is, None when there is none. Takes as long either way."""
    user = _user_of_login(username)
    if user is not None and user.check_password(password):
        return SmtpLogin(user.organization, user)
    credential = None if user is not None else _credential(username)
    if credential is not None and check_password(password, credential.password_hash):
        SmtpCredential.objects.filter(pk=credential.pk).update(last_used_at=timezone.now())
        return SmtpLogin(credential.organization, None)
    if user is None and credential is None:
        make_password(password)  # an unknown name must cost what a known one costs
    return None


@transaction.atomic
def create_smtp_credential(organization: Organization, description: str) -> tuple[str, str]:
    """Make a login for a mail server; return its user name and password, which is shown once."""
    username, password = f"relay-{secrets.token_hex(8)}", secrets.token_urlsafe(24)
    credential = SmtpCredential.objects.create(
        organization=organization,
        username=username,
        password_hash=make_password(password),
        description=description,
    )
    audit.record("create_smtp_credential", str(credential), organization_id=organization.pk)
    return username, password


@transaction.atomic
def create_organization(
    name: str, domains: list[str], *, language: str = "nl", policy: Policy | None = None
) -> Organization:
    """Make a tenant with its mail domains. Raises AddressError for a domain that is none."""
    organization = Organization.objects.create(
        name=name, language=language, policy_data=(policy or Policy()).to_json()
    )
    Domain.objects.bulk_create(
        Domain(organization=organization, name=normalize_domain(domain)) for domain in domains
    )
    audit.record(
        "create_organization", f"organization:{organization.pk}", organization_id=organization.pk
    )
    return organization


def choose_language(user: User, language: str) -> None:
    """Keep the language in which this person reads pages and mail."""
    if language in dict(LANGUAGES):
        user.language = language
        user.save(update_fields=["language"])


def _user_of_login(username: str) -> User | None:
    try:
        return sender_by_address(normalize_address(username))
    except AddressError:
        return None


def _credential(username: str) -> SmtpCredential | None:
    credentials = SmtpCredential.objects.select_related("organization")
    return credentials.filter(username=username, revoked_at=None).first()


@dataclass(frozen=True, slots=True)
class Usage:
    """How many requests a key may still make, and in how many seconds it may make more."""

    limit: int
    left: int
    seconds: int


@transaction.atomic
def create_api_key(organization: Organization, name: str) -> str:
    """Make the key of another system; it is shown once. The key that it had before is revoked."""
    key = f"zw_{secrets.token_urlsafe(32)}"
    live = ApiKey.objects.filter(organization=organization, name=name, revoked_at=None)
    live.update(revoked_at=timezone.now())
    made = ApiKey.objects.create(organization=organization, name=name, key_hash=hash_api_key(key))
    audit.record("create_api_key", str(made), organization_id=organization.pk, name=name)
    return key


@transaction.atomic
def revoke_api_key(key: ApiKey, actor: User | None = None) -> None:
    """Let a key open nothing any more."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
    actor_id = actor.pk if actor else None
    audit.record("revoke_api_key", str(key), organization_id=key.organization_id, actor_id=actor_id)


@transaction.atomic
def use_api_key(pk: int, limit: int) -> Usage:
    """Count a request of a key; `left` is negative when it was one too many in this minute."""
    now = timezone.now()
    row = ApiKey.objects.select_for_update().get(pk=pk)
    if row.window_at is None or (now - row.window_at).total_seconds() >= API_WINDOW:
        row.window_at, row.window_count = now, 0
    row.window_count += 1
    row.last_used_at = now
    row.save(update_fields=["window_at", "window_count", "last_used_at"])
    seconds = API_WINDOW - int((now - row.window_at).total_seconds())
    return Usage(limit, limit - row.window_count, max(1, seconds))
