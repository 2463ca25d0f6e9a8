"""An answer that comes after its page was closed is there again once its writer is verified."""

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.test.client import BOUNDARY, encode_multipart
from django.utils import timezone

from accounts.policy import ACCESS_CODE
from delivery.models import MessageRecipient, Reply
from delivery.views import guest_replies
from delivery.visits import IDLE, LONGEST, WARNING
from tests.delivery.messages import (
    ACCESS,
    again,
    expire,
    link,
    open_in,
    person_with_code,
    receiver,
    recipient_of,
    released,
)
from tests.delivery.test_replies import upload

pytestmark = pytest.mark.django_db

ANSWER = "I will come on\n\nTuesday & bring <cake>."
SHOWN = "Tuesday &amp; bring &lt;cake&gt;."
SECOND = "\N{SNOWMAN} And please call me."
HALF = timedelta(minutes=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time that passes when a test says so."""
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def reader(client: Client) -> MessageRecipient:
    """Return a recipient who has opened a message in this browser by an access code."""
    els = receiver(method=ACCESS_CODE)
    verify(client, els)
    return els


def verify(client: Client, who: MessageRecipient) -> None:
    """Type the access code."""
    client.post(link(who, "verify/"), {"code": ACCESS})


def send(client: Client, who: MessageRecipient, text: str = ANSWER, **more: object) -> str:
    """Send an answer; return the page that comes of it."""
    fields = {"subject": "Re: Results", "text": text, "reader": "sender"} | more
    return client.post(link(who, "reply/"), fields, follow=True).content.decode()


def shown(client: Client, who: MessageRecipient) -> str:
    """Return the page of a recipient's link."""
    return client.get(link(who)).content.decode()


def test_an_answer_after_half_an_hour_is_in_the_form_again(
    client: Client, clock: time_machine.Traveller
) -> None:
    els = reader(client)
    clock.shift(IDLE + HALF)
    told = send(client, els)
    verify(client, els)
    assert ("We have kept it" in told, SHOWN in told) == (True, False)
    assert SHOWN in shown(client, els)


def test_an_answer_after_the_page_was_closed_in_another_tab_is_in_the_form_again(
    client: Client,
) -> None:
    els = reader(client)
    client.post(link(els, "close/"))
    send(client, els)
    verify(client, els)
    assert SHOWN in shown(client, els)


def test_an_answer_that_came_back_is_sent_once_and_then_gone(client: Client) -> None:
    els = reader(client)
    client.post(link(els, "close/"))
    send(client, els)
    verify(client, els)
    page = shown(client, els)
    key = page.split('name="kept" value="')[1].split('"')[0]
    send(client, els, kept=key)
    assert (Reply.objects.count(), 'name="kept"' in shown(client, els)) == (1, False)


def test_late_answers_of_two_tabs_are_both_kept(client: Client) -> None:
    els = reader(client)
    client.post(link(els, "close/"))
    send(client, els)
    send(client, els, SECOND)
    verify(client, els)
    page = shown(client, els)
    key = page.split('name="kept" value="')[1].split('"')[0]
    send(client, els, SECOND, kept=key)
    assert (SECOND in page, SHOWN in shown(client, els)) == (True, True)


def test_somebody_else_in_the_same_browser_does_not_see_it(client: Client) -> None:
    message = released(person_with_code("els@example.nl"), person_with_code("jan@example.nl"))
    els, jan = (recipient_of(message, f"{name}@example.nl") for name in ("els", "jan"))
    verify(client, els)
    client.post(link(els, "close/"))
    send(client, els)
    verify(client, jan)
    assert ("Answer" in shown(client, jan), SHOWN in shown(client, jan)) == (True, False)


def test_nothing_of_it_is_readable_in_the_database(client: Client) -> None:
    els = reader(client)
    client.post(link(els, "close/"))
    send(client, els)
    stored = repr(dict(client.session.items()))
    assert ("unsent_forms" in stored, "Tuesday" in stored) == (True, False)


def test_an_answer_to_a_message_that_has_ended_is_shown_to_copy(client: Client) -> None:
    els = reader(client)
    expire(els.message)
    page = send(client, els)
    assert ("can no longer be read" in page, SHOWN in page) == (True, True)


def test_an_answer_with_files_says_that_they_must_be_chosen_again(client: Client) -> None:
    els = reader(client)
    client.post(link(els, "close/"))
    send(client, els, attachments=upload())
    verify(client, els)
    page = shown(client, els)
    assert (SHOWN in page, "choose them again" in page) == (True, True)


def test_an_answer_whose_code_is_another_one_by_now_is_shown_and_not_kept(client: Client) -> None:
    els = reader(client)
    row = again(els)
    row.seal_secret(row.open_secret())  # sealed anew: another stamp
    row.save(update_fields=["secret"])
    page = send(client, els)
    verify(client, els)
    assert (SHOWN in page, SHOWN in shown(client, els)) == (True, False)


def test_files_beyond_every_limit_cost_no_text(client: Client) -> None:
    els = reader(client)
    fields = {"subject": "Re: Results", "text": ANSWER, "reader": "sender", "attachments": upload()}
    body = io.BytesIO(encode_multipart(BOUNDARY, fields))
    long = {"CONTENT_LENGTH": str(guest_replies.MAX_REQUEST + 1), "wsgi.input": body}
    answer = client.post(link(els, "reply/"), fields, **long)  # type: ignore[arg-type]
    page = answer.content.decode()
    assert ("too large" in page, SHOWN in page) == (True, True)


def test_closing_the_message_forgets_a_late_answer(
    client: Client, clock: time_machine.Traveller
) -> None:
    els = reader(client)
    clock.shift(IDLE + HALF)
    send(client, els)
    client.post(link(els, "close/"))
    verify(client, els)
    assert SHOWN not in shown(client, els)


def test_nothing_typed_keeps_nothing(client: Client) -> None:
    els = reader(client)
    client.post(link(els, "close/"))
    assert "We have kept it" not in send(client, els, " ")


# --- two tabs ---


def tab(client: Client, who: MessageRecipient) -> str:
    """Open a page in a tab; return the token of its forms."""
    return shown(client, who).split('csrfmiddlewaretoken" value="')[1].split('"')[0]


def posted(client: Client, who: MessageRecipient, rest: str, token: str, **fields: str) -> int:
    """Send a form of a tab; return the status."""
    return client.post(link(who, rest), {"csrfmiddlewaretoken": token, **fields}).status_code


def two_tabs() -> tuple[Client, list[MessageRecipient], list[str]]:
    """Return a browser with the code pages of two messages in two tabs."""
    browser = Client(enforce_csrf_checks=True)
    both = [receiver(method=ACCESS_CODE) for _ in range(2)]
    return browser, both, [tab(browser, who) for who in both]


def test_codes_can_be_typed_in_two_tabs() -> None:
    browser, both, tokens = two_tabs()
    pairs = zip(both, tokens, strict=True)
    assert {posted(browser, who, "verify/", token, code=ACCESS) for who, token in pairs} == {302}


def test_an_answer_can_be_sent_after_a_second_message_was_opened() -> None:
    browser, (first, second), (token, _old) = two_tabs()
    posted(browser, first, "verify/", token, code=ACCESS)
    open_tab = tab(browser, first)
    posted(browser, second, "verify/", tab(browser, second), code=ACCESS)
    posted(browser, first, "reply/", open_tab, text=ANSWER, subject="Re:")
    assert Reply.objects.filter(recipient=first).count() == 1


def test_opening_a_message_gives_the_session_another_name(client: Client) -> None:
    els, jan = reader(client), receiver()
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    open_in(client, jan)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert "Send answer" in shown(client, els)


# --- how long the page stays open ---


def line(client: Client, who: MessageRecipient) -> str:
    """Return what the page says of its end."""
    return client.get(link(who, "visit/")).content.decode()


def later(
    client: Client, who: MessageRecipient, clock: time_machine.Traveller, by: timedelta
) -> str:
    """Return what the page says after a while."""
    clock.shift(by)
    return line(client, who)


def click_later(
    client: Client, who: MessageRecipient, clock: time_machine.Traveller, by: timedelta
) -> int:
    """Keep the page open after a while; return the status."""
    clock.shift(by)
    return client.post(link(who, "visit/")).status_code


def test_the_page_says_until_when_it_is_open(client: Client, clock: time_machine.Traveller) -> None:
    els = reader(client)
    ends = timezone.localtime(timezone.now() + IDLE, els.message.organization.zone)
    assert f"closes at {ends:%H:%M}, if you do nothing" in shown(client, els)


def test_the_end_is_announced_before_it_comes_and_looking_moves_nothing(
    client: Client, clock: time_machine.Traveller
) -> None:
    els = reader(client)
    said = [later(client, els, clock, by) for by in (timedelta(), IDLE - WARNING, WARNING + HALF)]
    found = [text for page, text in zip(said, ("do nothing", "still", "has closed"), strict=True)
             if text in page]  # fmt: skip
    assert found == ["do nothing", "still", "has closed"]


def test_one_click_keeps_the_page_open(client: Client, clock: time_machine.Traveller) -> None:
    els = reader(client)
    clock.shift(IDLE - HALF)
    client.post(link(els, "visit/"))
    clock.shift(IDLE - HALF)
    assert "Send answer" in shown(client, els)


def test_no_click_keeps_a_page_open_that_has_closed(
    client: Client, clock: time_machine.Traveller
) -> None:
    els = reader(client)
    clock.shift(IDLE + HALF)
    said = client.post(link(els, "visit/")).content.decode()
    assert ("has closed" in said, "Send answer" in shown(client, els)) == (True, False)


def test_without_scripts_the_click_brings_the_page_back_with_what_was_typed(
    client: Client, clock: time_machine.Traveller
) -> None:
    els = reader(client)
    clock.shift(IDLE - HALF)
    page = send(client, els, stay="1")
    clock.shift(IDLE - HALF)
    assert (SHOWN in page, Reply.objects.count()) == (True, 0)
    assert "Send answer" in shown(client, els)


def test_eight_hours_are_the_end_whatever_is_clicked(
    client: Client, clock: time_machine.Traveller
) -> None:
    els = reader(client)
    _ = [click_later(client, els, clock, 25 * HALF) for _ in range(LONGEST // HALF // 25)]
    assert "Keep it open" not in line(client, els)
