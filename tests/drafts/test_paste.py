"""A pasted list, as people have it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafts.paste import Pasted, Person, Unmatched, Wrong, agreed, map_list
from tests.drafts.made_lists import MadeList, made_list
from tests.examples import EXAMPLES

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
        ("Piet Pietersen 020 123 4567", "landline"),
        ("els@example.nl 06-36363601 06-36363602", "numbers"),
        ("Jan Jansen en Els de Vries 06-36363601", "several"),
        ("Els de Vries 06 36 36 36 36 3", "unclear"),
        ("Jan Jansen (dochter Anna) 06-36363601", "nobody"),
        ("Jan Jansen\t06-36363601\tschoondochter", "nobody"),
        ("Jan Jansen 06-36363601 1234 AB Utrecht zijn nicht Anna", "nobody"),
        ("Jansen, P. Schoolstraat 14\t06-36363601", "nobody"),
        ("Jan Jansen onbekend; Fatma Bakker 06-36363601", "nobody"),
        ("06-36363601 Bakker, Fatma - Jan Jansen", "nobody"),
        ("Jan Jansen\t06-36363601\tnee  zoon", "nobody"),
        ("Mw. Jansen 06-36363601, Jansen, Jan", "nobody"),
        ("1347 DH - Bakker, Jan - 06-36363601", "nobody"),
        ("Jansen\tM\tUtrecht\t06-36363601", "nobody"),
        ("Piet Jansen 06-36363601", "nobody"),
        ("P. de Vries 06-36363601", "nobody"),
        ("Jan Jansen jan@elders.example 06-36363601", "nobody"),
        ("Els Jansen-de Vries 06-36363601", "nobody"),
        ("Jan Jansen 06-36363601 Piet Pietersen", "nobody"),
        ("ja: M: Jansen Piet: 06-36363601", "nobody"),
        ("Jan Jansen - 06-36363601 - Piet Pietersen", "nobody"),
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


def test_two_lines_of_one_person_with_other_numbers_are_shown_and_not_used() -> None:
    text = "jan@example.nl 06-36363601\njan@example.nl 06-36363609"

    pasted = map_list(text, [JAN], "NL")

    assert (pasted.matches, [each.reason for each in pasted.unmatched]) == ((), ["numbers"] * 2)


@pytest.mark.parametrize(
    "line",
    [
        "Jan Jansen\t12-03-1985\t{}",
        "Jan Jansen\t020-1234567\t{}",
        "1. Jan Jansen {}",
        "kamer 12 Jan Jansen 1234567 {}",
        "Jansen, J. kamer 12 {}",
        "J. Jansen\tM\t{}\tUtrecht",
        "Utrecht - Jansen, Jan - M - {}",
        "M;{};Jansen;J.;nuchter;Bergen op Zoom",
        "Het mobiele nummer van J. Jansen is {}",
        "{};12345678;Jansen, Jan;0318 612345",
        "geb. 12-03-1985 {} dhr. J. Jansen",
        "Jan Jansen 01-06-85 123456 {}",
        "1985-06-19 {} Jan Jansen",
        "Jan Jansen NL12 ABCD 0612 3456 78 {}",
        "Jan\u200b Jan\u00adsen: \u202a{}\u202c",
        "Jan Jansen geb. de Vries {}",
        '1\t"Jan Jansen\n(12 maart 1985)"\t"{}"',
        "mw. Jansen;{};Gent",
        "Jan Jansen - Lange Voorhout 19 - {} - Gent",
        "89 jr, 2028 AD, J. Jansen, {}, Hoofdstraat 12",
        "Jansen, Jan Willem, {}, Kerkweg 3",
        "J. Jansen {} 1829 FA",
        "Utrecht {} J. Jansen wil graag om 10.30 uur",
        "{}\nGent\nPrinsengracht 193\nwil graag om 10.30 uur\nJansen, Jan",
    ],
)
@pytest.mark.parametrize("number", ["06-36363601", "+31\u00a0(0)6 36 36 36 01", "06\u201136363601"])
def test_a_line_that_names_one_recipient_gives_them_its_mobile_number(
    line: str, number: str
) -> None:
    pasted = map_list(line.format(number), PEOPLE, "NL")

    assert [(match.key, match.number) for match in pasted.matches] == [(1, ONE)]


@pytest.mark.parametrize(
    ("region", "line", "number"),
    [
        ("BE", "12 0470 12 34 56 Jan Jansen", "+32470123456"),
        ("BE", "Jan Jansen 02 512 34 56 0470/12.34.56", "+32470123456"),
        ("DE", "Zimmer 12 Jan Jansen 12.03.1985 0171 1234567", "+491711234567"),
        ("AT", "Jan Jansen\t0664 12 34 567", "+436641234567"),
        ("ES", "Jan Jansen 12-03-1985 612 34 56 78", "+34612345678"),
        ("NL", "Jan Jansen\t612345678", "+31612345678"),
        ("NL", "Jan Jansen\t31612345678", "+31612345678"),
    ],
)
def test_numbers_begin_as_they_do_in_the_country(region: str, line: str, number: str) -> None:
    assert [match.number for match in map_list(line, PEOPLE, region).matches] == [number]


def test_a_column_of_nine_digits_beside_mobile_numbers_is_no_column_of_numbers() -> None:
    text = "612345678\tJan Jansen\t\n687654321\tEls de Vries\t06-36363602"

    assert [match.number for match in map_list(text, PEOPLE, "NL").matches] == [TWO]


@pytest.mark.parametrize(
    ("name", "line", "keys"),
    [
        ("Piet de Voogd", "Voogd, P. de\t06-36363601\tUtrecht", [1]),
        ("Piet de Voogd", "Piet de Voogd\t06-36363601\tvoogd", []),
        ("Anne-Marie", "Anne-Marie 06-36363601", [1]),
        ("Piet Post", "06-36363601 El Amrani, P. (Piet) geb. Post 15 maart 2012", []),
        (
            "Kees Kok",
            "Smit, K.;\t06-36363601, Kok, K.;\t020-1234567;\t, Kok, K.;\t020-7654321;\t06-36363602",
            [],
        ),
        ("Anne-Marie", "Anne-Marie 't Hart 06-36363601", []),
        ("", "Visser, Jan-Willem 06-36363601", []),
    ],
)
def test_a_part_of_a_name_is_no_other_name(name: str, line: str, keys: list[int]) -> None:
    people = [Person(1, "jan-willem@example.nl", name)]

    assert [match.key for match in map_list(line, people, "NL").matches] == keys


def test_a_first_row_of_a_name_that_means_son_is_no_row_of_heads() -> None:
    text = "Zoon, B., ?, kamer 3\nJan Jansen, 06-36363601, kamer 4"

    assert [match.key for match in map_list(text, PEOPLE, "NL").matches] == [1]


def test_a_nine_digit_code_of_somebody_without_a_number_is_no_number() -> None:
    text = "Jan Jansen\t\t651594083\nEls de Vries\t06-36363602\t472427"

    assert [match.number for match in map_list(text, PEOPLE, "NL").matches] == [TWO]


def test_people_on_one_line_are_cut_where_strokes_stand_between_them() -> None:
    text = "Jan Jansen 06-36363601 / Piet Bakker 06-36363609 / Els de Vries 06-36363602 / A. Smit"

    found = [(match.key, match.number) for match in map_list(text, PEOPLE, "NL").matches]
    assert found == [(1, ONE), (2, TWO)]


def test_a_row_of_a_namesake_who_has_a_number_is_for_nobody() -> None:
    twin = Person(4, "jan@example.com", "Jan Jansen", needs=False)

    pasted = map_list("Jan Jansen 06-36363601", [JAN, twin], "NL")

    assert (pasted.matches, pasted.unmatched[0].reason) == ((), "several")


def test_a_recipient_who_has_a_number_is_told_of() -> None:
    has_one = Person(1, "jan@example.nl", "Jan Jansen", needs=False)

    assert map_list("Jan Jansen 06-36363601", [has_one], "NL").unmatched[0].reason == "has_one"


def test_a_landline_of_one_recipient_is_theirs_as_it_is_written() -> None:
    text = "Jan Jansen 020 123 4567"

    pasted = map_list(text, PEOPLE, "NL")

    assert pasted == Pasted((), (), (Wrong(1, "020 123 4567", text),))


@pytest.mark.parametrize(
    "heads",
    ["Naam;Telefoon", "Cliënt\tBehandelaar\tMobiel", "Nr\tName\tE-mail\tMobiel nummer", "---"],
)
def test_heads_of_columns_are_no_failure(heads: str) -> None:
    assert map_list(f"{heads}\njan@example.nl 06-36363601", PEOPLE, "NL").unmatched == ()


@pytest.mark.parametrize(
    "text",
    [
        "Jan Jansen\nPiet Pietersen\n06-36363601",
        "Jan Jansen\n06-36363601\nPiet Pietersen",
        "Piet Pietersen\n06-36363609\nJan Jansen\nEls de Vries\n06-36363602",
        "06-36363609 Jan Jansen 06-36363601",
        "Jan Jansen, Els de Vries, Bob Smit\n06-36363601\n06-36363602\n06-36363603",
        "Naam\tMobiel contactpersoon\nJan Jansen\t06-36363601",
    ],
)
def test_a_number_that_may_be_the_next_persons_is_nobodys(text: str) -> None:
    assert map_list(text, PEOPLE, "NL").matches == ()


@pytest.mark.parametrize("name", ["王伟", "Олена Дараган", "محمد علی", "Zoë Müller", "Łukasz Żak"])
def test_a_name_in_any_script_is_found(name: str) -> None:
    people = [Person(7, "a1@example.nl", name), *PEOPLE]

    assert [m.key for m in map_list(f"{name} 06-36363601", people, "NL").matches] == [7]


def test_the_order_counts_only_in_a_list_of_nothing_but_numbers() -> None:
    numbers = "1. 06-36363601\n2. 06-36363602\n3. 06-36363603"

    assert [match.how for match in map_list(numbers, PEOPLE, "NL").matches] == ["order"] * 3
    assert map_list(f"{numbers}\nPiet", PEOPLE, "NL").matches == ()


def test_only_what_was_found_by_address_is_kept_before_it_was_seen() -> None:
    text = "jan@example.nl 06-36363601\nEls de Vries 06-36363602\nBob Smit 06-36363603"
    pasted = map_list(text, PEOPLE, "NL")

    kept, unsure = agreed(pasted, [f"2:{TWO}", f"3:{ONE}"])

    assert ([each.key for each in kept.matches], [each.key for each in unsure]) == ([1, 2], [3])


def test_a_list_that_is_too_long_says_where_it_was_cut() -> None:
    text = "jan@example.nl 06-36363601\n" + "Piet Pietersen\n" * 1500

    assert map_list(text, PEOPLE, "NL").unmatched[-1].reason == "list_too_long"


@pytest.fixture(scope="module")
def made() -> list[tuple[MadeList, Pasted]]:
    """Return lists as people copy them, and what became of them."""
    lists = [made_list(seed) for seed in range(EXAMPLES)]
    return [(each, map_list(each.text, each.people, "NL")) for each in lists]


def test_no_number_of_a_list_goes_to_the_wrong_person(made: list[tuple[MadeList, Pasted]]) -> None:
    pairs = [(each, match) for each, pasted in made for match in pasted.matches]

    assert [each.text for each, match in pairs if each.truth[match.key] != match.number] == []


def test_nine_in_ten_pairs_that_a_person_would_make_are_found(
    made: list[tuple[MadeList, Pasted]],
) -> None:
    found = sum(len(each.expected & {m.key for m in pasted.matches}) for each, pasted in made)

    assert found >= 0.9 * sum(len(each.expected) for each, _ in made)


@given(text=st.text(alphabet="aj@.nl06+31 ;,\t\n-()ë\u00a0", max_size=200))
def test_any_text_is_mapped_without_a_crash(text: str) -> None:
    keys = [match.key for match in map_list(text, PEOPLE, "NL").matches]

    assert len(keys) == len(set(keys))
