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
