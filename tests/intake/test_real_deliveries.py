"""Mails of many programs, handed in over a real socket and made into drafts."""

import json
import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from drafts.access import attachment_name, content_of, subject_of
from drafts.models import Draft
from intake.models import RawMail
from intake.parser.filenames import clean_filename
from intake.tasks import make_drafts
from tests.intake.smtp import Client

MAILS = Path(__file__).parents[3] / "shared" / "mails"
EXPECTED = MAILS / "EXPECTED.jsonl"
if not EXPECTED.exists():
    pytest.skip("the real mails of ../shared/mails are missing", allow_module_level=True)
CASES: list[dict[str, Any]] = [json.loads(line) for line in EXPECTED.read_text().splitlines()]
FROM = re.compile(rb"^from[ \t]*:.*\r\n(?:[ \t].*\r\n)*", re.IGNORECASE | re.MULTILINE)
# Summaries of mails that name a multipart without any part: more is shown than expected.
SHOWS_MORE = {
    "must_accept/0137-mimekit-jwz-summary-003.eml",
    "must_accept/0142-mimekit-jwz-summary-042.eml",
}


def as_sent(path: Path, sender: User) -> bytes:
    """Return a mail as a client sends it: with CRLF, and from the login's address."""
    raw = re.sub(rb"(?<!\r)\n", b"\r\n", path.read_bytes())
    head, blank, body = raw.partition(b"\r\n\r\n")
    envelope_line, rest = re.match(rb"(>?From .*\r\n)?", head), head + b"\r\n"
    first = envelope_line[0] if envelope_line else b""
    rest = FROM.sub(b"", rest[len(first) :])
    author = f"From: Anna <{sender.email}>\r\n".encode()
    return first + author + rest + blank[2:] + body


def hand_in(smtp: Client, sender: User, path: Path) -> str:
    """Hand in one mail more in this session and return the answer."""
    smtp.say(f"MAIL FROM:<{sender.email}> SMTPUTF8")
    smtp.say("RCPT TO:<jan@example.nl>")
    smtp.say("DATA")
    stuffed = re.sub(rb"(?m)^\.", b"..", as_sent(path, sender))
    return smtp.data(stuffed.removesuffix(b"\r\n"))


def codes(smtp: Client, sender: User, paths: list[Path]) -> dict[str, str]:
    smtp.hello()
    smtp.log_in(sender.email)
    return {path.name: hand_in(smtp, sender, path) for path in paths}


def folded(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


def attachments(draft: Draft) -> list[tuple[str, str, int]]:
    rows = draft.attachments.select_related("blob")
    return [(attachment_name(draft, row), row.content_type, row.blob.size) for row in rows]


def unlike(case: dict[str, Any], draft: Draft) -> list[str]:
    """Name what of the draft is not as expected."""
    content = content_of(draft)
    wrong = [
        "subject"
        if folded(case.get("subject", subject_of(draft))) != folded(subject_of(draft))
        else "",
        "text" if words_missing(case, folded(content.text), folded(content.html_text)) else "",
        "attachments" if attachments_missing(case, attachments(draft)) else "",
    ]
    return [f"{case['file']}: {what}" for what in wrong if what]


def words_missing(case: dict[str, Any], text: str, html: str) -> bool:
    if not case.get("text_contains"):
        return False
    words = folded(case["text_contains"])
    seen = {
        "plain": words in text,
        "html": words in html,
        "both": words in text and words in html,
        "either": words in text or folded(case.get("html_contains", words)) in html,
    }
    return not seen[case["text_in"]]


def attachments_missing(case: dict[str, Any], found: list[tuple[str, str, int]]) -> bool:
    if "attachments" not in case or case["file"] in SHOWS_MORE:
        return False
    left = [dict(zip(("name", "type", "size"), row, strict=True)) for row in found]
    for wanted in case["attachments"]:
        known = dict(wanted)
        if "name" in known:
            known["name"] = clean_filename(known["name"] or "")
        match = next((row for row in left if known.items() <= row.items()), None)
        if match is None:
            return True
        left.remove(match)
    return bool(left)


@pytest.mark.slow
def test_every_ordinary_mail_becomes_the_draft_that_is_expected(smtp: Client, sender: User) -> None:
    answers = codes(smtp, sender, [MAILS / case["file"] for case in CASES])
    make_drafts()
    drafts = Draft.objects.filter(raw_mail__isnull=False).order_by("raw_mail__id")
    assert {name: answer for name, answer in answers.items() if answer[:3] != "250"} == {}
    assert len(drafts) == len(CASES)
    assert list(chain.from_iterable(map(unlike, CASES, drafts))) == []


@pytest.mark.slow
def test_every_broken_mail_is_taken_or_refused_for_good(smtp: Client, sender: User) -> None:
    answers = codes(smtp, sender, sorted((MAILS / "robust").glob("*")))
    make_drafts()
    assert {name: answer for name, answer in answers.items() if answer[0] not in "25"} == {}
    assert not RawMail.objects.filter(state=RawMail.State.STORED).exists()
