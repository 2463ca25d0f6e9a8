"""Taking zivver_headers blocks out of the bodies of a mail."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.blocks import TakenBlock, take_from_html, take_from_text

LINE = "zivver-access-right: jan@example.nl sms +31636363636"
BLOCK = f"<!--zivver_headers\n{LINE}\nzivver_headers-->\n"
TYPED = f"&lt;!--zivver_headers<br>{LINE}<br>zivver_headers--&gt;"
VOID = {"br", "img", "hr", "meta"}


class _Nesting(HTMLParser):
    """Collects what is opened and not closed, and the text that is shown."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.seen: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open += [tag] * (tag not in VOID)

    def handle_endtag(self, tag: str) -> None:
        self.wrong += [] if self.open[-1:] == [tag] else [tag]
        self.open = self.open[:-1]

    def handle_data(self, data: str) -> None:
        self.seen += data.split()


def well_nested(html: str) -> bool:
    page = _Nesting(html)
    return not page.wrong and not page.open


# --- Plain text ------------------------------------------------------------------------------


def test_block_on_top_is_read_and_taken_out() -> None:
    taken = take_from_text(f"{BLOCK}\nBeste Jan,\n")

    assert taken == TakenBlock((LINE,), "\nBeste Jan,\n", unclosed=False)


@given(body=st.text().filter(lambda text: "zivver" not in text.lower()))
def test_text_below_the_block_is_kept_to_the_byte(body: str) -> None:
    assert take_from_text(BLOCK + body).body == body


@given(body=st.text().filter(lambda text: "zivver" not in text.lower()))
def test_text_without_a_block_is_kept_to_the_byte(body: str) -> None:
    assert take_from_text(body) == TakenBlock((), body, unclosed=False)


@pytest.mark.parametrize("above", ["\n\n", "\ufeff", "\u00a0 \t\r\n", "\u200b\n\u2060", " \u202a"])
def test_what_nobody_sees_may_stand_above_the_block(above: str) -> None:
    assert take_from_text(above + BLOCK).lines == (LINE,)


@pytest.mark.parametrize(
    "above",
    [
        "Beste Jan,\n",
        "-- \n",
        "> ",
        "Op ma 16 nov schreef Jan:\n",
        "-----Original Message-----\n",
        ".",
    ],
)
def test_block_below_something_seen_is_not_obeyed_but_taken_out(above: str) -> None:
    taken = take_from_text(f"{above}{BLOCK}Dag")

    assert taken.lines == ()
    assert "zivver" not in taken.body
    assert taken.body.endswith("Dag")


def test_quoted_block_is_taken_out_with_its_quote_signs() -> None:
    quoted = "".join(f"> {line}\n" for line in ["Hoi", *BLOCK.splitlines(), "Dag"])

    assert take_from_text(quoted) == TakenBlock((), "> Hoi\n> Dag\n", unclosed=False)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("<!—zivver_headers", "zivver_headers—>"),
        ("<!\u2013-zivver_headers", "zivver_headers-\u2013>"),
        ("<! -- Zivver_Headers", "ZIVVER_HEADERS -- >"),
        ("<!--zivver_headers", "zivver_headers→"),
        ("<!--zivver_headers", "zivver_headersà"),
        ("<!--zivver_headers", "zivver_headers"),
        ("<!--zivver_headers", "-->"),
        ("zivver_headers", "zivver_headers"),
        ("<!--zivver\\_headers", "zivver\\_headers-->"),
        ("&lt;!--zivver_headers", "zivver_headers--&gt;"),
        ("<!--\u00adzivver-headers", "zivver-headers--\u200b>"),
    ],
)
def test_marks_are_known_as_mail_clients_correct_them(first: str, last: str) -> None:
    taken = take_from_text(f"{first}\n{LINE}\n{last}\nDag")

    assert taken == TakenBlock((LINE,), "Dag", unclosed=False)


@pytest.mark.parametrize(
    "typed",
    [
        "zivver-access-right: jan@example.nl sms\n+31636363636",
        "zivver-access-right:\njan@example.nl\nsms +31636363636",
        "zivver-access-right:\u00a0jan@example.nl\tsms\u2003 +31636363636 \r",
        "\n\n  zivver-access-right: jan@example.nl sms\n\n   +31636363636\n\n",
    ],
)
def test_line_broken_by_a_mail_client_is_one_line(typed: str) -> None:
    assert take_from_text(f"<!--zivver_headers\n{typed}\nzivver_headers-->\n").lines == (LINE,)


def test_block_on_one_line_has_all_its_lines() -> None:
    typed = f"<!--zivver_headers {LINE} {LINE} zivver_headers--> Dag"

    assert take_from_text(typed) == TakenBlock((LINE, LINE), "Dag", unclosed=False)


def test_two_blocks_on_top_both_count() -> None:
    assert take_from_text(f"{BLOCK}\n{BLOCK}Dag") == TakenBlock(
        (LINE, LINE), "\nDag", unclosed=False
    )


