"""Changing what an organization allows, and how it looks to recipients."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.logos import Picture
from accounts.models import Logo, Organization, User
from flow.sweeps import wake

PLACE = ("time_zone", "language")
LOOK = ("name", "texts", "support_name", "support_email", "support_phone")


@transaction.atomic
def set_policy(
    organization: Organization, switches: Mapping[str, Any], *, actor: User, **place: str
) -> bool:
    """Let these switches hold from now on; tell whether any differs. What waits is judged again.

    `place` may hold the time zone and the language of mails to recipients.
    """
    locked = _locked(organization)
    policy = replace(locked.policy, **switches)
    before = {**locked.policy.to_json(), **_values(locked, PLACE)}
    locked.policy_data = policy.to_json()
    _assign(locked, PLACE, place)
    after = {**policy.to_json(), **_values(locked, PLACE)}
    if not audit.note_change("change_policy", locked, actor, before, after):
        return False
    locked.save(update_fields=["policy_data", *PLACE])
    wake("drafts.tasks.judge_policies")
    return True


@transaction.atomic
def set_look(
    organization: Organization,
    values: Mapping[str, Any],
    switches: Mapping[str, Any],
    *,
    actor: User,
) -> bool:
    """Keep name, texts, support contact, and of the policy what recipients see; tell whether any
    of it differs."""
    locked = _locked(organization)
    policy = replace(locked.policy, **switches)
    before = {**locked.policy.to_json(), **_values(locked, LOOK)}
    locked.policy_data = policy.to_json()
    _assign(locked, LOOK, values)
    after = {**policy.to_json(), **_values(locked, LOOK)}
    locked.save(update_fields=["policy_data", *LOOK])
    return audit.note_change("change_look", locked, actor, before, after)


@transaction.atomic
def set_logo(organization: Organization, picture: Picture, *, actor: User) -> None:
    """Show this picture from now on."""
    locked = _locked(organization)
    before = _digest_of_logo(locked)
    digest = hashlib.sha256(picture.content).hexdigest()
    Logo.objects.update_or_create(
        organization=locked,
        defaults={
            "content": picture.content,
            "content_type": picture.content_type,
            "width": picture.width,
            "height": picture.height,
            "digest": digest,
        },
    )
    audit.note_change("change_logo", locked, actor, {"logo": before}, {"logo": digest})


@transaction.atomic
def remove_logo(organization: Organization, *, actor: User) -> None:
    """Show no picture any more."""
    locked = _locked(organization)
    before = _digest_of_logo(locked)
    Logo.objects.filter(organization=locked).delete()
    audit.note_change("change_logo", locked, actor, {"logo": before}, {"logo": ""})


def _locked(organization: Organization) -> Organization:
    return Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def _digest_of_logo(organization: Organization) -> str:
    found = Logo.objects.filter(organization=organization).values_list("digest", flat=True)
    return found.first() or ""


def _values(organization: Organization, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(organization, name) for name in names}


def _assign(organization: Organization, names: tuple[str, ...], values: Mapping[str, Any]) -> None:
    for name in names:
        if name in values:
            setattr(organization, name, values[name])
