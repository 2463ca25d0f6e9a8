"""Characters that nobody sees: which these are, and that none is left."""

import sys
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from addresses.text import INVISIBLE, strip_for_domain, strip_invisible, visible_line
from tests.examples import EXAMPLES

EVERYTHING = "".join(map(chr, range(sys.maxunicode + 1)))
UNSEEN = "".join(chr(c) for first, last in INVISIBLE for c in range(first, last + 1))
# Format characters that show as a sign of their own, or arrange signs that do.
SEEN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
ARRANGING = set(range(0x13430, 0x13440))
unseen = st.sampled_from(UNSEEN)
mixed = st.text(st.one_of(st.characters(), unseen), max_size=12)


def test_every_format_character_without_a_sign_of_its_own_is_invisible() -> None:
    format_characters = {c for c in EVERYTHING if unicodedata.category(c) == "Cf"}
    assert format_characters - set(UNSEEN) <= {chr(c) for c in SEEN | ARRANGING}


def test_every_variation_selector_and_filler_is_invisible() -> None:
    names = {c: unicodedata.name(c, "") for c in EVERYTHING}
    found = {c for c, name in names.items() if "VARIATION SELECTOR" in name}
    found |= {c for c, name in names.items() if "HANGUL" in name and "FILLER" in name}
    assert found - set(UNSEEN) == set()


def test_no_letter_digit_or_sign_is_lost() -> None:
    kept = strip_invisible(EVERYTHING)
    lost = {c for c in EVERYTHING if unicodedata.category(c)[0] in "LNPSZ"} - set(kept)
    assert {unicodedata.name(c) for c in lost} == {
        "HANGUL CHOSEONG FILLER",
        "HANGUL JUNGSEONG FILLER",
        "HANGUL FILLER",
        "HALFWIDTH HANGUL FILLER",
    }


@settings(max_examples=EXAMPLES, deadline=None)
@given(mixed)
def test_a_line_holds_nothing_unseen_and_is_a_line_already(text: str) -> None:
    line = visible_line(text)
    assert set(line) & set(UNSEEN) == set()
    assert line == visible_line(line) == " ".join(line.split())


@settings(max_examples=EXAMPLES, deadline=None)
@given(mixed)
def test_a_domain_keeps_no_more_than_joiners_behind_other_scripts(text: str) -> None:
    kept = strip_for_domain(text)
    assert set(kept) & set(UNSEEN) <= {"\u200c", "\u200d"}
    assert strip_for_domain(kept) == kept
    assert strip_invisible(kept) == strip_invisible(text)
