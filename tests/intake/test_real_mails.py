"""Mails of many programs and countries, kept outside the product."""

import contextlib
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from intake.html import text_of
from intake.parser import Mailbox, MailTooComplex, ParsedMail, parse_mail
from intake.parser.filenames import clean_filename

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


def parsed(case: dict[str, Any]) -> ParsedMail:
    return parse_mail(as_sent(MAILS / case["file"]))


def with_key(key: str) -> list[Any]:
    return [pytest.param(case, id=case["file"]) for case in CASES if key in case]


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


@pytest.mark.parametrize("case", with_key("subject"))
def test_the_subject_of_a_real_mail_is_read(case: dict[str, Any]) -> None:
    assert parsed(case).subject == folded(case["subject"])


@pytest.mark.parametrize("case", with_key("from_addr"))
def test_the_sender_of_a_real_mail_is_read(case: dict[str, Any]) -> None:
    assert addresses(parsed(case).from_)[:1] == [case["from_addr"].lower()]


@pytest.mark.parametrize("case", with_key("to"))
def test_the_recipients_of_a_real_mail_are_read(case: dict[str, Any]) -> None:
    assert addresses(parsed(case).to) == [one.lower() for one in case["to"]]


@pytest.mark.parametrize("case", with_key("cc"))
def test_the_copied_of_a_real_mail_are_read(case: dict[str, Any]) -> None:
    assert addresses(parsed(case).cc) == [one.lower() for one in case["cc"]]


@pytest.mark.parametrize("case", with_key("text_in"))
def test_the_words_of_a_real_mail_are_seen(case: dict[str, Any]) -> None:
    mail = parsed(case)
    seen = {"text": folded(mail.text), "html": folded(text_of(mail.html or ""))}

    found = [words in seen[place] for place, words in text_to_see(case)]

    assert {"either": any}.get(case["text_in"], all)(found)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case["file"])
        for case in CASES
        if case.get("text_contains", "") is None and case["file"] not in SHOWS_MORE
    ],
)
def test_a_real_mail_without_text_shows_none(case: dict[str, Any]) -> None:
    mail = parsed(case)

    assert folded(mail.text) + folded(text_of(mail.html or "")) == ""


@pytest.mark.parametrize("case", with_key("html"))
def test_a_real_mail_has_html_or_not(case: dict[str, Any]) -> None:
    assert (parsed(case).html is not None) == case["html"]


@pytest.mark.parametrize("case", with_key("attachments"))
def test_the_attachments_of_a_real_mail_are_whole(case: dict[str, Any]) -> None:
    assert unmatched(case, parsed(case)) == []


@pytest.mark.parametrize("path", ROBUST, ids=lambda path: path.name)
def test_a_broken_mail_is_read_within_two_seconds(path: Path) -> None:
    started = time.process_time()

    with contextlib.suppress(MailTooComplex):
        parse_mail(as_sent(path))

    assert time.process_time() - started < 2
