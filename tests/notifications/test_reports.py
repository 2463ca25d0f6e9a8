"""What the world reports of a mail or an SMS after it was sent."""

import json
import time

import pytest
from django.test import Client
from pytest_django import Settings

from notifications import states
from notifications.access import news_about
from notifications.actions import note_report, send_due, settle_news
from notifications.models import Notification
from notifications.render import BOUNCE
from notifications.reports import BadReceiptError, is_signed, read_receipt, sign
from tests.notifications.letters import Outbox
from vault.tokens import link_token

KEY = "a key that the gateway knows"
NOW = 1_764_000_000


@pytest.fixture
def sent(outbox: Outbox) -> Notification:
    """An SMS that was sent."""
    row = outbox.sms()
    send_due()
    row.refresh_from_db()
    return row


def token_of(row: Notification) -> str:
    """Return the id by which the gateway knows the SMS."""
    return link_token(BOUNCE, row.uid)


def post(body: object, *, key: str = KEY, at: float | None = None) -> int:
    """Hand in a receipt; return the answer's status."""
    raw, moment = json.dumps(body).encode(), str(int(at or time.time()))
    signature = f"t={moment},v1={sign(raw, key, moment)}"
    response = Client(enforce_csrf_checks=True).post(
        "/sms/receipts/", raw, "application/json", headers={"X-Signature": signature}
    )
    return response.status_code


def report_of(row: Notification) -> str:
    """Return what was reported of it."""
    row.refresh_from_db()
    return row.report


@pytest.mark.parametrize(
    ("said", "noted"), [("delivered", states.DELIVERED), ("undelivered", states.RETURNED)]
)
def test_a_signed_receipt_is_noted(
    sent: Notification, settings: Settings, said: str, noted: str
) -> None:
    settings.SMS_RECEIPT_KEY = KEY
    status = post({"id": token_of(sent), "state": said, "code": "30003"})
    assert (status, report_of(sent)) == (204, noted)


@pytest.mark.parametrize(("key", "age"), [("another key", 0), (KEY, 3600), (KEY, -3600)])
def test_a_forged_or_old_receipt_is_refused(
    sent: Notification, settings: Settings, key: str, age: int
) -> None:
    settings.SMS_RECEIPT_KEY = KEY
    status = post({"id": token_of(sent), "state": "delivered"}, key=key, at=time.time() - age)
    assert (status, report_of(sent)) == (403, "")


def test_the_first_receipt_counts(sent: Notification) -> None:
    note_report(token_of(sent), states.DELIVERED)
    again = note_report(token_of(sent), states.RETURNED)
    assert (again, report_of(sent)) == (None, states.DELIVERED)


def test_an_unknown_id_looks_like_a_known_one(db: None, settings: Settings) -> None:
    settings.SMS_RECEIPT_KEY = KEY
    assert post({"id": "a" * 22, "state": "delivered"}) == 204


def test_nothing_is_taken_without_a_key(db: None, settings: Settings) -> None:
    settings.SMS_RECEIPT_KEY = ""
    assert post({"id": "a" * 22, "state": "delivered"}, key="") == 404


def test_nonsense_with_a_right_signature_is_refused(db: None, settings: Settings) -> None:
    settings.SMS_RECEIPT_KEY = KEY
    assert post({"id": 7}) == 400


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"7", b'{"id": "x"}', b'{"id": 1, "state": "delivered"}',
        b'{"id": "x", "state": "eaten"}', b'{"id": "x", "state": "delivered", "code": "a b"}',
        b"\xff",
    ],
)  # fmt: skip
def test_what_is_no_receipt_is_named_so(body: bytes) -> None:
    with pytest.raises(BadReceiptError):
        read_receipt(body)


@pytest.mark.parametrize("header", ["", "t=,v1=", "v1=ab", f"t={NOW},v1={'0' * 64}", "t=1"])
def test_a_signature_must_be_right(header: str) -> None:
    assert not is_signed(header, b"{}", KEY, NOW)


def test_nothing_is_signed_by_an_empty_key() -> None:
    assert not is_signed(f"t={NOW},v1={sign(b'{}', '', str(NOW))}", b"{}", "", NOW)


def test_a_mail_that_comes_back_is_news_until_it_is_followed(outbox: Outbox) -> None:
    row = outbox.mail()
    send_due()
    note_report(token_of(row), states.RETURNED, "5.1.1")
    found = list(news_about("draft"))
    settle_news(found)
    assert (found, list(news_about("draft"))) == ([row], [])


def test_a_mail_that_was_not_sent_cannot_come_back(outbox: Outbox) -> None:
    assert note_report(token_of(outbox.mail()), states.RETURNED) is None
