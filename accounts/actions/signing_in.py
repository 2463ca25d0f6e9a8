"""How people sign in: sessions, second factors, and an organization's own sign-in."""

from dataclasses import dataclass

import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import was_tried_by
from accounts.models import Domain, IdentityProvider, SignInSession, User
from accounts.openid import NEEDED, discovery_url
from accounts.outside import guard
from vault.sealing import seal_text

KEPT = ("name", "server_url", "issuer", "client_id", "only", "accepts_unchecked")


class ProviderSilent(Exception):
    """The identity provider does not say where people sign in."""


class NotTried(Exception):
    """Nobody has signed in by this provider yet, so it cannot be the only way in."""


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """What an admin fills in of an identity provider; without a secret the one of before stays."""

    name: str
    server_url: str
    client_id: str
    secret: str
    only: bool
    issuer: str = ""
    accepts_unchecked: bool = False


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


def require_provider(server_url: str) -> str:
    """Return what the identity provider calls itself. Raises ProviderSilent when it says nothing.

    The issuer is compared to the letter later on (OpenID Connect Core, 3.1.3.7), so it is kept as
    it is, with or without a slash at its end.
    """
    try:
        answer = guard(requests.Session(), anew=True).get(discovery_url(server_url))
        answer.raise_for_status()
        told = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise ProviderSilent(type(error).__name__) from None
    if not isinstance(told, dict) or any(name not in told for name in NEEDED):
        raise ProviderSilent("incomplete")
    return str(told["issuer"])


@transaction.atomic
def set_identity_provider(domain: Domain, wanted: ProviderSettings, actor: User) -> None:
    """Have the people of a domain sign in at their organization's own provider.

    Raises NotTried when it would become the only way in before anybody came in by it.
    """
    row = IdentityProvider.objects.filter(domain=domain).first()
    row = row or IdentityProvider(domain=domain, uid=IdentityProvider.uid_for(domain))
    is_new = row.pk is None or _is_another(row, wanted) or bool(wanted.secret)
    if wanted.only and (is_new or not (row.only or was_tried_by(row, actor))):
        raise NotTried
    before = {} if row.pk is None else _shown(row)
    if is_new:
        row.changed_at = timezone.now()
    if row.pk and not _same_server(row, wanted):
        _forget_ids(row)
    for name in KEPT:
        setattr(row, name, getattr(wanted, name))
    if wanted.secret:
        row.secret = seal_text(wanted.secret, row.secret_place)
    row.save()
    audit.note(
        "set_identity_provider", domain, actor,
        before=before, after=_shown(row), new_secret=bool(wanted.secret),
    )  # fmt: skip


@transaction.atomic
def allow_sign_in_here(domain: Domain) -> bool:
    """Let people sign in here too, beside their provider; tell whether that differs."""
    row = IdentityProvider.objects.filter(domain=domain, only=True).first()
    if row is None:
        return False
    before, row.only = _shown(row), False
    row.save(update_fields=["only"])
    audit.note("set_identity_provider", domain, None, before=before, after=_shown(row))
    return True


@transaction.atomic
def remove_identity_provider(domain: Domain, actor: User) -> None:
    """Have the people of a domain sign in here again."""
    row = IdentityProvider.objects.filter(domain=domain).first()
    if row is not None:
        _forget_ids(row)
        row.delete()
        audit.note("remove_identity_provider", domain, actor)


def _shown(row: IdentityProvider) -> dict[str, object]:
    return {name: getattr(row, name) for name in KEPT if name != "name"}


def _same_server(row: IdentityProvider, wanted: ProviderSettings) -> bool:
    one_issuer = not row.issuer or row.issuer.rstrip("/") == wanted.issuer.rstrip("/")
    return one_issuer and discovery_url(row.server_url) == discovery_url(wanted.server_url)


def _is_another(row: IdentityProvider, wanted: ProviderSettings) -> bool:
    return row.client_id != wanted.client_id or not _same_server(row, wanted)


def _forget_ids(row: IdentityProvider) -> None:
    """Forget by which ids the provider knows people: another provider has others."""
    SocialAccount.objects.filter(provider=str(row.uid)).delete()
