"""Dates are in the language of the page, the mail or the SMS: every month, every weekday."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.utils import formats, translation
from django.utils.html import strip_tags

from accounts.models import User
from tests import make
from tests.delivery.messages import SUBJECT, person, released
from tests.test_page_queries import LISTS

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# A week and a month apart: each month, and each day of the week.
MOMENTS = [datetime(2026, month, 3 + month, 9, 5, tzinfo=UTC) for month in range(1, 13)]
MONTHS = {
    "en": "January February March April May June July August September October November December"
    " Jan Feb Mar Apr May Jun Jul Aug Sep Sept Oct Nov Dec",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december"
    " jan feb mrt apr mei jun jul aug sep sept okt nov dec",
}
WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
}
OTHER = {"en": "nl", "nl": "en"}
LANGUAGES = pytest.mark.parametrize("language", OTHER)
# A month in short, or a day of the week, by letters that are right in one language alone.
OF_ONE_LANGUAGE = re.compile(r"""(?:date:|date_format\([^)]*,\s*)["'][^"'_]*[bMNDlE][^"'_]*["']""")
DATED = re.compile(r"(\w+)[\w.]*\|date\b")
COUNTED = re.compile(r"count \w+=(\w+)\b(?!\|)")


def months(language: str) -> str:
    """Return what finds a month of this language beside a number, and its days of the week."""
    names = "|".join(MONTHS[language].split())
    days = "|".join(WEEKDAYS[language].split())
    return rf"\b\d{{1,2}} (?:{names})\b|\b(?:{names}) \d{{4}}\b|\b(?:{days})\b"


def foreign(text: str, language: str) -> list[str]:
    """Return the dates of a text that are written in the other language."""
    return re.findall(months(OTHER[language]), strip_tags(text).replace(SUBJECT, ""))


def pages_of(admin: User) -> list[str]:
    """Return pages that show dates, with a row of each kind on them."""
    draft = make.draft(admin, "els@example.nl", "jan@example.nl")
    message = released(person("jan@example.nl"), sender=admin)
    contact = make.contact(admin, "kees@example.nl", phone=make.NUMBER)
    _ = make.shared_contact(admin, "ans@example.nl", phone=make.NUMBER)
    rows = [f"/drafts/{draft.pk}/", f"/messages/{message.pk}/", f"/contacts/{contact.pk}/"]
    return [*rows, f"/radar/{draft.pk}/", "/demo/mailbox/", *LISTS]


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.strftime("%B"))
def test_pages_have_no_date_in_the_other_language(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        admin = make.user(role=User.Role.ADMIN)
        browser, pages = make.signed_in(admin), pages_of(admin)
        shown = [(page, language) for page in pages for language in OTHER]
        found = {each: foreign(page_in(browser, *each), each[1]) for each in shown}

    assert [each for each in found.items() if each[1]] == []


def page_in(browser: Client, page: str, language: str) -> str:
    """Return a page as somebody reads it who chose this language."""
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return browser.get(page).content.decode()


@LANGUAGES
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.strftime("%B"))
def test_mails_and_sms_have_no_date_in_the_other_language(moment: datetime, language: str) -> None:
    paths = [path for kind in ("mail", "sms") for path in (TEMPLATES / kind).rglob("*.*")]
    texts = {path: path.read_text() for path in paths}
    written = {path: text for path, text in texts.items() if DATED.search(text)}
    counts = {name: 3 for text in texts.values() for name in COUNTED.findall(text)}

    with translation.override(language):
        shown = {
            path: render_to_string(str(path.relative_to(TEMPLATES)), counts | dated(text, moment))
            for path, text in written.items()
        }

    assert [path for path, text in shown.items() if foreign(text, language)] == []
    assert len(shown) > 10


def dated(text: str, moment: datetime) -> dict[str, Any]:
    """Return a context in which every date of a template is this moment."""
    return dict.fromkeys(DATED.findall(text), moment)


@LANGUAGES
@pytest.mark.parametrize("name", ["SHORT_DATETIME_FORMAT", "LOG_DATETIME_FORMAT"])
def test_short_months_are_written_in_the_language(name: str, language: str) -> None:
    with translation.override(language):
        shown = [formats.date_format(each + timedelta(days=1), name) for each in MOMENTS]

    assert [each.split()[1].rstrip(",") in MONTHS[language].split() for each in shown] == [
        True
    ] * 12


def test_no_template_and_no_module_names_months_for_one_language_alone() -> None:
    sources = [*TEMPLATES.rglob("*.*"), *Path(settings.BASE_DIR).glob("[a-z]*/**/*.py")]
    ours = [path for path in sources if "tests" not in path.parts]

    assert [str(path) for path in ours if OF_ONE_LANGUAGE.search(path.read_text())] == []
