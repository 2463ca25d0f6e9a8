"""What a recipient's link shows, before and after it is opened."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.policy import ACCESS_CODE
from delivery.actions import report_wrong_number
from delivery.models import MessageRecipient
from delivery.sanitizer import FRAME_SANDBOX
from tests import make
from tests.delivery.messages import (
    ACCESS,
    SUBJECT,
    TEXT,
    expire,
    file,
    link,
    newest_code,
    open_in,
    person,
    receiver,
    recipient_of,
    released,
    texts,
    wrong,
)

pytestmark = pytest.mark.django_db

FILE = b"%PDF-1.4 " + bytes(range(256)) * 8200  # more than two chunks
REST = ("", "code/", "verify/", "wrong-number/", "right-number/", "close/", "body/")


def shown(client: Client, recipient: MessageRecipient) -> str:
    """Return the page of a recipient's link."""
    return client.get(link(recipient)).content.decode()


def count_queries(people: int) -> int:
    """Return how many statements the page of a message to so many people takes."""
    client = Client()
    message = released(*[person(f"p{number}@example.nl") for number in range(people)])
    open_in(client, recipient_of(message, "p0@example.nl"))
    with CaptureQueriesContext(connection) as queries:
        shown(client, recipient_of(message, "p0@example.nl"))
    return len(queries)


def rows() -> str:
    """Return every row that a guest could change, as text."""
    tables = [
        name
        for name in connection.introspection.table_names()
        if name.startswith(("delivery_", "notifications_", "accounts_", "contacts_", "vault_"))
    ]
    with connection.cursor() as cursor:
        return repr([(name, _all_of(cursor, name)) for name in sorted(tables)])


def _all_of(cursor: object, table: str) -> list[list[object]]:
    cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')  # type: ignore[attr-defined]  # noqa: S608
    found = cursor.fetchall()  # type: ignore[attr-defined]
    return [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in found]


# --- before it is opened ---


def test_the_page_says_who_sent_it_and_what_will_be_asked(client: Client) -> None:
    jan = receiver()
    page = shown(client, jan)
    said = (jan.message.sender.name, jan.message.organization.name, "code by SMS to •••• 36")
    assert [text for text in said if text not in page] == []


@pytest.mark.parametrize("secret", [SUBJECT, TEXT, make.NUMBER, "36363636"])
def test_the_page_tells_nothing_of_the_message(client: Client, secret: str) -> None:
    assert secret not in shown(client, receiver())


def test_the_access_code_is_asked_with_its_hint(client: Client) -> None:
    page = shown(client, receiver(method=ACCESS_CODE))
    assert ("the bird" in page, "Access code" in page, ACCESS in page) == (True, True, False)


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("rest", REST)
def test_a_get_changes_nothing(client: Client, method: str, rest: str) -> None:
    jan = receiver()
    before = rows()
    getattr(client, method)(link(jan, rest))
    assert rows() == before


@pytest.mark.slow
def test_a_hundred_visits_send_no_sms(client: Client) -> None:
    jan = receiver()
    _ = [client.get(link(jan, rest)) for rest in ("", "code/") for _ in range(50)]
    assert texts() == []


def test_a_visit_starts_no_session(client: Client) -> None:
    client.get(link(receiver()))
    assert "session" not in client.cookies


@pytest.mark.parametrize("rest", REST)
@pytest.mark.parametrize("token", ["x", "A" * 22, "A" * 500, "%00", "a.b", "é"])
def test_an_unknown_link_answers_one_page(client: Client, token: str, rest: str) -> None:
    response = client.get(f"/m/{token}/{rest}")
    assert (response.status_code, "The link is not complete" in response.content.decode()) == (
        404,
        True,
    )


@pytest.mark.parametrize("rest", REST)
def test_every_guest_page_stays_out_of_caches_and_referrers(client: Client, rest: str) -> None:
    response = client.get(link(receiver(), rest))
    assert (response["Cache-Control"], response["Referrer-Policy"]) == ("no-store", "no-referrer")


@pytest.mark.parametrize("rest", ["code/", "verify/", "wrong-number/", "right-number/", "close/"])
def test_a_post_needs_a_token_of_our_own_form(rest: str) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(link(receiver(), rest)).status_code == 403


# --- asking for a code ---


def test_send_code_sends_one_sms(client: Client) -> None:
    jan = receiver()
    client.post(link(jan, "code/"))
    assert len(texts()) == 1


def test_after_sending_the_code_is_asked_for(client: Client) -> None:
    jan = receiver()
    page = client.post(link(jan, "code/"), follow=True).content.decode()
    assert [text in page for text in ("one-time-code", 'inputmode="numeric"', "Open message")] == [
        True,
        True,
        True,
    ]


