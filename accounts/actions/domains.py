"""The mail domains of an organization: each is proven by a code that its postmaster gets."""

import hashlib
import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import audit
from accounts.actions.signing_in import remove_identity_provider
from accounts.gateways import Letter
from accounts.models import Alias, Domain, Organization, User

LIFE, PAUSE = timedelta(days=7), timedelta(minutes=5)
TRIES = 5


class DomainTaken(Exception):
    """Another organization has proven that the domain is its own."""


class TooSoon(Exception):
    """A code was mailed a moment ago."""


class WrongCode(Exception):
    """The code is wrong, too old, or was tried too often."""


class DomainInUse(Exception):
    """People have addresses in it, or it is the only one."""


@transaction.atomic
def ask_domain(organization: Organization, name: str, *, actor: User) -> Domain:
    """Mail a code to the postmaster of a domain (RFC 2142, 5). Raises DomainTaken, TooSoon."""
    if Domain.objects.filter(name=name).exclude(confirmed_at=None).exists():
        raise DomainTaken
    domain, _is_new = Domain.objects.get_or_create(
        organization=organization, name=name, defaults={"confirmed_at": None}
    )
    if domain.code_at and timezone.now() - domain.code_at < PAUSE:
        raise TooSoon
    code = "-".join(f"{secrets.randbelow(10_000):04}" for _part in range(3))
    domain.code_hash, domain.code_at, domain.tries = _hash(domain, code), timezone.now(), 0
    domain.save(update_fields=["code_hash", "code_at", "tries"])
    audit.note("ask_domain", domain, actor, domain=name)
    asker = actor.display_name
    Letter(
        "domain", organization, f"postmaster@{name}", organization.language,
        code=code, domain=name, asker=asker, asker_email=actor.email,
    ).send()  # fmt: skip
    return domain


def confirm_domain(domain: Domain, code: str, *, actor: User) -> None:
    """Let the domain count from now on. Raises WrongCode, DomainTaken."""
    if not _is_right(domain, code):
        raise WrongCode
    try:
        with transaction.atomic():
            domain.confirmed_at, domain.code_hash = timezone.now(), ""
            domain.save(update_fields=["confirmed_at", "code_hash"])
            audit.note("confirm_domain", domain, actor, domain=domain.name)
    except IntegrityError as error:
        raise DomainTaken from error


@transaction.atomic
def remove_domain(domain: Domain, *, actor: User) -> None:
    """Give a domain up. Raises DomainInUse."""
    if domain.confirmed_at and _is_in_use(domain):
        raise DomainInUse
    remove_identity_provider(domain, actor)
    audit.note("remove_domain", domain, actor, domain=domain.name)
    domain.delete()


@transaction.atomic
def _is_right(domain: Domain, code: str) -> bool:
    """Tell whether this is the code that was mailed; each try counts."""
    locked = Domain.objects.select_for_update().get(pk=domain.pk)
    locked.tries += 1
    locked.save(update_fields=["tries"])
    if not locked.code_hash or not locked.code_at or locked.tries > TRIES:
        return False
    is_live = timezone.now() - locked.code_at < LIFE
    return is_live and constant_time_compare(_hash(locked, code), locked.code_hash)


def _is_in_use(domain: Domain) -> bool:
    place, end = domain.organization_id, f"@{domain.name}"
    others = Domain.objects.filter(organization=place).exclude(pk=domain.pk)
    people = User.objects.filter(organization=place, removed_at=None, email__endswith=end)
    aliases = Alias.objects.filter(user__organization=place, address__endswith=end)
    is_only = not others.exclude(confirmed_at=None).exists()
    return is_only or people.exists() or aliases.exists()


def _hash(domain: Domain, code: str) -> str:
    digits = "".join(sign for sign in code if sign.isdigit())
    return hashlib.sha256(f"{domain.name}:{digits}".encode()).hexdigest()
