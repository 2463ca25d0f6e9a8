"""A domain is its owner's: what IDNA 2008 tells apart stays apart, and is shown as it is."""

import random

import pytest

from addresses.mail import (
    AddressError,
    normalize_address,
    normalize_domain,
    show_address,
    show_domain,
    without_joiners,
)
from tests.addresses.domains import by_the_book, changed_domains, stored, valid_domains
from tests.addresses.test_text import UNSEEN

CHANCE = random.Random(2008)  # noqa: S311  the same every time


def with_sign(text: str, sign: str) -> str:
    """Return the text with a sign somewhere inside."""
    place = CHANCE.randrange(1, len(text))
    return text[:place] + sign + text[place:]


def test_a_valid_domain_is_stored_as_idna_2008_says() -> None:
    assert [each for each in valid_domains() if stored(each) != by_the_book(each)] == []


def test_two_domains_that_differ_are_never_one() -> None:
    assert [pair for pair in changed_domains() if stored(pair[0]) == stored(pair[1])] == []


def test_a_domain_that_is_shown_is_the_one_that_was_written() -> None:
    shown = {each: show_domain(stored(each)) for each in valid_domains()}
    assert [each for each, text in shown.items() if stored(text) != stored(each)] == []
    assert [each for each, text in shown.items() if text != each] == []


def test_a_stored_domain_is_stored_the_same_again() -> None:
    made = (f"xn--{''.join(CHANCE.choices('abnx019-', k=9))}" for _ in valid_domains())
    taken = [*map(stored, valid_domains()), *filter(None, map(stored, made))]
    assert [each for each in taken if stored(each) != each] == []
    assert [each for each in taken if stored(show_domain(each)) != each] == []


def test_what_is_unseen_around_an_address_changes_nothing() -> None:
    noisy = {
        each: f"{CHANCE.choice(UNSEEN)}jan@{each}{CHANCE.choice(UNSEEN)}"
        for each in valid_domains()
    }
    expected = {each: f"jan@{by_the_book(each)}" for each in noisy}
    found = {each: normalize_address(text) for each, text in noisy.items()}
    assert [each for each in noisy if found[each] != expected[each]] == []


def test_what_is_unseen_inside_a_domain_leads_to_nobody_else() -> None:
    noisy = [(each, with_sign(each, CHANCE.choice(UNSEEN))) for each in valid_domains()]
    noisy += [(each, with_sign(each, CHANCE.choice("\u200c\u200d"))) for each in valid_domains()]
    own = {(each, text): {"", by_the_book(each), by_the_book(text)} for each, text in noisy}
    assert [pair for pair in noisy if stored(pair[1]) not in own[pair]] == []


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("lena@straße-nord.example", "lena@straße-nord.example"),
        ("lena@STRASSE-Nord.example", "lena@strasse-nord.example"),
        ("lena@STRAẞE.example", "lena@straße.example"),
        ("a@\u039f\u0394\u039f\u03a3.example", "a@\u03bf\u03b4\u03bf\u03c3.example"),
        ("a@\u03bf\u03b4\u03bf\u03c2.example", "a@\u03bf\u03b4\u03bf\u03c2.example"),
        ("a@kana。example", "a@kana.example"),
        ("a@\uff2b\uff21\uff2e\uff21\uff0eexample", "a@kana.example"),
        ("a@XN--STRAE-OQA.example", "a@straße.example"),
        ("a@xn--i-7iq.example", "a@xn--i-7iq.example"),
        ("a@ab--cd.example.", "a@ab--cd.example"),
        ("a@My_Host.example", "a@my_host.example"),
        ("a@_mail.example", "a@_mail.example"),
        ("a@bu\u0308cher.example", "a@bücher.example"),
        ("@straße.example", "@straße.example"),
    ],
)
def test_an_address_is_shown_with_its_owners_domain(typed: str, shown: str) -> None:
    local, _, domain = typed.partition("@")
    assert show_address(f"{local}@{normalize_domain(domain)}") == shown


@pytest.mark.parametrize(
    "typed",
    [
        "a@snow\u2603man.example",
        "a@[192.0.2.1]",
        "a@ex%61mple.nl",
        "a@m\u00fc\u2044nchen.example",
        "a@\u0646\u200d\u0646.example",
        "a@mail.\u0d15\u0d4d\u200c\u200d",
        f"a@{'ü' * 60}.example",
        f"{'ü.' * 3000}example",
        f"@{'a.' * 127}example",
    ],
)
def test_what_is_no_domain_is_refused(typed: str) -> None:
    with pytest.raises(AddressError):
        normalize_address(typed)


def test_an_address_is_known_without_its_joiners() -> None:
    joined = normalize_address("a@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example")
    assert without_joiners(joined) == normalize_address(
        "a@\u0646\u0627\u0645\u0647\u0627\u06cc.example"
    )
    assert without_joiners("jan@example.nl") == "jan@example.nl"
