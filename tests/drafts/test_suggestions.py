"""Offers for a recipient that needs something."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafts.suggestions import Facts, Suggestion, distance, similar, suggest

JAN, ONE, TWO = "jan@example.nl", "+31636363601", "+31636363602"


def test_a_colleagues_proven_number_goes_first() -> None:
    facts = Facts(colleagues={JAN: [ONE]}, in_text={JAN: [TWO]})

    assert suggest(JAN, facts) == [Suggestion("colleague", ONE), Suggestion("in_text", TWO)]


def test_a_number_is_offered_once_for_its_best_reason() -> None:
    facts = Facts(colleagues={JAN: [ONE]}, earlier={JAN: [ONE]}, in_text={JAN: [ONE]})

    assert suggest(JAN, facts) == [Suggestion("colleague", ONE)]


def test_facts_of_another_address_are_not_offered() -> None:
    assert suggest(JAN, Facts(earlier={"els@example.nl": [ONE]})) == []


def test_an_address_like_it_is_offered() -> None:
    facts = Facts(known_addresses=["jan@example.nl", "els@example.nl"])

    assert suggest("jan@exmaple.nl", facts) == [Suggestion("similar", JAN)]


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("jan@exmaple.nl", "jan@example.nl", 1),
        ("jan@example.ml", "jan@example.nl", 1),
        ("jna@exmaple.nl", "jan@example.nl", 2),
        ("jan@example.nl", "jan@example.nl", 0),
        ("jan@example.nl", "els@example.nl", 3),
        ("jan@example.nl", "jan@example.online", 3),
        ("", "ab", 2),
    ],
)
def test_slips_are_counted(one: str, other: str, slips: int) -> None:
    assert distance(one, other) == slips


def test_the_nearest_address_goes_first() -> None:
    known = ["jan@exampel.ml", "jan@example.ml"]

    assert similar("jan@example.nl", known)[0] == "jan@example.ml"


@given(st.text("ab.@", max_size=8), st.text("ab.@", max_size=8))
def test_no_slip_is_missed(one: str, other: str) -> None:
    is_near = one != other and distance(one, other) <= 2

    assert similar(one, [other]) == [other] * is_near
