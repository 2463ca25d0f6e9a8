"""One normal form of an e-mail address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addresses.mail import (
    AddressError,
    domain_of,
    mask_address,
    normalize_address,
    normalize_domain,
    show_domain,
)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Jan@Example.NL", "jan@example.nl"),
        (" <jan@example.nl> ", "jan@example.nl"),
        ("mailto:jan@example.nl", "jan@example.nl"),
        ("jan@\u200bexample.nl", "jan@example.nl"),
        ("jan@example.nl.", "jan@example.nl"),
        ("jan+werk@example.nl", "jan+werk@example.nl"),
        ("o'neil@example.nl", "o'neil@example.nl"),
        ("jan@münchen.example", "jan@xn--mnchen-3ya.example"),
        ("JOSE\u0301@example.nl", "jos\u00e9@example.nl"),
    ],
)
def test_an_address_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert normalize_address(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "jan",
        "@example.nl",
        "jan@",
        "jan@@example.nl",
        "jan jansen@example.nl",
        "jan..j@example.nl",
        ".jan@example.nl",
        "jan@example..nl",
        "jan@-example.nl",
        "jan@exa mple.nl",
        "jan@example.nl\r\nbcc: els@example.nl",
        "jan\x00@example.nl",
        f"{'a' * 65}@example.nl",
        f"a@{'b' * 64}.nl",
        f"a@{'bcd.' * 64}nl",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(AddressError):
        normalize_address(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [("kim@example.nl", "\u212aim@example.nl"), ("bilal@example.nl", "b\u0131lal@example.nl")],
)
def test_look_alike_letters_do_not_reach_another_mailbox(one: str, other: str) -> None:
    assert normalize_address(one) != other


def test_the_domain_of_an_address_is_what_follows_the_last_at() -> None:
    assert domain_of("jan@example.nl") == "example.nl"


def test_a_domain_is_shown_in_its_own_letters() -> None:
    assert show_domain(normalize_domain("MÜNCHEN.example")) == "münchen.example"


def test_a_masked_address_keeps_one_letter_and_the_domain() -> None:
    assert mask_address("jan@example.nl") == "j•••@example.nl"


@pytest.mark.slow
@given(st.text())
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    try:
        address = normalize_address(text)
    except AddressError:
        return
    assert normalize_address(address) == address
