"""When an access code is good enough."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts import codes
from tests.addresses.test_text import UNSEEN
from tests.examples import EXAMPLES

SINGLE = "'\u2018\u2019\u201a\u201b`\u00b4\u2032\uff07\u02bc\u2039\u203a\u05f3"
DOUBLE = '"\u201c\u201d\u201e\u2033\u00ab\u00bb\uff02\u05f4'
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d\u00ad"
SPACES = " \u00a0\u2009\u202f\u3000\t"
PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789\u00e9\u0142\u0430\u05d0.,:;!?+*/=#%&@()[]{}<>|~^_$\\"
CHANCE = random.Random(12)  # noqa: S311  the same every time


def retyped(code: str) -> str:
    """Return the code as another phone or word processor writes it."""
    kinds = {sign: kind for kind in (SINGLE, DOUBLE, DASHES, SPACES) for sign in kind}
    signs = (CHANCE.choice(kinds[c]) if c in kinds else c for c in code)
    return "".join(sign + CHANCE.choice(["", "", CHANCE.choice(UNSEEN)]) for sign in signs)


@pytest.mark.parametrize("code", ["blauwe fiets 12", "Q7-x9-2b", "wilgen-laan-83", "ijsvogel é"])
def test_a_good_code_is_taken(code: str) -> None:
    assert codes.check_access_code(code, hint="?", address="jan@example.nl", name="Jan") == ""


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", codes.TOO_SHORT),
        ("ab1", codes.TOO_SHORT),
        ("a b - 1 2", codes.TOO_SHORT),
        ("x1" * 33, codes.TOO_LONG),
        ("111111", codes.TRIVIAL),
        ("121212", codes.TRIVIAL),
        ("123456", codes.TRIVIAL),
        ("98-76-54", codes.TRIVIAL),
        ("qwertyuiop", codes.TRIVIAL),
        ("Welkom01", codes.TRIVIAL),
        ("W A C H T W O O R D", codes.TRIVIAL),
    ],
)
def test_a_code_that_is_easy_to_guess_is_refused(code: str, reason: str) -> None:
    assert codes.check_access_code(code) == reason


@pytest.mark.parametrize(
    ("around", "reason"),
    [
        ({"hint": "De code is: BLAUWE  FIETS-12!"}, codes.IS_HINT),
        ({"address": "blauwefiets12@example.nl"}, codes.IS_ADDRESS),
        ({"name": "Familie Blauwe Fiets 12"}, codes.IS_NAME),
        ({"hint": "x" * 201}, codes.HINT_TOO_LONG),
    ],
)
def test_a_code_that_stands_beside_it_is_refused(around: dict[str, str], reason: str) -> None:
    assert codes.check_access_code("blauwe fiets 12", **around) == reason


def test_a_code_that_holds_the_address_is_refused() -> None:
    reason = codes.check_access_code("jan@example.nl!", address="jan@example.nl")
    assert reason == codes.IS_ADDRESS


@pytest.mark.parametrize(
    "typed", ["BLAUWE FIETS 12", "blauwe-fiets-12", " blauwefiets\uff11\uff12 "]
)
def test_case_spaces_and_dashes_do_not_count(typed: str) -> None:
    assert codes.fold_code(typed) == codes.fold_code("blauwe fiets 12")


@given(st.text(), st.text(), st.text())
def test_any_text_gets_an_answer(code: str, hint: str, address: str) -> None:
    assert isinstance(codes.check_access_code(code, hint=hint, address=address), str)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(PLAIN + SINGLE + DOUBLE + DASHES + SPACES, min_size=1, max_size=20))
def test_a_code_is_the_same_however_it_is_typed_again(code: str) -> None:
    assert codes.fold_code(retyped(code)) == codes.fold_code(code)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(max_size=12))
def test_a_folded_code_is_folded_already(code: str) -> None:
    folded = codes.fold_code(code)
    assert codes.fold_code(folded) == folded


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(PLAIN, max_size=20))
def test_letters_digits_and_other_signs_all_count(code: str) -> None:
    assert codes.fold_code(code) == code


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("o'Neill-47", "O\u2019Neill\u201347"),
        ('"berk" en 12', "\u201eberk\u201d en\u00a012"),
        ("\u200bRozentuin-88\u2060", "rozentuin 88"),
        ("rozentuin-88", "roz\u00adentuin\u221288"),
        ("it`s 5 o'clock", "it\u00b4s 5 o\u2032clock"),
    ],
)
def test_what_a_phone_makes_of_a_code_is_the_code(stored: str, typed: str) -> None:
    assert codes.fold_code(stored) == codes.fold_code(typed)


def test_a_single_and_a_double_quote_are_two_signs() -> None:
    assert codes.fold_code("5' lang") != codes.fold_code('5" lang')


def test_a_code_is_no_longer_for_what_nobody_sees() -> None:
    assert codes.check_access_code("a\u200bb\u200c-1\u2060 \ufeff2") == codes.TOO_SHORT
