"""A number that SMS may not go to is told where it is filled in, and never after it was sent."""

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.policy import SMS_COUNTRIES, STATELESS, Policy
from addresses.phone import region_of
from contacts.forms import MobileNumberField
from delivery.actions import CodeNotSentError, send_code
from delivery.actions.verifying import COUNTRY
from drafts import states
from drafts.resolver import Candidate, resolve
from tests.delivery.messages import person, recipient_of, released
from tests.examples import EXAMPLES
from tests.numbers import mobile_numbers

NUMBERS = mobile_numbers()
REGIONS = sorted({region_of(number) for number in NUMBERS.values()})
SHARED = {  # country codes that several regions share
    "+1": "US CA BS DO JM PR TT", "+44": "GB GG JE", "+7": "RU KZ", "+599": "CW BQ",
    "+262": "RE YT", "+590": "GP", "+47": "NO", "+358": "FI", "+61": "AU", "+212": "MA",
}  # fmt: skip
ANDORRA, BONAIRE = NUMBERS["AD"], NUMBERS["BQ"]


def allowed_where_it_is_typed(number: str, policy: Policy) -> bool:
    """Type a number, in the field of every page."""
    try:
        return MobileNumberField(policy=policy).clean(number) == number
    except ValidationError:
        return False


def allowed_by_the_resolver(number: str, policy: Policy) -> bool:
    """Judge a number of the sender's address book."""
    return resolve([Candidate("sms", "personal", phone=number)], policy).reason == ""


def allowed_when_sending(number: str) -> bool:
    """Ask for a code on a number, under the policy of a new organization."""
    row, reason = recipient_of(released(person(value=number))), ""
    try:
        send_code(row, "this browser")
    except CodeNotSentError as error:
        reason = error.reason
    return reason != COUNTRY


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    number=st.sampled_from(sorted(NUMBERS.values())),
    others=st.sets(st.sampled_from(REGIONS), max_size=4),
)
def test_a_number_may_be_used_exactly_when_its_region_is_switched_on(
    number: str, others: set[str]
) -> None:
    own = {region_of(number)}
    on, off = (Policy(sms_countries=tuple(countries)) for countries in (others | own, others - own))

    assert allowed_where_it_is_typed(number, on)
    assert allowed_by_the_resolver(number, on)
    assert not allowed_where_it_is_typed(number, off)
    assert not allowed_by_the_resolver(number, off)


@pytest.mark.django_db
@pytest.mark.parametrize("region", ["AD", "AW", "BQ", "BS", "GB", "GP", "KZ", "US", "870", "881"])
def test_page_resolver_and_sending_say_the_same(region: str) -> None:
    number = NUMBERS[region]

    sent = allowed_when_sending(number)

    assert allowed_where_it_is_typed(number, Policy()) == sent
    assert allowed_by_the_resolver(number, Policy()) == sent


def test_only_the_policy_knows_which_countries_are_switched_on() -> None:
    apps = ["addresses", "contacts", "delivery", "drafts", "intake", "notifications", "zivweb"]
    sources = [file for app in apps for file in Path(django_settings.BASE_DIR, app).rglob("*.py")]

    assert [file.name for file in sources if "sms_countries" in file.read_text()] == []


@pytest.mark.parametrize(
    ("code", "region"),
    [(code, region) for code, regions in SHARED.items() for region in regions.split()],
)
def test_regions_that_share_a_country_code_are_told_apart(code: str, region: str) -> None:
    number, alone = NUMBERS[region], Policy(sms_countries=(region,))
    others = Policy(sms_countries=tuple({*REGIONS} - {region}))

    assert (number.startswith(code), region_of(number)) == (True, region)
    assert (alone.allows_sms_to(number), others.allows_sms_to(number)) == (True, False)


@pytest.mark.parametrize("region", ["NL", "AW", "BQ", "CW", "SX", "GB", "GG", "IM", "JE"])
def test_the_kingdom_and_the_islands_of_great_britain_are_switched_on(region: str) -> None:
    assert (region in SMS_COUNTRIES, Policy().allows_sms_to(NUMBERS[region])) == (True, True)


@pytest.mark.parametrize("code", ["870", "881", "882"])
def test_satellites_are_switched_on_by_themselves(code: str) -> None:
    number, policy = NUMBERS[code], Policy(sms_countries=(STATELESS,))

    assert (Policy().allows_sms_to(number), policy.allows_sms_to(number)) == (False, True)


@pytest.mark.parametrize("weaker", ["personal", "organization"])
def test_nothing_weaker_is_used_for_a_number_that_sms_may_not_go_to(weaker: str) -> None:
    number, code = Candidate("sms", "personal", phone=ANDORRA), Candidate("access_code", weaker)

    assert resolve([number, code], Policy()).reason == states.COUNTRY


def test_another_number_is_used_for_one_that_sms_may_not_go_to() -> None:
    abroad = Candidate("sms", "personal", phone=ANDORRA)
    bonaire = Candidate("sms", "organization", phone=BONAIRE)

    assert resolve([abroad, bonaire], Policy()).chosen == bonaire


def test_an_access_code_that_the_sender_types_is_used() -> None:
    abroad, typed = Candidate("sms", "header", phone=ANDORRA), Candidate("access_code", "draft")

    assert resolve([abroad, typed], Policy()).chosen == typed
