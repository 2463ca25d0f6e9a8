"""The draft page of every real mail opens, and shows what its sender wrote."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organization
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


def held(file: str, place: Organization) -> Draft:
    """Hold a real mail of a sender of its own, as the worker does."""
    raw = re.sub(rb"(?<!\r)\n", b"\r\n", (MAILS / file).read_bytes())
    envelope = Envelope(place.pk, make.user(place).pk, ("somebody@unknown.example",))
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


def missing(case: dict[str, Any], words: str) -> list[str]:
    """Return what is expected of a mail, and is not on its page."""
    wanted = [folded(case.get(name) or "") for name in ("subject", "text_contains")]
    files = [file["name"] for file in case.get("attachments", []) if file.get("name")]
    lines = len(re.findall(r"\d (?:bytes?|KB|MB)", words))
    return [word for word in wanted if word not in words] + files[lines:]


def test_every_page_shows_subject_text_and_files() -> None:
    place = make.organization()
    lacking = {
        case["file"]: gone
        for case in CASES
        if (gone := missing(case, seen(held(case["file"], place))))
    }

    assert (len(CASES) > 100, lacking) == (True, {})


def test_the_page_of_every_broken_mail_opens() -> None:
    place = make.organization()
    broken = sorted(f"robust/{path.name}" for path in (MAILS / "robust").glob("*.eml"))
    closed = [file for file in broken if "somebody@unknown.example" not in seen(held(file, place))]

    assert (len(broken) > 100, closed) == (True, [])
