"""Header blocks in what a stranger may have written: nothing is left, nothing is slow."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.blocks import take_from_html, take_from_text
from tests.effort import GENEROUS, effort

LINE = "zivver-access-right: jan@example.nl sms +31636363636"
BLOCK = f"<!--zivver_headers\n{LINE}\nzivver_headers-->\n"
TYPED = f"&lt;!--zivver_headers<br>{LINE}<br>zivver_headers--&gt;"
FRAGMENTS = [
    *(
        "<!--",
        "zivver_headers",
        "-->",
        "&lt;!--zivver_headers",
        "zivver_headers--&gt;",
        "ziv",
        "ver",
    ),
    *("\n", "> ", " ", LINE, "zivver-access-right:", "+31636363636", "<jan@example.nl>", "\u200b"),
    *("<p>", "</p>", "<div>", "</div>", "<br>", "<b>", "</b>", "<blockquote>", "</blockquote>"),
    *(
        "<a href='x",
        "'>",
        '"',
        "<style>",
        "</style>",
        "<pre>",
        "</pre>",
        "<img>",
        "&amp;",
        "\u2014",
    ),
    *("<!--zivver_headers\n", "\nzivver_headers-->", "<td>", "</td>", "Beste Jan", "<!", "<?", ">"),
]


@pytest.mark.slow
@given(parts=st.lists(st.sampled_from(FRAGMENTS), max_size=40))
@settings(max_examples=400)
def test_no_line_of_a_block_is_left_in_text(parts: list[str]) -> None:
    body = take_from_text("".join(parts)).body

    assert "<!--zivver_headers" not in body
    assert not any(
        line.strip("> ").startswith("zivver-access-right:") for line in body.splitlines()
    )


@pytest.mark.slow
@given(parts=st.lists(st.sampled_from(FRAGMENTS), max_size=40))
@settings(max_examples=400)
def test_no_mark_is_left_in_html(parts: list[str]) -> None:
    body = take_from_html("".join(parts)).body

    assert "<!--zivver_headers" not in body
    assert "&lt;!--zivver_headers" not in body


@given(body=st.text(alphabet=st.sampled_from("<>!-&;/='\"a \n\u200bz")))
def test_nothing_makes_it_raise(body: str) -> None:
    assert take_from_html(body).body == body
    assert take_from_text(body).body == body


@pytest.mark.slow
@pytest.mark.parametrize(
    "fragment",
    [
        *("<", "<a ", '<a x="', "<a x='>\" ", "<!--", "<!--zivver", "&a", "\u200b", "<td>", "<b>"),
        *("<!--zivver_headers", "zivver_headers-->", "&lt;!--zivver_headers", BLOCK, TYPED, LINE),
        *("\n", "> ", " ", "-", "<      ", "wrote ", "\nzivver-access-right:\n@@@@", "zivver-a-"),
    ],
)
@pytest.mark.parametrize("above", ["", "<!--zivver_headers\n", "<p>&lt;!--zivver_headers"])
def test_time_grows_with_the_length_only(above: str, fragment: str) -> None:
    body = above + fragment * (100_000 // len(fragment))

    assert effort(lambda: (take_from_text(body), take_from_html(body))) < GENEROUS
