"""How people sign in: sessions, second factors, and an organization's own sign-in."""

from dataclasses import dataclass

import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from accounts import audit
from accounts.models import Domain, IdentityProvider, SignInSession, User
from accounts.outside import guard
from vault.sealing import seal_text

TIMEOUT = 10  # seconds
WELL_KNOWN = "/.well-known/openid-configuration"
NEEDED = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


class ProviderSilent(Exception):
    """The identity provider does not say where people sign in."""


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """What an admin fills in of an identity provider; without a secret the one of before stays."""

    name: str
    server_url: str
    client_id: str
    secret: str
    only: bool


@transaction.atomic
def end_session(user: User, public_id: str) -> bool:
    """Sign a person out of one browser; tell whether they were signed in there."""
    rows = SignInSession.objects.filter(user=user)
    found = next((row for row in rows if row.public_id == public_id), None)
    if found is not None:
        found.delete()
        audit.note("end_sessions", user, user, count=1)
    return found is not None


@transaction.atomic
def end_other_sessions(user: User, key: str | None) -> int:
    """Sign a person out of all browsers but this one; return how many."""
    rows = SignInSession.objects.filter(user=user).exclude(session_key=key or "")
    count = rows.count()
    rows.delete()
    audit.note("end_sessions", user, user, count=count)
    return count


@transaction.atomic
def reset_second_factor(user: User, actor: User | None = None) -> int:
    """Take a person's second factors away, and sign them out; return how many there were."""
    rows = Authenticator.objects.filter(user=user)
    count = int(rows.exclude(type=Authenticator.Type.RECOVERY_CODES).count())
    rows.delete()
    SignInSession.objects.filter(user=user).delete()
    audit.note("reset_second_factor", user, actor, count=count)
    return count


def require_provider(server_url: str) -> None:
    """Raise ProviderSilent unless the identity provider says where people sign in."""
    url = server_url if WELL_KNOWN in server_url else server_url.rstrip("/") + WELL_KNOWN
    try:
        answer = guard(requests.Session()).get(url, timeout=TIMEOUT)
        answer.raise_for_status()
        told = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise ProviderSilent(type(error).__name__) from None
    if not isinstance(told, dict) or any(name not in told for name in NEEDED):
        raise ProviderSilent("incomplete")


@transaction.atomic
def set_identity_provider(domain: Domain, wanted: ProviderSettings, actor: User) -> None:
    """Have the people of a domain sign in at their organization's own provider."""
    row = IdentityProvider.objects.filter(domain=domain).first()
    if row is None:
        row = IdentityProvider(domain=domain, uid=IdentityProvider.uid_for(domain))
    elif row.server_url != wanted.server_url:
        _forget_ids(row)
    before = {"server_url": row.server_url, "client_id": row.client_id, "only": row.only}
    row.name, row.server_url = wanted.name, wanted.server_url
    row.client_id, row.only = wanted.client_id, wanted.only
    if wanted.secret:
        row.secret = seal_text(wanted.secret, row.secret_place)
    row.save()
    after = {"server_url": row.server_url, "client_id": row.client_id, "only": row.only}
    audit.note(
        "set_identity_provider", domain, actor,
        before=before, after=after, new_secret=bool(wanted.secret),
    )  # fmt: skip


@transaction.atomic
def remove_identity_provider(domain: Domain, actor: User) -> None:
    """Have the people of a domain sign in here again."""
    row = IdentityProvider.objects.filter(domain=domain).first()
    if row is not None:
        _forget_ids(row)
        row.delete()
        audit.note("remove_identity_provider", domain, actor)


def _forget_ids(row: IdentityProvider) -> None:
    """Forget by which ids the provider knows people: another provider has others."""
    SocialAccount.objects.filter(provider=str(row.uid)).delete()
