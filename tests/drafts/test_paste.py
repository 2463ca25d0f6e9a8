"""A pasted list, as people have it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafts.paste import Match, Person, Unmatched, map_list

JAN = Person(1, "jan@example.nl", "Jan Jansen")
ELS = Person(2, "els@example.nl", "Els de Vries")
BOB = Person(3, "bob.smit@example.org", "")
PEOPLE = [JAN, ELS, BOB]
ONE, TWO, THREE = "+31636363601", "+31636363602", "+31636363603"

LISTS = [
    pytest.param(
        "jan@example.nl 06-36363601\nels@example.nl 06-36363602\nbob.smit@example.org 0636363603",
        ["address", "address", "address"],
        id="address and number",
    ),
    pytest.param(
        "Jan Jansen\tjan@example.nl\t+31 6 36 36 36 01\n"
        "Els\tels@example.nl\t0031636363602\nBob\tbob.smit@example.org\t06 36 36 36 03\n",
        ["address", "address", "address"],
        id="a spreadsheet",
    ),
    pytest.param(
        "06 36363603;bob.smit@example.org\r\n06 36363602;els@example.nl\r\n"
        "06 36363601;jan@example.nl",
        ["address", "address", "address"],
        id="another order, number first, semicolons",
    ),
    pytest.param(
        "Els de Vries 06-36363602, Bob Smit 06-36363603, Jan Jansen 06-36363601",
        ["name", "name", "name"],
        id="names on one line",
    ),
    pytest.param(
        "06 36 36 36 01\n06 36 36 36 02\n06 36 36 36 03",
        ["order", "order", "order"],
        id="a column of numbers",
    ),
    pytest.param(
        "Jan Jansen\nAccountant\nT 020 123 4567\nM 06-36363601\njan@example.nl\n\n"
        "Els de Vries\nMobiel: +31 (0)6 36363602\n\nBob Smit\nm: 0636363603",
        ["address", "name", "name"],
        id="signatures",
    ),
]


@pytest.mark.parametrize(("text", "how"), LISTS)
def test_each_number_finds_its_recipient(text: str, how: list[str]) -> None:
    pasted = map_list(text, PEOPLE, "NL")

    found = [(match.key, match.number, match.how) for match in pasted.matches]
    assert found == list(zip([1, 2, 3], [ONE, TWO, THREE], how, strict=True))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("piet@example.nl 06-36363609", "nobody"),
        ("Jan Jansen 020 123 4567", "landline"),
        ("Jan Jansen", "no_number"),
        ("see you on Friday", "no_number"),
        ("Onbekende Persoon 06-36363609", "nobody"),
    ],
)
def test_what_is_for_nobody_is_shown_with_its_reason(text: str, reason: str) -> None:
    pasted = map_list(text, PEOPLE, "NL")

    assert pasted.unmatched == (Unmatched(text, reason),)


def test_a_line_without_a_number_under_a_whole_one_is_shown() -> None:
    pasted = map_list("Jan Jansen jan@example.nl 0636363601\nPiet Pietersen", PEOPLE, "NL")

    assert [match.key for match in pasted.matches] == [1]
    assert pasted.unmatched == (Unmatched("Piet Pietersen", "no_number"),)


def test_a_name_that_two_people_have_is_for_nobody() -> None:
    twin = Person(4, "jan@example.com", "Jan Jansen")

    pasted = map_list("Jan Jansen 06-36363601", [JAN, twin], "NL")

    assert (pasted.matches, pasted.unmatched[0].reason) == ((), "several")


def test_too_few_numbers_are_not_given_by_order() -> None:
    pasted = map_list("06 36 36 36 01\n06 36 36 36 02", PEOPLE, "NL")

    assert (pasted.matches, len(pasted.unmatched)) == ((), 2)


def test_the_second_number_for_a_person_is_shown_and_not_used() -> None:
    text = "jan@example.nl 06-36363601\njan@example.nl 06-36363609"

    pasted = map_list(text, [JAN], "NL")

    assert pasted.matches == (Match(1, ONE, "address", "jan@example.nl 06-36363601"),)
    assert len(pasted.unmatched) == 1


@given(text=st.text(alphabet="aj@.nl06+31 ;,\t\n-()ë\u00a0", max_size=200))
def test_any_text_is_mapped_without_a_crash(text: str) -> None:
    keys = [match.key for match in map_list(text, PEOPLE, "NL").matches]

    assert len(keys) == len(set(keys))
