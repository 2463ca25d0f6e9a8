"""Mobile numbers as people type them, against tables of the library's own examples."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addresses.phone import (
    PhoneError,
    has_country_code,
    mask_phone,
    parse_mobile,
    region_of,
    show_phone,
)

TABLES = Path(__file__).parents[2].parent / "shared" / "contacts"
MOBILE = "+31636363636"


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a table that is kept beside the project; none where it is not."""
    path = TABLES / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


NUMBERS, INPUTS = rows("phone_numbers.csv"), rows("phone_inputs.csv")
needs_tables = pytest.mark.skipif(
    not (NUMBERS and INPUTS), reason="the tables ../shared/contacts/phone_*.csv are not here"
)


def read(typed: str, region: str) -> str:
    """Return the E.164 form, "" when the number is refused."""
    try:
        return parse_mobile(typed, region)
    except PhoneError:
        return ""


def wrongly_read(form: str, *, can_sms: bool) -> list[str]:
    """Return the numbers of the table that are refused or taken against what it says."""
    table = [row for row in NUMBERS if (row["can_sms"] == "True") is can_sms]
    found = {row["e164"]: read(row[form], row["region"]) for row in table}
    return [e164 for e164, got in found.items() if got != (e164 if can_sms else "")]


@needs_tables
@pytest.mark.parametrize("form", ["e164", "national", "international"])
def test_every_mobile_number_of_the_world_is_taken(form: str) -> None:
    assert wrongly_read(form, can_sms=True) == []


@needs_tables
@pytest.mark.parametrize("form", ["e164", "national", "international"])
def test_no_landline_or_premium_number_is_taken(form: str) -> None:
    assert wrongly_read(form, can_sms=False) == []


@needs_tables
def test_a_typed_number_is_taken_as_the_library_reads_it_or_not_at_all() -> None:
    agreed = [row for row in INPUTS if row["second_library"] == "same"]
    good = {row["e164"] for row in agreed if row["mobile_or_maybe"] == row["valid"] == "True"}
    taken = {read(row["input"], row["default_region"]) for row in agreed}
    assert taken - good == {""}


@pytest.mark.parametrize(
    "typed",
    [
        "0636363636",
        "06 36 36 36 36",
        "06-36363636",
        "06\u201336363636",
        "06.36.36.36.36",
        "06/36363636",
        "(06) 36363636",
        "+31636363636",
        "+31 (0)6 36363636",
        "0031 6 36363636",
        "\u00a006\u00a036363636 ",
        "٠٦٣٦٣٦٣٦٣٦",
    ],
)
def test_a_dutch_mobile_number_is_read_in_every_way_of_writing(typed: str) -> None:
    assert parse_mobile(typed, "NL") == MOBILE


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        (" \u00a0", "empty"),
        ("06 1234", "too_short"),
        ("06 123456789", "invalid"),
        ("06 12345678901234", "too_long"),
        ("0" * 41, "too_long"),
        ("020 123 4567", "landline"),
        ("0900 1234567", "not_mobile"),
        ("0800 1234567", "not_mobile"),
        ("06 letters", "letters"),
        ("06 36363636; 06 12345678", "invalid"),
        ("+999 12345678", "invalid"),
    ],
)
def test_a_refused_number_has_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(PhoneError) as refused:
        parse_mobile(typed, "NL")
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("typed", "tells"),
    [("+31636363636", True), ("0031636363636", True), ("(+31) 6", True), ("06 36363636", False)],
)
def test_a_country_code_is_seen(typed: str, tells: bool) -> None:
    assert has_country_code(typed) is tells


@pytest.mark.parametrize(
    ("e164", "shown"), [(MOBILE, "+31 6 36 36 36 36"), ("+32470123456", "+32 470 12 34 56")]
)
def test_a_number_is_shown_in_groups(e164: str, shown: str) -> None:
    assert show_phone(e164) == shown


def test_a_shown_number_is_read_again() -> None:
    assert parse_mobile(show_phone(MOBILE), "DE") == MOBILE


def test_a_masked_number_keeps_two_digits() -> None:
    assert mask_phone(MOBILE) == "•••• 36"


def test_the_country_of_a_number_is_known() -> None:
    assert region_of("+32470123456") == "BE"


@given(st.text(max_size=60), st.sampled_from(["NL", "BE", "US", "ZZ"]))
def test_any_text_is_a_number_or_is_refused(typed: str, region: str) -> None:
    found = read(typed, region)
    assert found == "" or read(found, "NL") == found
