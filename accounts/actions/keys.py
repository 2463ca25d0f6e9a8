"""What machines sign in with: SMTP credentials and API keys. Shown once, kept hashed."""

import secrets
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import hash_api_key
from accounts.models import ApiKey, Organization, SmtpCredential, User

API_WINDOW = 60  # seconds


@transaction.atomic
def create_smtp_credential(
    organization: Organization, description: str, *, actor: User | None = None
) -> tuple[str, str]:
    """Make a login for a mail server; return its user name and password, which is shown once."""
    username, password = f"relay-{secrets.token_hex(8)}", secrets.token_urlsafe(24)
    credential = SmtpCredential.objects.create(
        organization=organization,
        username=username,
        password_hash=make_password(password),
        description=description,
    )
    audit.note("create_smtp_credential", credential, actor, description=description)
    return username, password


@transaction.atomic
def revoke_smtp_credential(credential: SmtpCredential, *, actor: User) -> None:
    """Let a login hand in no mail any more; a connection that is open ends by itself."""
    live = SmtpCredential.objects.filter(pk=credential.pk, revoked_at=None)
    if live.update(revoked_at=timezone.now()):
        audit.note("revoke_smtp_credential", credential, actor, description=credential.description)


@dataclass(frozen=True, slots=True)
class Usage:
    """How many requests a key may still make, and in how many seconds it may make more."""

    limit: int
    left: int
    seconds: int


@transaction.atomic
def create_api_key(
    organization: Organization,
    name: str,
    *,
    actor: User | None = None,
    for_contacts: bool = True,
    for_people: bool = True,
) -> str:
    """Make the key of another system; it is shown once. The key that it had before is revoked."""
    key = f"zw_{secrets.token_urlsafe(32)}"
    live = ApiKey.objects.filter(organization=organization, name=name, revoked_at=None)
    live.update(revoked_at=timezone.now())
    made = ApiKey.objects.create(
        organization=organization,
        name=name,
        key_hash=hash_api_key(key),
        for_contacts=for_contacts,
        for_people=for_people,
    )
    opens = {"for_contacts": for_contacts, "for_people": for_people}
    audit.note("create_api_key", made, actor, name=name, **opens)
    return key


@transaction.atomic
def revoke_api_key(key: ApiKey, actor: User | None = None) -> None:
    """Let a key open nothing any more."""
    live = ApiKey.objects.filter(pk=key.pk, revoked_at=None)
    if live.update(revoked_at=timezone.now()):
        audit.note("revoke_api_key", key, actor, name=key.name)


def use_api_key(pk: int, limit: int) -> Usage:
    """Count a request for contacts; `left` is negative when it was one too many in this minute."""
    return _use(pk, "window", limit, API_WINDOW)


def use_key_for_people(pk: int, limit: int, seconds: int) -> Usage:
    """Count a request for people; `left` is negative when it was one too many in these seconds."""
    return _use(pk, "people", limit, seconds)


@transaction.atomic
def _use(pk: int, window: str, limit: int, length: int) -> Usage:
    """Count a request in the window that `<window>_at` and `<window>_count` are the columns of."""
    at, count, now = f"{window}_at", f"{window}_count", timezone.now()
    row = ApiKey.objects.select_for_update().get(pk=pk)
    began = getattr(row, at)
    if began is None or (now - began).total_seconds() >= length:
        began, used = now, 1
    else:
        used = getattr(row, count) + 1
    ApiKey.objects.filter(pk=pk).update(**{at: began, count: used, "last_used_at": now})
    return Usage(limit, limit - used, max(1, length - int((now - began).total_seconds())))
