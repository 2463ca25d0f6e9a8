"""What strangers cannot do: pump SMS, guess codes, use up anything by looking."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.middleware.csrf import CSRF_SECRET_LENGTH
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from accounts.models import AuditEntry, Organization, User
from accounts.policy import ACCESS_CODE, Policy
from delivery.actions import CodeNotSentError, forget_old, open_message, send_code
from delivery.actions.limits import (
    SMS_FROM_PEER,
    SMS_TO_COUNTRY,
    SMS_TO_NUMBER,
    SMS_TO_NUMBER_OF_ALL,
    WRONG_FROM_PEER,
)
from delivery.actions.verifying import CAPPED, COUNTRY, LOCKED
from delivery.models import CodeTries, MessageRecipient, Tally
from notifications.models import Notification
from tests import make
from tests.delivery.messages import (
    ACCESS,
    again,
    link,
    newest_code,
    person,
    receiver,
    recipient_of,
    released,
    rows_of_everything,
    tries_of,
    wrong,
)
from tests.examples import EXAMPLES

pytestmark = pytest.mark.django_db

GATE, TOKEN = BaseHandler(), "t" * CSRF_SECRET_LENGTH
GATE.load_middleware()
HERE, PEER, PROXY = "this browser", "192.0.2.7", "127.0.0.1"


def post_guess(row: MessageRecipient, number: int, typed: str) -> int:
    """Guess in a new browser, from a network address of its own behind our proxy; return 4xx.

    It goes through every middleware to the view, but past the test client, which keeps a copy of
    all that each template was given.
    """
    forwarded = f"192.0.2.1, 10.{number // 65536}.{number // 256 % 256}.{number % 256}"
    outside = RequestFactory(
        headers={"X-Forwarded-For": forwarded, "X-CSRFToken": TOKEN},
        REMOTE_ADDR=PROXY,
        HTTP_COOKIE=f"{settings.CSRF_COOKIE_NAME}={TOKEN}",
    )
    request = outside.post(link(row, "verify/"), {"code": typed})
    return GATE.get_response(request).status_code


def guess_in_a_lock_period(row: MessageRecipient, numbers: range) -> list[int]:
    """Guess so often from as many browsers once a lock is over; return what was answered."""
    CodeTries.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    return [post_guess(row, number, "wrong guess") for number in numbers]


def compared() -> int:
    """Return how many wrong codes were compared so far."""
    return AuditEntry.objects.filter(verb="wrong_code").count()


def pump(
    count: int, *, number: str = make.NUMBER, peer: str = "", sender: User | None = None
) -> list[str]:
    """Ask for a code for so many messages of one sender; return why the last ones were refused."""
    sender = sender or make.user()
    people = (person(f"p{index}@example.nl", value=number) for index in range(count))
    rows = [recipient_of(released(each, sender=sender), each.address) for each in people]
    return [reason for row in rows if (reason := refusal(row, peer))]


def refusal(row: MessageRecipient, peer: str = "") -> str:
    """Ask for a code; return why there is none, "" when there is."""
    try:
        send_code(row, HERE, peer)
    except CodeNotSentError as error:
        return error.reason
    return ""


def guess(row: MessageRecipient, tries: int, typed: str) -> list[str]:
    """Try a code from as many browsers and network addresses; return what came of each."""
    peers = (f"10.{index // 65536}.{index // 256 % 256}.{index % 256}" for index in range(tries))
    return [
        open_message(row, f"browser {number}", typed, peer).problem
        for number, peer in enumerate(peers)
    ]


def test_a_number_gets_so_many_codes_a_day() -> None:
    assert pump(SMS_TO_NUMBER + 2) == [CAPPED, CAPPED]


def test_a_practice_with_eleven_messages_a_day_is_not_stuck() -> None:
    assert pump(11) == []


def test_one_organization_uses_up_no_codes_of_another() -> None:
    pump(SMS_TO_NUMBER + 1)
    assert pump(1) == []


@pytest.mark.slow
def test_a_number_gets_so_many_codes_a_day_of_all_together() -> None:
    organizations = range(SMS_TO_NUMBER_OF_ALL // SMS_TO_NUMBER)
    assert [pump(SMS_TO_NUMBER) for _ in organizations] == [[] for _ in organizations]
    assert pump(1) == [CAPPED]


def test_the_limit_of_a_number_ends_with_the_day() -> None:
    sender = make.user()
    pump(SMS_TO_NUMBER + 1, sender=sender)
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        assert pump(1, sender=sender) == []


@pytest.mark.slow
def test_a_network_address_gets_so_many_codes_an_hour() -> None:
    refused = [
        refusal(recipient_of(released(person(value=f"+3161234{index:04}"))), PEER)
        for index in range(SMS_FROM_PEER + 1)
    ]
    assert refused == [""] * SMS_FROM_PEER + [CAPPED]


def test_an_organization_has_codes_for_a_day() -> None:
    jan, els = receiver(), receiver()
    Organization.objects.update(policy_data=Policy(sms_a_day=0).to_json())
    assert (refusal(again(jan)), refusal(again(els))) == (CAPPED, CAPPED)


def test_the_admins_are_told_once_a_day_that_the_codes_are_used_up() -> None:
    jan = receiver()
    place = jan.message.organization
    make.user(place, role="admin")
    Organization.objects.update(policy_data=Policy(sms_a_day=0).to_json())
    refused = [refusal(again(jan)) for _ in range(3)]
    assert (refused, Notification.objects.filter(kind="sms_cap").count()) == ([CAPPED] * 3, 1)


def test_the_limit_of_a_number_is_no_news_for_admins() -> None:
    make.user(receiver().message.organization, role="admin")
    pump(SMS_TO_NUMBER + 1)
    assert not Notification.objects.filter(kind="sms_cap").exists()


def test_no_code_goes_to_a_country_that_is_not_allowed() -> None:
    row = recipient_of(released(person(value="+8801812345678")))
    assert (refusal(row), Notification.objects.filter(channel="sms").count()) == (COUNTRY, 0)


def test_codes_abroad_are_counted_by_country() -> None:
    row = recipient_of(released(person(value="+32470123456")))
    send_code(row, HERE)
    assert Tally.objects.get(purpose="sms_country").count == 1 < SMS_TO_COUNTRY


def test_a_refused_code_says_so_in_words(client: Client) -> None:
    jan = receiver()
    Organization.objects.update(policy_data=Policy(sms_a_day=0).to_json())
    response = client.post(link(jan, "code/"))
    assert (response.status_code, "we send no more now" in response.content.decode()) == (429, True)


@pytest.mark.slow
def test_however_often_somebody_guesses_a_lock_leaves_five_tries(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [PROXY]
    els, a_period = receiver(method=ACCESS_CODE), EXAMPLES // 4
    starts = range(0, 4 * a_period, a_period)
    tries = [
        (guess_in_a_lock_period(els, range(start, start + a_period)), compared())
        for start in starts
    ]
    right = post_guess(els, EXAMPLES, ACCESS)
    assert [answers.count(429) for answers, _ in tries] == [a_period - 4] * 4
    assert [count for _, count in tries] == [5, 10, 15, 20]
    assert (right, tries_of(els).failures, again(els).state) == (429, 20, "queued")


def test_each_lock_gives_five_tries_more() -> None:
    els = receiver(method=ACCESS_CODE)
    guess(els, 100, "wrong guess")
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        guess(els, 100, "wrong guess")
        assert tries_of(els).failures == 10
        assert open_message(els, HERE, ACCESS).problem == LOCKED


def test_guesses_at_a_code_by_sms_share_five_tries() -> None:
    jan = receiver()
    send_code(jan, HERE)
    problems = [open_message(jan, HERE, wrong(newest_code())).problem for _ in range(50)]
    assert (problems[4:], again(jan).failures) == ([LOCKED] * 46, 5)


@pytest.mark.slow
def test_one_network_address_tries_so_many_recipients() -> None:
    rows = [receiver(method=ACCESS_CODE) for _ in range(WRONG_FROM_PEER + 2)]
    problems = [open_message(row, HERE, "wrong guess", PEER).problem for row in rows]
    assert problems[-3:] == ["wrong", LOCKED, LOCKED]


@pytest.mark.slow
def test_a_network_that_is_locked_reads_why(client: Client) -> None:
    rows = [receiver(method=ACCESS_CODE) for _ in range(WRONG_FROM_PEER + 1)]
    guess, peer = {"code": "wrong guess"}, "192.0.2.7"
    answers = [client.post(link(row, "verify/"), guess, REMOTE_ADDR=peer) for row in rows]
    assert "from your network" in answers[-1].content.decode()


PAGES = ("", "code/", "verify/", "wrong-number/", "right-number/", "close/", "body/", "sms/")
MORE = ("reply/", "print/", "attachments.zip", "device/")


@pytest.mark.slow
def test_looking_a_hundred_times_changes_nothing(client: Client) -> None:
    jan = receiver()
    before = rows_of_everything()
    paths = [link(jan, rest) for rest in (*PAGES, *MORE)]
    statuses = {client.get(path).status_code for path in paths * 9}
    statuses |= {client.head(path).status_code for path in paths}
    assert (rows_of_everything() == before, statuses - {200, 286, 302, 403}) == (True, set())


@pytest.mark.slow
def test_looking_uses_up_no_code(client: Client) -> None:
    jan = receiver()
    client.post(link(jan, "code/"))
    code = newest_code()
    statuses = {Client().get(link(jan)).status_code for _ in range(100)}
    client.post(link(jan, "verify/"), {"code": code})
    assert (statuses, again(jan).state) == ({200}, "read")


@pytest.mark.parametrize("rest", [*PAGES, *MORE, "attachments/1/", "reply/attachments/1/"])
@pytest.mark.parametrize("token", ["A" * 22, "short", "%00", "é" * 22])
def test_every_unknown_link_answers_the_same(client: Client, rest: str, token: str) -> None:
    got = client.get(f"/m/{token}/{rest}")
    posted = client.post(f"/m/{token}/{rest}")
    assert (got.status_code, posted.status_code in {404, 405}) == (404, True)


def test_old_counts_are_forgotten() -> None:
    send_code(receiver(), HERE)
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        forget_old()
    assert Tally.objects.count() == 0


def test_the_counts_hold_no_number() -> None:
    send_code(receiver(), HERE, PEER)
    stored = [row.subject for row in Tally.objects.all()]
    assert [text for text in stored if make.NUMBER in text or PEER in text] == []
