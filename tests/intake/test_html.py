"""The visible text of HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.html import text_of
from tests.effort import GENEROUS, effort

MARKUP = ["<", ">", "</", "<p>", "<!--", "-->", '"', "'", "=", "&", "&#", ";", "<script>", "<pre>"]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>een</div><div>twee</div>", "een\ntwee"),
        ("<div>een</div>\n  <div><br></div>\n<div>twee</div>", "een\n\ntwee"),
        ("<p>een</p>\n<p>twee</p>", "een\n\ntwee"),
        ("een<br>twee<BR/>drie", "een\ntwee\ndrie"),
        ("<ul><li>een<li>twee</ul>", "een\ntwee"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><th>c</th></tr></table>", "a b\nc"),
        ("<b>vet</b>gedrukt <i> los </i> woord", "vetgedrukt los woord"),
        ("een\r\n   twee\tdrie", "een twee drie"),
        ("<pre>een\n  twee</pre>", "een\ntwee"),
        ("", ""),
    ],
)
def test_text_breaks_where_a_reader_sees_a_break(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("caf&eacute; &#8364;&nbsp;5 &#x26; &lt;b&gt;", "café € 5 & <b>"),
        ("&amp;nbsp; &onbekend; &", "&nbsp; &onbekend; &"),
        ("&#0;&#xD800;", "\ufffd\ufffd"),
        ("&#" + "9" * 5_000 + ";", "\ufffd"),
        ("a\x00b\ud800c", "abc"),
    ],
)
def test_entities_are_decoded(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "<head><title>weg</title><style>p{}</style></head><body>zichtbaar</body>",
        "<script>if (a < b) { '</p>' }</script>zichtbaar<SCRIPT>weg</SCRIPT >",
        "<!-- weg -->zichtbaar<!--[if mso]>weg<![endif]-->",
        "<!DOCTYPE html><?xml weg?><![if !mso]>zichtbaar<![endif]>",
        "zichtbaar<!-- nooit gesloten <p>weg</p>",
        "zichtbaar<style>nooit gesloten",
        "<a href=\"x>weg\" title='>'>zichtbaar</a>",
        "zichtbaar<p weg",
        "<o:p></o:p>zichtbaar</onbekend>",
    ],
)
def test_only_visible_text_is_given(html: str) -> None:
    assert text_of(html) == "zichtbaar"


@pytest.mark.parametrize("text", ["a < b", "3<4", "<3", "a <- b", "1 > 0"])
def test_a_loose_angle_bracket_is_text(text: str) -> None:
    assert text_of(text) == text


def test_a_quote_that_never_closes_hides_nothing() -> None:
    assert text_of('een <a href="x>twee</a> drie') == "een twee drie"


@given(st.lists(st.sampled_from(MARKUP) | st.text(max_size=5), max_size=40).map("".join))
def test_any_html_gives_text(html: str) -> None:
    text = text_of(html)

    assert "\x00" not in text
    assert text == text.strip()
    assert text.encode("utf-8").decode() == text


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        *("<", "<a", '<a b="', "<a b='", "<!--", "<!-", "</", "<!x", "<?", "&", "&#1", "&#x"),
        *("<script>", "<style", "<pre>", "<br>", "<td>", "<p>a", " ", "\n", '<x y="1" ', "<a =  "),
    ],
)
def test_html_is_read_in_linear_time(piece: str) -> None:
    assert effort(lambda: text_of(piece * (500_000 // len(piece)))) < GENEROUS
