"""The switches of an organization."""

from importlib import import_module

import pytest
from django.apps import apps

from accounts.models import Organization
from accounts.policy import SMS_COUNTRIES, Policy, policy_from_json

migration = import_module("accounts.migrations.0009_sms_to_more_countries")
OLD_DEFAULTS = migration.BEFORE


def test_a_policy_survives_storage() -> None:
    policy = Policy(sms_new=False, reminder_hours=(1, 2))

    assert policy_from_json(policy.to_json()) == policy


def test_a_switch_that_is_not_stored_has_its_default() -> None:
    assert policy_from_json({"unknown": 1}) == Policy()


@pytest.mark.parametrize(
    ("switch", "method", "source"),
    [
        ("sms_new", "sms", "draft"),
        ("sms_new", "sms", "header"),
        ("sms_personal", "sms", "personal"),
        ("sms_organization", "sms", "organization"),
        ("access_code_new", "access_code", "draft"),
        ("access_code_personal", "access_code", "personal"),
        ("access_code_organization", "access_code", "organization"),
    ],
)
def test_each_switch_rules_its_own_source(switch: str, method: str, source: str) -> None:
    assert not Policy(**{switch: False}).allows(method, source)  # type: ignore[arg-type]


def test_an_unknown_method_is_never_allowed() -> None:
    assert not Policy().allows("email", "draft")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (sorted(OLD_DEFAULTS), SMS_COUNTRIES),
        (["NL", "BE"], ("NL", "BE")),
        (sorted({*OLD_DEFAULTS, "US"}), tuple(sorted({*OLD_DEFAULTS, "US"}))),
        (None, SMS_COUNTRIES),
    ],
    ids=["as it was", "fewer", "more", "nothing stored"],
)
def test_an_upgrade_adds_countries_where_nobody_chose_others(
    stored: list[str] | None, expected: tuple[str, ...]
) -> None:
    data = Policy().to_json() | {"sms_countries": stored}
    data = {name: value for name, value in data.items() if value is not None}
    place = Organization.objects.create(name="Zorg", policy_data=data)

    migration.add_countries(apps, None)

    place.refresh_from_db()
    assert sorted(place.policy.sms_countries) == sorted(expected)