def test_sending_again_at_once_says_from_when_it_can_be(client: Client) -> None:
    jan = receiver()
    with time_machine.travel("2026-03-02 12:00:00Z", tick=False):
        client.post(link(jan, "code/"))
        response = client.post(link(jan, "code/"))
    assert (response.status_code, "from 13:00:30" in response.content.decode()) == (429, True)


def test_another_browser_is_not_asked_for_a_code_it_does_not_have(client: Client) -> None:
    jan = receiver()
    client.post(link(jan, "code/"))
    assert "one-time-code" not in shown(Client(), jan)


# --- opening ---


def test_the_right_code_shows_the_message(client: Client) -> None:
    jan = receiver()
    open_in(client, jan)
    page = shown(client, jan)
    assert (SUBJECT in page, TEXT in page) == (True, True)


def test_an_access_code_shows_the_message(client: Client) -> None:
    els = receiver(method=ACCESS_CODE)
    page = client.post(link(els, "verify/"), {"code": ACCESS}, follow=True).content.decode()
    assert (SUBJECT in page, ACCESS in page) == (True, False)


def test_a_wrong_code_says_how_many_tries_are_left(client: Client) -> None:
    jan = receiver()
    client.post(link(jan, "code/"))
    response = client.post(link(jan, "verify/"), {"code": wrong(newest_code())})
    assert (response.status_code, "4 more times" in response.content.decode()) == (422, True)


@pytest.mark.parametrize("typed", ["", "12", "abcdef"])
def test_what_is_no_code_is_said_so_and_not_counted(client: Client, typed: str) -> None:
    jan = receiver()
    client.post(link(jan, "code/"))
    response = client.post(link(jan, "verify/"), {"code": typed})
    assert (response.status_code, recipient_of(jan.message).failures) == (422, 0)


def test_five_wrong_codes_say_when_to_try_again(client: Client) -> None:
    els = receiver(method=ACCESS_CODE)
    with time_machine.travel("2026-03-02 12:00:00Z", tick=False):
        answers = [client.post(link(els, "verify/"), {"code": f"wrong {n}"}) for n in range(5)]
    assert (answers[-1].status_code, "again from 13:15" in answers[-1].content.decode()) == (
        429,
        True,
    )


def test_a_code_in_another_browser_says_what_to_do(client: Client) -> None:
    jan = receiver()
    client.post(link(jan, "code/"))
    response = Client().post(link(jan, "verify/"), {"code": newest_code()})
    assert (response.status_code, "Send code" in response.content.decode()) == (422, True)


def test_opening_gives_the_session_a_new_name(client: Client) -> None:
    jan = receiver()
    client.post(link(jan, "code/"))
    before = client.cookies["session"].value
    client.post(link(jan, "verify/"), {"code": newest_code()})
    assert client.cookies["session"].value != before


def test_another_browser_still_has_to_verify(client: Client) -> None:
    jan = receiver()
    open_in(client, jan)
    assert SUBJECT not in shown(Client(), jan)


def test_another_recipient_of_the_message_still_has_to_verify(client: Client) -> None:
    message = released(person(), person("els@example.nl"))
    open_in(client, recipient_of(message))
    assert SUBJECT not in shown(client, recipient_of(message, "els@example.nl"))


@pytest.mark.parametrize(("minutes", "open_still"), [(29, True), (31, False)])
def test_the_message_closes_when_it_is_not_used(
    client: Client, minutes: int, open_still: bool
) -> None:
    jan = receiver()
    open_in(client, jan)
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        assert (SUBJECT in shown(client, jan)) is open_still


def test_the_message_can_be_closed(client: Client) -> None:
    jan = receiver()
    open_in(client, jan)
    client.post(link(jan, "close/"))
    assert SUBJECT not in shown(client, jan)


# --- the message ---


def test_to_and_cc_are_shown_but_never_bcc(client: Client) -> None:
    message = released(
        person(),
        person("els@example.nl", name="Els", kind="cc"),
        person("secret@example.nl", name="Hidden", kind="bcc"),
    )
    open_in(client, recipient_of(message))
    page = shown(client, recipient_of(message))
    assert [text in page for text in ("els@example.nl", "secret@example.nl", "Hidden")] == [
        True,
        False,
        False,
    ]


def test_two_in_bcc_do_not_learn_of_each_other(client: Client) -> None:
    message = released(person("a@example.nl", kind="bcc"), person("b@example.nl", kind="bcc"))
    open_in(client, recipient_of(message, "a@example.nl"))
    page = shown(client, recipient_of(message, "a@example.nl"))
    assert ("a@example.nl" in page, "b@example.nl" in page) == (True, False)


