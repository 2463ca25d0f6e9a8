"""When an access code is good enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts import codes


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
