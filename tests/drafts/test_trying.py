"""A draft that cannot be judged: tried again, given up, shown to its sender, and tried anew."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from drafts import actions, states
from drafts.models import Draft
from drafts.tasks import detect_missing, expire_due, release_due
from notifications.models import Notification
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(db: None) -> Draft:
    """Return a draft of which what was asked for a recipient cannot be opened."""
    draft = actions.hold_mail(make.mail(make.user(), "jan@example.nl", "els@example.nl"))
    draft.recipients.filter(address="jan@example.nl").update(header=b"damaged")
    return draft


def run_at(task: Callable[[], None], draft: Draft, *minutes: float) -> None:
    """Run a task so many minutes after the draft came in."""
    for minute in minutes:
        with time_machine.travel(draft.created_at + timedelta(minutes=minute), tick=False):
            task()
    draft.refresh_from_db()


def sweep(draft: Draft, *minutes: float) -> int:
    """Let the worker look again at these times; return how often it tried so far."""
    run_at(detect_missing, draft, *minutes)
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


def test_a_held_draft_that_cannot_be_opened_hides_no_others(db: None) -> None:
    one = make.draft(make.user(), subject="Lost")
    other = make.draft(one.sender, subject="Found")
    Draft.objects.filter(pk=one.pk).update(subject=b"damaged")

    page = signed_in(one).get("/").content.decode()

    assert ("Found" in page, f"/drafts/{other.pk}/" in page) == (True, True)


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


@pytest.fixture
def leaving(db: None) -> list[Draft]:
    """Return three drafts that were sent just now; the second one cannot be opened."""
    sender = make.user()
    make.contact(sender, phone=make.NUMBER)
    held = [make.draft(sender, subject=f"{number}", problems=(make.problem(),)) for number in "123"]
    for draft in held:
        actions.send_draft(draft, {}, accepted=states.BAD_HEADER, actor=sender)
    Draft.objects.filter(pk=held[1].pk).update(content=b"damaged")
    return held


def release(draft: Draft, *minutes: float) -> str:
    """Let the worker release at these times after the draft came in; return the state then."""
    run_at(release_due, draft, *minutes)
    return draft.state


def test_a_release_that_fails_is_put_off_and_the_others_go(leaving: list[Draft]) -> None:
    first, broken, _last = leaving

    moves = [release(draft, 1, 1.1) for draft in leaving]

    assert moves == [states.SENT, states.SENDING, states.SENT]
    assert (broken.attempts, broken.send_at) == (1, first.created_at + timedelta(seconds=80))


def test_what_failed_before_takes_no_other_out_of_its_batch(
    leaving: list[Draft], caplog: pytest.LogCaptureFixture
) -> None:
    Draft.objects.filter(pk=leaving[1].pk).update(attempts=1)

    release(leaving[0], 1)

    assert "cannot be worked on together" not in caplog.text
    assert "is passed over" in caplog.text


def test_a_release_that_keeps_failing_is_held_again_and_told(leaving: list[Draft]) -> None:
    state = release(leaving[1], 1, 2, 4, 7, 13, 22)

    told = Notification.objects.filter(kind="mail_refused", about=str(leaving[1]))
    assert (state, told.count()) == (states.READY, 1)


def test_its_sender_sees_that_it_is_tried_again_and_can_undo(leaving: list[Draft]) -> None:
    broken = leaving[1]
    release(broken, 1)
    with time_machine.travel(broken.created_at + timedelta(seconds=70)):
        browser = signed_in(broken)
        page = browser.get(f"/drafts/{broken.pk}/").content.decode()
        browser.post(f"/drafts/{broken.pk}/undo/")

    assert "We try again by ourselves" in page
    assert release(broken, 9) == states.READY