def test_html_is_shown_in_a_frame_that_may_only_open_links(client: Client) -> None:
    jan = recipient_of(released(html="<p>hello</p>"))
    open_in(client, jan)
    frame = f'<iframe class="frame" src="{link(jan, "body/")}" sandbox="{FRAME_SANDBOX}"'
    assert frame in shown(client, jan)


def test_the_frame_holds_the_html_made_safe(client: Client) -> None:
    jan = recipient_of(released(html="<p>hello</p><script>alert(1)</script>"))
    open_in(client, jan)
    response = client.get(link(jan, "body/"))
    assert (b"<p>hello</p>" in response.content, b"script" in response.content) == (True, False)


def test_the_frame_has_a_policy_of_its_own(client: Client) -> None:
    jan = recipient_of(released(html="<p>hello</p>"))
    open_in(client, jan)
    policy = client.get(link(jan, "body/"))["Content-Security-Policy"]
    assert ("default-src 'none'" in policy, "sandbox" in policy) == (True, True)


def test_an_inline_image_is_in_the_frame_and_not_in_the_list(client: Client) -> None:
    logo = file(b"pixels", "logo.png", content_type="image/png", content_id="<logo>", inline=True)
    jan = recipient_of(released(html='<img src="cid:logo">', attachments=(logo,)))
    open_in(client, jan)
    body = client.get(link(jan, "body/")).content
    assert (b"data:image/png;base64,cGl4ZWxz" in body, "logo.png" in shown(client, jan)) == (
        True,
        False,
    )


def test_the_frame_of_an_unopened_message_is_empty(client: Client) -> None:
    response = client.get(link(recipient_of(released(html="<p>hello</p>")), "body/"))
    assert (response.status_code, b"hello" in response.content) == (403, False)


def test_an_attachment_comes_out_byte_for_byte(client: Client) -> None:
    jan = recipient_of(released(attachments=(file(FILE),)))
    open_in(client, jan)
    attachment = jan.message.attachments.get()
    response = client.get(link(jan, f"attachments/{attachment.pk}/"))
    assert b"".join(response.streaming_content) == FILE  # type: ignore[attr-defined]


def test_an_attachment_is_saved_under_its_name(client: Client) -> None:
    jan = recipient_of(released(attachments=(file(b"x", "uitslág.pdf"),)))
    open_in(client, jan)
    response = client.get(link(jan, f"attachments/{jan.message.attachments.get().pk}/"))
    assert response["Content-Disposition"] == (
        "attachment; filename=\"uitslag.pdf\"; filename*=UTF-8''uitsl%C3%A1g.pdf"
    )


def test_an_attachment_of_an_unopened_message_leads_to_the_page(client: Client) -> None:
    jan = recipient_of(released(attachments=(file(b"x"),)))
    response = client.get(link(jan, f"attachments/{jan.message.attachments.get().pk}/"))
    assert (response.status_code, response["Location"]) == (302, link(jan))


def test_an_attachment_of_another_message_is_not_found(client: Client) -> None:
    jan, other = receiver(), released(attachments=(file(b"x"),))
    open_in(client, jan)
    response = client.get(link(jan, f"attachments/{other.attachments.get().pk}/"))
    assert response.status_code == 404


def test_the_page_takes_as_many_queries_for_three_recipients_as_for_one() -> None:
    assert count_queries(1) == count_queries(3)


# --- when it cannot be opened ---


def test_a_message_past_its_end_says_until_when_it_could_be_read(client: Client) -> None:
    jan = receiver()
    expire(jan.message)
    response = client.get(link(jan))
    assert (response.status_code, "You could read this message" in response.content.decode()) == (
        410,
        True,
    )


def test_a_message_past_its_end_closes_for_who_was_reading(client: Client) -> None:
    jan = receiver()
    open_in(client, jan)
    expire(jan.message)
    assert SUBJECT not in shown(client, jan)


def test_a_withdrawn_message_says_so(client: Client) -> None:
    jan = receiver()
    MessageRecipient.objects.update(state="revoked")
    assert "has withdrawn the message" in shown(client, jan)


def test_this_is_not_my_number_says_what_happens_next(client: Client) -> None:
    jan = receiver()
    posted = {"address": jan.address}
    page = client.post(link(jan, "wrong-number/"), posted, follow=True).content.decode()
    assert ("What happens next" in page, "We have told the sender" in page) == (True, True)


def test_a_wrong_number_can_be_taken_back(client: Client) -> None:
    jan = receiver()
    report_wrong_number(jan)
    posted = {"address": jan.address}
    page = client.post(link(jan, "right-number/"), posted, follow=True).content.decode()
    assert "Send code" in page
