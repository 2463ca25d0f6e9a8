"""Mails of many programs and countries, kept outside the product."""

import contextlib
import json
import re
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from intake.html import text_of
from intake.parser import Mailbox, MailTooComplex, ParsedMail, parse_mail
from intake.parser.filenames import clean_filename
from tests.effort import GENEROUS, effort

MAILS = Path(__file__).parents[3] / "shared" / "mails"
EXPECTED = MAILS / "EXPECTED.jsonl"
if not EXPECTED.exists():
    pytest.skip("the real mails of ../shared/mails are missing", allow_module_level=True)
CASES: list[dict[str, Any]] = [json.loads(line) for line in EXPECTED.read_text().splitlines()]
ROBUST = sorted((MAILS / "robust").glob("*"))

SHOWS_MORE = {
    # A summary of a mail, not a mail: a multipart without boundary and without parts. What
    # stands below its header is shown rather than hidden.
    "must_accept/0137-mimekit-jwz-summary-003.eml",
    "must_accept/0142-mimekit-jwz-summary-042.eml",
}


def folded(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


def as_sent(path: Path) -> bytes:
    """Give a mail as a client sends it: with CRLF."""
    return re.sub(rb"(?<!\r)\n", b"\r\n", path.read_bytes())


@cache
def parsed(file: str) -> ParsedMail:
    return parse_mail(as_sent(MAILS / file))


def wrong(key: str, is_right: Callable[[dict[str, Any], ParsedMail], bool]) -> list[str]:
    """Return the mails that are not read as they should be, of those that have this key."""
    cases = [case for case in CASES if key in case]
    assert cases
    return [case["file"] for case in cases if not is_right(case, parsed(case["file"]))]


def addresses(boxes: tuple[Mailbox, ...]) -> list[str]:
    return [box.address.lower() for box in boxes if box.address]


def text_to_see(case: dict[str, Any]) -> list[tuple[str, str]]:
    """Pair the words that must be seen with where they must stand."""
    words = folded(case["text_contains"])
    return {
        "plain": [("text", words)],
        "html": [("html", words)],
        "both": [("text", words), ("html", words)],
        "either": [("text", words), ("html", folded(case.get("html_contains", words)))],
    }[case["text_in"]]


def unmatched(case: dict[str, Any], mail: ParsedMail) -> list[Any]:
    """Pair each expected attachment with one of the mail's; give what is left on either side."""
    left = [
        {"name": part.filename, "type": part.content_type, "size": len(part.content)}
        for part in mail.attachments
    ]
    missing = []
    for wanted in case["attachments"]:
        known = (
            wanted | {"name": clean_filename(wanted["name"] or "")} if "name" in wanted else wanted
        )
        found = next((part for part in left if known.items() <= part.items()), None)
        missing += [] if found else [known]
        left = [part for part in left if part is not found]
    return missing + left


def is_seen(case: dict[str, Any], mail: ParsedMail) -> bool:
    seen = {"text": folded(mail.text), "html": folded(text_of(mail.html or ""))}
    found = [words in seen[place] for place, words in text_to_see(case)]
    return {"either": any}.get(case["text_in"], all)(found)


def shows_nothing(case: dict[str, Any], mail: ParsedMail) -> bool:
    has_text = case["text_contains"] is not None or case["file"] in SHOWS_MORE
    return has_text or folded(mail.text) + folded(text_of(mail.html or "")) == ""


def read(path: Path) -> None:
    """Read a mail, or find it too complex."""
    with contextlib.suppress(MailTooComplex):
        parse_mail(as_sent(path))


def test_the_subjects_of_real_mails_are_read() -> None:
    assert wrong("subject", lambda case, mail: mail.subject == folded(case["subject"])) == []


def test_the_senders_of_real_mails_are_read() -> None:
    def is_right(case: dict[str, Any], mail: ParsedMail) -> bool:
        return addresses(mail.from_)[:1] == [case["from_addr"].lower()]

    assert wrong("from_addr", is_right) == []


@pytest.mark.parametrize("key", ["to", "cc"])
def test_the_recipients_of_real_mails_are_read(key: str) -> None:
    def is_right(case: dict[str, Any], mail: ParsedMail) -> bool:
        return addresses(getattr(mail, key)) == [one.lower() for one in case[key]]

    assert wrong(key, is_right) == []


def test_the_words_of_real_mails_are_seen() -> None:
    assert wrong("text_in", is_seen) == []


def test_real_mails_without_text_show_none() -> None:
    assert wrong("text_contains", shows_nothing) == []


def test_real_mails_have_html_or_not() -> None:
    assert wrong("html", lambda case, mail: (mail.html is not None) == case["html"]) == []


def test_the_attachments_of_real_mails_are_whole() -> None:
    assert wrong("attachments", lambda case, mail: unmatched(case, mail) == []) == []


def test_no_broken_mail_costs_much_to_read() -> None:
    assert [path.name for path in ROBUST if effort(partial(read, path)) > GENEROUS] == []
