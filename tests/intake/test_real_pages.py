"""The draft page of every real mail opens, and shows what its sender wrote."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from drafts import actions
from drafts.models import Draft
from intake.compose import Envelope, incoming_mail
from intake.html import text_of
from intake.parser import parse_mail
from tests import make

MAILS = Path(__file__).parents[3] / "shared" / "mails"
EXPECTED = MAILS / "EXPECTED.jsonl"
if not EXPECTED.exists():
    pytest.skip("the real mails of ../shared/mails are missing", allow_module_level=True)
CASES = [json.loads(line) for line in EXPECTED.read_text().splitlines()]
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def folded(text: str) -> str:
    """Fold white space, no-break spaces included."""
    return re.sub(r"\s+", " ", text).strip()


def held(file: str) -> Draft:
    """Hold a real mail, as the worker does."""
    raw = re.sub(rb"(?<!\r)\n", b"\r\n", (MAILS / file).read_bytes())
    sender = make.user()
    envelope = Envelope(sender.organization_id, sender.pk, ("somebody@unknown.example",))
    draft = actions.hold_mail(incoming_mail(parse_mail(raw), envelope))
    actions.judge_new(draft.pk)
    return draft


def seen(draft: Draft) -> str:
    """Return the words on the draft's page and in its frame."""
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(draft.sender, "allauth.account.auth_backends.AuthenticationBackend")
    page = browser.get(f"/drafts/{draft.pk}/")
    assert page.status_code == 200
    frame = browser.get(f"/drafts/{draft.pk}/body/")
    return folded(f"{text_of(page.content.decode())} {text_of(frame.content.decode())}")


@pytest.mark.parametrize("case", [pytest.param(case, id=case["file"]) for case in CASES])
def test_the_page_shows_subject_text_and_files(case: dict[str, Any]) -> None:
    words = seen(held(case["file"]))

    wanted = [case.get("subject") or "", case.get("text_contains") or ""]
    files = [file["name"] for file in case.get("attachments", []) if file.get("name")]
    missing = [word for word in wanted if folded(word) not in words]
    assert missing == []
    assert len(re.findall(r"\d (?:bytes?|KB|MB)", words)) >= len(files)


@pytest.mark.parametrize(
    "path", sorted((MAILS / "robust").glob("*.eml")), ids=lambda path: path.name
)
def test_the_page_of_a_broken_mail_opens(path: Path) -> None:
    assert "somebody@unknown.example" in seen(held(f"robust/{path.name}"))