def test_line_of_unknown_kind_is_a_line_of_its_own() -> None:
    taken = take_from_text(f"<!--zivver_headers\nziver-x: 1\n{LINE}\nzivver x\nzivver_headers-->")

    assert taken.lines == ("ziver-x: 1", LINE, "zivver x")


def test_prose_in_the_block_ends_what_is_obeyed() -> None:
    taken = take_from_text(f"<!--zivver_headers\n{LINE}\nHoi Jan,\n{LINE}\nzivver_headers-->\nDag")

    assert taken == TakenBlock((LINE, "Hoi Jan,"), "Dag", unclosed=False)


def test_long_hint_broken_by_a_mail_client_is_one_line() -> None:
    line = "zivver-access-right: jan@example.nl access-code Blauw-42x de kleur"
    taken = take_from_text(f"<!--zivver_headers\n{line}\nvan onze deur\nzivver_headers-->\n")

    assert taken.lines == (f"{line} van onze deur",)


@pytest.mark.parametrize("above", ["", "<!--zivver_headers\n", "<!--zivver_headers\n\n"])
@pytest.mark.parametrize("quoted", [f"> {LINE}\n", f"> zivver_headers\n> {LINE}\n"])
def test_quoted_line_on_top_is_not_obeyed_but_taken_out(above: str, quoted: str) -> None:
    taken = take_from_text(f"{above}{quoted}Dag")

    assert taken.lines == ()
    assert taken.body.strip() == "Dag"


def test_unclosed_block_loses_its_lines_and_no_other() -> None:
    taken = take_from_text(f"<!--zivver_headers\n{LINE}\n\nBeste Jan,\nzivver-x\n")

    assert taken == TakenBlock((LINE,), "\nBeste Jan,\nzivver-x\n", unclosed=True)


@pytest.mark.parametrize("typed", [f"{LINE}\nzivver_headers-->\nDag", f"{LINE}\nDag"])
def test_block_without_first_mark_is_unclosed(typed: str) -> None:
    assert take_from_text(typed) == TakenBlock((LINE,), "Dag", unclosed=True)


def test_mark_in_somebody_elses_text_does_not_close_the_block() -> None:
    other = "zivver-access-right: jan@example.nl sms +31699999999"
    taken = take_from_text(f"<!--zivver_headers\n{LINE}\nVan: Eva\n{other}\nzivver_headers-->\nDag")

    assert taken == TakenBlock((LINE,), "Van: Eva\nDag", unclosed=True)


@pytest.mark.parametrize(
    "prose",
    [
        "Zet zivver_headers bovenaan, zie de helppagina.",
        "zivver-headers -> zie de helppagina",
        "Zivver: zivver_headers",
        "zivver_headers\n\nzijn handig",
    ],
)
def test_prose_that_only_names_the_block_is_kept(prose: str) -> None:
    assert take_from_text(prose) == TakenBlock((), prose, unclosed=False)


def test_stray_line_far_below_is_taken_out() -> None:
    assert take_from_text(f"Dag\n\n{LINE}\nJan").body == "Dag\n\nJan"


@pytest.mark.parametrize(
    "hidden",
    [
        f"<!--ziv{BLOCK.strip()}ver_headers\n{LINE}\nzivver_headers-->",
        f"<!--{BLOCK.strip()}zivver_headers\n{LINE}\nzivver_headers-->",
        f"<!--zivver_<!--zivver_headers zivver_headers-->headers\n{LINE}\nzivver_headers-->",
    ],
)
def test_block_hidden_in_a_block_does_not_come_out(hidden: str) -> None:
    assert "zivver-access-right" not in take_from_text(f"Dag {hidden} Dag").body


