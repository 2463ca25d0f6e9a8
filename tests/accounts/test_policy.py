"""The switches of an organization."""

import pytest

from accounts.policy import Policy, policy_from_json


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
