"""A draft that cannot be judged: tried again, given up, shown to its sender, and tried anew."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from drafts import actions, states
from drafts.models import Draft
from drafts.tasks import detect_missing, expire_due
from notifications.models import Notification
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(db: None) -> Draft:
    """Return a draft of which what was asked for a recipient cannot be opened."""
    draft = actions.hold_mail(make.mail(make.user(), "jan@example.nl", "els@example.nl"))
    draft.recipients.filter(address="jan@example.nl").update(header=b"damaged")
    return draft


def sweep(draft: Draft, *minutes: float) -> int:
    """Let the worker look again at these times; return how often it tried so far."""
    for minute in minutes:
        with time_machine.travel(draft.created_at + timedelta(minutes=minute), tick=False):
            detect_missing()
    draft.refresh_from_db()
    return draft.attempts


def signed_in(draft: Draft) -> Client:
    """Return the browser of the draft's sender."""
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(draft.sender, "allauth.account.auth_backends.AuthenticationBackend")
    return browser


def test_it_is_not_tried_at_every_sweep(broken: Draft) -> None:
    assert (sweep(broken, 0, 0.1, 0.2), sweep(broken, 0.4)) == (1, 2)


def test_after_five_attempts_its_sender_is_told_once(broken: Draft) -> None:
    sweep(broken, *range(12))

    told = Notification.objects.filter(kind="mail_refused", about=str(broken))
    assert (broken.attempts, told.count()) == (states.MAX_ATTEMPTS + 1, 1)


def test_another_draft_is_not_kept_waiting(broken: Draft) -> None:
    other = actions.hold_mail(make.mail(broken.sender, subject="Other"))

    sweep(broken, *range(3))

    other.refresh_from_db()
    assert other.state == states.WAITING


def test_its_sender_finds_it_in_the_list_and_on_its_page(broken: Draft) -> None:
    sweep(broken, *range(12))
    browser = signed_in(broken)

    found = browser.get("/").content.decode()
    page = browser.get(f"/drafts/{broken.pk}/").content.decode()

    assert f'href="/drafts/{broken.pk}/"' in found
    assert "We could not work on this email" in page


def test_it_is_tried_anew_once_its_sender_asks(broken: Draft) -> None:
    sweep(broken, *range(12))
    broken.recipients.update(header=b"")

    signed_in(broken).post(f"/drafts/{broken.pk}/retry/")

    assert (sweep(broken, 15), broken.state) == (1, states.WAITING)
    assert broken.remind_at is not None


def test_it_ends_like_others(broken: Draft) -> None:
    sweep(broken, *range(12))

    with time_machine.travel(timezone.now() + timedelta(days=15)):
        expire_due()

    broken.refresh_from_db()
    assert (broken.state, bytes(broken.data_key)) == (states.EXPIRED, b"")