# --- HTML ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        (f"{TYPED}<br>Dag", "Dag"),
        (f"<div dir=ltr>{TYPED}</div><p>Dag</p>", "<p>Dag</p>"),
        (f"<p>{TYPED.replace('<br>', '</p><p>')}</p><p>Dag</p>", "<p>Dag</p>"),
        (
            f"<div><p>{TYPED.replace('<br>', '</p><p>')}</p><p>Dag</p></div>",
            "<div><p>Dag</p></div>",
        ),
        (f"<p>{TYPED.replace('<br>', '</p><p>')}<br>Dag</p>", "<p>Dag</p>"),
        (f"<b><i>{TYPED}</i></b> Dag", "Dag"),
        (f"<ul><li>{TYPED.replace('<br>', '</li><li>')}</li></ul>Dag", "Dag"),
        (f"<table><td>{TYPED}</td><td>Dag</td></table>", "<table><td></td><td>Dag</td></table>"),
        (TYPED.replace("zivver", "ziv<span>v</span>er") + "<p>Dag", "<p>Dag"),
        (TYPED.replace("zivver", "&#122;ivver").replace("--", "&mdash;") + "<p>Dag", "<p>Dag"),
        (TYPED.replace("+31", "<a href='tel:+31636363636'>+31</a>") + "<p>Dag", "<p>Dag"),
        (TYPED.replace("_", "<wbr>_").replace(": ", ":&nbsp;&zwnj; ") + "<p>Dag", "<p>Dag"),
        (f"<pre>{BLOCK.replace('<', '&lt;')}Dag</pre>", "<pre>\nDag</pre>"),
        (f"{BLOCK}<p>Dag</p>", "\n<p>Dag</p>"),
        (f"<div>{BLOCK}</div><p>Dag</p>", "<p>Dag</p>"),
        (BLOCK.replace("jan@example.nl", "<jan@example.nl>") + "Dag", "\nDag"),
        (BLOCK.replace("-->", "—>") + "<p>Dag</p><!-- x -->", "\n<p>Dag</p><!-- x -->"),
        (f"<!--zivver_headers\n{LINE}\n--><p>Dag</p>", "<p>Dag</p>"),
        (f"<title>x</title><style>b{{}}</style>{TYPED}", "<title>x</title><style>b{}</style>"),
        (f"<!-- x -->{TYPED}<!-- x --><p>Dag", "<!-- x --><!-- x --><p>Dag"),
    ],
)
def test_html_block_is_read_and_taken_out_with_its_wrapping(typed: str, left: str) -> None:
    taken = take_from_html(typed)

    assert taken.body == left
    assert [line.replace("<", "").replace(">", "") for line in taken.lines] == [LINE]
    assert not taken.unclosed


@pytest.mark.parametrize(
    "above",
    [
        *("<p>Dag</p>", "<img src=logo.png>", "<hr>", "<blockquote>", "&#8226;", "&lt;jan&gt;"),
        *('<div class="gmail_quote">', '<div id="divRplyFwdMsg">', '<div type="cite">'),
        *("<style>zivver</style>", "<jan@example.nl>"),
    ],
)
@pytest.mark.parametrize("block", [TYPED, BLOCK])
def test_html_block_below_something_seen_is_not_obeyed_but_taken_out(
    above: str, block: str
) -> None:
    taken = take_from_html(f"{above}<div>{block}</div>Dag")

    assert taken == TakenBlock((), f"{above}Dag", unclosed=False)


@pytest.mark.parametrize(
    "html",
    [
        "<p>Dag &amp; <b>tot&nbsp;ziens</b>\u200b<!-- x --><style>b{}</style>",
        "<p title='a>b'>1 < 2 <!-- nooit dicht",
        "<p>zivver_headers is een woord</p>",
        "<a href='nooit dicht <b>Dag</b>",
    ],
)
def test_html_without_a_block_is_kept_to_the_byte(html: str) -> None:
    assert take_from_html(html) == TakenBlock((), html, unclosed=False)


def test_unclosed_html_block_loses_its_lines_and_no_other() -> None:
    taken = take_from_html(f"<p>&lt;!--zivver_headers</p><p>{LINE}</p><p>Dag</p>")

    assert taken == TakenBlock((LINE,), "<p>Dag</p>", unclosed=True)


def test_html_mark_in_a_quote_does_not_close_the_block() -> None:
    quote = f"<blockquote><p>{LINE}</p>zivver_headers--&gt; Dag</blockquote>"
    taken = take_from_html(f"<p>&lt;!--zivver_headers</p><p>Hoi</p>{quote}")

    assert taken == TakenBlock((), "<p>Hoi</p><blockquote>Dag</blockquote>", unclosed=True)


def test_comment_that_never_ends_swallows_nothing_else() -> None:
    taken = take_from_html(f"<!--zivver_headers\n{LINE}<p>Dag</p><!--[if mso]>x<![endif]-->")

    assert taken.body == "<p>Dag</p><!--[if mso]>x<![endif]-->"


WRAPPINGS = ["{}", "<p>{}</p>", "<div><p>{}</p></div>", "<b>{}</b><br>", "<div>{}<br></div>"]


@given(
    wrappings=st.lists(st.sampled_from(WRAPPINGS), min_size=3, max_size=3),
    outer=st.sampled_from(WRAPPINGS),
    below=st.sampled_from(["<p>Dag <i>Jan</i></p>", "Dag", "<div>Dag</div><p></p>"]),
)
def test_html_stays_well_nested_and_keeps_its_text(
    wrappings: list[str], outer: str, below: str
) -> None:
    lines = zip(wrappings, ("&lt;!--zivver_headers ", LINE, " zivver_headers--&gt;"), strict=True)
    html = outer.format("".join(wrapping.format(line) for wrapping, line in lines) + below)
    taken = take_from_html(html)

    assert taken.lines == (LINE,)
    assert well_nested(taken.body)
    assert _Nesting(taken.body).seen == _Nesting(below).seen


def test_tag_with_a_block_in_an_attribute_loses_its_attributes() -> None:
    html = f'<a href="https://zivver.nl">x</a><img alt="{BLOCK}"><b title="zivver_headers">Dag</b>'

    assert take_from_html(html).body == '<a href="https://zivver.nl">x</a><img><b>Dag</b>'
