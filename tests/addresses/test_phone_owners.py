"""A number is its owner's: what is read of a cell is the right number, or is told."""

from collections.abc import Callable, Iterable

import pytest
from phonenumbers import PhoneNumber

from addresses.phone import INVALID, PhoneError, parse_mobile
from contacts.importer.rows import read_number
from tests.addresses.numbers import (
    as_typed,
    e164,
    mobile_numbers,
    of_spreadsheet,
    two_at_once,
    with_extension,
    with_trunk_zero,
)
from tests.addresses.test_text import UNSEEN

Texts = Callable[[PhoneNumber], Iterable[str]]


def parsed(text: str, region: str) -> str:
    """Return the E.164 form, "" when the number is refused."""
    try:
        return parse_mobile(text, region)
    except PhoneError:
        return ""


def imported(text: str, region: str) -> str:
    """Return what an import makes of a cell, "" when it tells a problem."""
    return read_number(text, region)[0]


def strangers(texts: Texts, read: Callable[[str, str], str] = imported) -> list[tuple[str, str]]:
    """Return the texts that are read as somebody else's number, with their country."""
    return [
        (region, text)
        for region, number in mobile_numbers()
        for text in texts(number)
        if read(text, region) not in {"", e164(number)}
    ]


def test_a_number_is_read_as_people_write_it() -> None:
    numbers = [(region, text, e164(n)) for region, n in mobile_numbers() for text in as_typed(n)]
    assert [each for each in numbers if parsed(each[1], each[0]) != each[2]] == []


def test_what_a_spreadsheet_makes_of_a_number_is_nobody_elses() -> None:
    assert strangers(of_spreadsheet) == []


def test_a_zero_that_only_locals_dial_leads_to_nobody_else() -> None:
    assert strangers(with_trunk_zero, parsed) == []


@pytest.mark.parametrize("read", [parsed, imported])
def test_a_number_with_an_extension_is_nobody_elses(read: Callable[[str, str], str]) -> None:
    assert strangers(with_extension, read) == []


def test_two_numbers_in_a_cell_are_told() -> None:
    others = dict(mobile_numbers())
    cells = [
        (region, text)
        for region, number in mobile_numbers()
        for text in two_at_once(number, others[region])
    ]
    assert [cell for cell in cells if parsed(cell[1], cell[0])] == []


@pytest.mark.parametrize(
    ("typed", "region", "stored"),
    [
        ("1701234567.0", "DE", "+491701234567"),
        ("6641234567.0", "AT", "+436641234567"),
        ("401234567.00", "FI", "+358401234567"),
        ("612345678,0", "NL", "+31612345678"),
        ("0049 (0)170 1234567", "NL", "+491701234567"),
        ("\uff0b31\uff086\uff0912345678", "NL", "+31612345678"),
        ("0664/1234567", "AT", "+436641234567"),
        ("(0664) 1234567", "AT", "+436641234567"),
    ],
)
def test_a_number_is_taken_whatever_wrote_it(typed: str, region: str, stored: str) -> None:
    assert parsed(typed, region) == stored


@pytest.mark.parametrize("typed", ["0664 1234567 (12)", "0664 1234567/12", "1 701 234 567.0"])
def test_digits_behind_a_number_are_told(typed: str) -> None:
    with pytest.raises(PhoneError) as refused:
        parse_mobile(typed, "AT")
    assert refused.value.reason == INVALID


def test_a_small_raised_figure_is_no_digit() -> None:
    assert parsed("066412345\u00b2", "AT") == parsed("+43664123456\u2077", "AT") == ""


def test_what_is_unseen_in_a_number_changes_nothing() -> None:
    signs = [UNSEEN[at] for at in range(0, len(UNSEEN), 37)]
    assert [sign for sign in signs if parsed(f"{sign}06{sign}12345678{sign}", "NL") == ""] == []
