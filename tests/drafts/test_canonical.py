"""What counts in the bodies of a mail, and what mail programs change without a reader seeing it."""

from collections.abc import Mapping

import pytest

from delivery.reading import shown
from drafts.canonical import Token, canonical_shown, canonical_text, is_rendering

PICTURES = {"a@1": "digest one", "b@2": "digest one", "c@3": "digest two"}
SAME_HTML = [
    ("<p>a b</p>", "<P CLASS=MsoNormal style='margin:0'>a\r\n  b<o:p></o:p></P>"),
    ("<p>a</p><p>b</p>", "<div>a</div><div><br></div><div>b</div>"),
    ("<p>a</p>", "<!DOCTYPE html><html><head><title>x</title></head><body><p>a</p></body></html>"),
    ("caf\u00e9 &euro; 5", "cafe\u0301 \u20ac&#32;5"),
    ("<b>a</b> b", "<strong>a </strong>b"),
    ("<b>a b</b>", '<span style="font-weight: 700">a</span> <b>b</b>'),
    ("<s>a</s>", '<span style="text-decoration:line-through">a</span>'),
    ("a", '<span style="font-family:Arial;font-size:11pt;color:#000000">a</span>'),
    ("a<!-- 12 -->", "a<!--[if mso]><v:shape>b</v:shape><![endif]-->"),
    ("a", 'a<div style="display: none !important; color: red">id 12 <p>x</p></div>'),
    ("a", 'a<img src="https://count.example/12.gif" width="1" height="1">'),
    ('<img src="cid:a@1">', '<img width=300 src="cid:b@2">'),
    ("a\u200bb\u00ad", "ab"),
    ("<p>a</p>", "<p>&nbsp;</p><p>a</p><p>&nbsp;</p><br>"),
    ("<table><tr><td>a</td></tr></table>", "<table width=9><tbody><tr><td>a</table>"),
]
OTHER_HTML = [
    ("a b", "ab"),
    ("mg", "Mg"),
    ("m\u00b2", "m2"),
    ("10<sup>5</sup>", "105"),
    ("a<br>b", "a b"),
    ("<s>a</s>", "a"),
    ("<b>a</b> b", "a <b>b</b>"),
    ('<font color="red">a</font>', "a"),
    ('<span style="color:#fff">a</span>', "a"),
    ('<span style="background:#fff">a</span>', '<span style="background:yellow">a</span>'),
    ('<a href="https://x.example/1">a</a>', '<a href="https://x.example/2">a</a>'),
    ('<a href="https://x.example/1">a</a>', "a"),
    ('<a title="one">a</a>', '<a title="none">a</a>'),
    ('<img src="cid:a@1">', '<img src="cid:c@3">'),
    ('<img src="cid:a@1" alt="one">', '<img src="cid:a@1" alt="two">'),
    ('<img src="https://x.example/1.png">', '<img src="https://x.example/2.png">'),
    ("<table><tr><td>a<td></table>", "<table><tr><td><td>a</table>"),
    ("<table><tr><td>a<tr><td>b</table>", "<table><tr><td>a<td>b</table>"),
    ("<ol><li>a</ol>", "<ul><li>a</ul>"),
    ("<ol><li>a</ol>", "<ol start=2><li>a</ol>"),
    ("<blockquote>a</blockquote>b", "<blockquote>ab</blockquote>"),
    ("<pre>a  b</pre>", "<pre>a b</pre>"),
    ("a&nbsp;&nbsp;&nbsp;b", "a b"),
    ('<div dir="rtl">a</div>', "<div>a</div>"),
    ('<p style="display:none;display:block">a</p>', "<p></p>"),
    ('<p style="font-family:&quot;x;display:none;&quot;">a</p>', "<p></p>"),
    ('<p style="visibility:hidden">a</p>', "<p></p>"),
]


def canonical(html: str, pictures: Mapping[str, str] = PICTURES) -> list[Token]:
    """Return what the HTML shows."""
    return canonical_shown(html, shown(html), pictures)


@pytest.mark.parametrize(("one", "other"), SAME_HTML)
def test_html_that_looks_the_same_is_the_same(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(("one", "other"), OTHER_HTML)
def test_html_that_a_reader_can_tell_apart_is_other_html(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize("count", [700, 1900])
def test_html_that_a_browser_would_make_much_longer_is_taken_as_it_stands(count: int) -> None:
    opened = "".join(f"<i title={number}>" for number in range(count))
    html = f"<p>{opened}</p>" + "<p>a</p>" * count

    assert canonical(html, {}) == [html]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a b\nc", "a\nb c"),
        ("a\n\n\nb\n\n", "\n\na\n\nb"),
        ("[cid:a@1]", "[cid:b@2]"),
        ("a\u00a0b  \n", "a b"),
    ],
)
def test_text_that_is_wrapped_anew_is_the_same(one: str, other: str) -> None:
    assert canonical_text(one, PICTURES) == canonical_text(other, PICTURES)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a b", "a  b"), ("a\n\nb", "a b"), ("A", "a"), ("[cid:a@1]", "[cid:c@3]"), ("5", "-5")],
)
def test_other_text_is_other_text(one: str, other: str) -> None:
    assert canonical_text(one, PICTURES) != canonical_text(other, PICTURES)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one *two*\nthree", "<p>one <b>two</b><br>three</p>"),
        ("here <https://x.example/>", '<a href="https://x.example/">here</a>'),
        ("  *   one\n  *   two", "<ul><li>one</li><li>two</li></ul>"),
        ("[cid:a@1]\n[image: Logo]", '<img src="cid:a@1" alt="Logo">'),
    ],
)
def test_text_that_a_program_made_of_the_html_is_known(text: str, html: str) -> None:
    assert is_rendering(text, canonical(html))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one two", "<p>one</p>"),
        ("here <https://y.example/>", '<a href="https://x.example/">here</a>'),
        ("5*3", "<p>53</p>"),
        ("one (td)", "<table><tr><td>one</table>"),
    ],
)
def test_text_that_adds_something_is_no_rendering(text: str, html: str) -> None:
    assert not is_rendering(text, canonical(html))
