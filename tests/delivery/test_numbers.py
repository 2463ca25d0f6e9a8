"""A recipient says that a mobile number is not theirs."""

import pytest

from accounts.policy import ACCESS_CODE
from contacts.models import Datum
from delivery.actions import (
    CodeNotSentError,
    open_message,
    report_wrong_number,
    send_code,
    take_back_wrong_number,
)
from delivery.actions.verifying import CLOSED
from delivery.models import MessageRecipient
from delivery.states import NOTIFIED, QUEUED, READ, REVOKED, SUSPENDED
from notifications.access import PAYLOAD
from notifications.letters import unpack_mail
from notifications.models import Notification
from tests import make
from tests.delivery.messages import again, expire, newest_code, receiver

pytestmark = pytest.mark.django_db

HERE = "this browser"


def mail_to_sender() -> Notification:
    """Return the mail that tells the sender of a wrong number."""
    return Notification.objects.get(kind="number_wrong")


def text_of(row: Notification) -> tuple[str, bool]:
    """Return to whom the mail goes, and whether it speaks of an access code."""
    wire = unpack_mail(row.unseal(PAYLOAD, bytes(row.payload)))
    return wire.to, b"access code" in wire.raw


@pytest.mark.parametrize("state", [QUEUED, NOTIFIED, READ])
def test_a_wrong_number_closes_the_way(state: str) -> None:
    jan = receiver()
    MessageRecipient.objects.update(state=state)
    report_wrong_number(jan)
    row = again(jan)
    assert (row.state, row.stopped_at is not None) == (SUSPENDED, True)


def test_no_sms_goes_to_a_wrong_number() -> None:
    jan = receiver()
    report_wrong_number(jan)
    with pytest.raises(CodeNotSentError, match=CLOSED):
        send_code(jan, HERE)


def test_an_sms_that_waits_is_called_off() -> None:
    jan = receiver()
    send_code(jan, HERE)
    report_wrong_number(jan)
    assert Notification.objects.get(kind="code").state == "cancelled"


def test_a_code_that_was_sent_works_no_more() -> None:
    jan = receiver()
    send_code(jan, HERE)
    code = newest_code()
    report_wrong_number(jan)
    take_back_wrong_number(jan)
    assert open_message(jan, HERE, code).problem == "no_code"


def test_the_sender_is_told_which_number_of_whom() -> None:
    jan = receiver()
    report_wrong_number(jan)
    row = mail_to_sender()
    wire = unpack_mail(row.unseal(PAYLOAD, bytes(row.payload)))
    told = [part in wire.raw for part in (b"jan@example.nl", b"Jan Jansen", make.NUMBER.encode())]
    assert (wire.to, told) == (jan.message.sender.email, [True, True, False])


def test_saying_it_twice_tells_the_sender_once() -> None:
    jan = receiver()
    report_wrong_number(jan)
    report_wrong_number(jan)
    assert mail_to_sender().about == f"message recipient:{jan.pk}"


def test_it_can_be_taken_back() -> None:
    jan = receiver()
    report_wrong_number(jan)
    take_back_wrong_number(jan)
    row = again(jan)
    assert (row.state, row.stopped_at, mail_to_sender().state) == (NOTIFIED, None, "cancelled")


def test_nothing_is_taken_back_where_nothing_was_said() -> None:
    jan = receiver()
    take_back_wrong_number(jan)
    assert again(jan).state == QUEUED


def test_somebody_who_does_not_know_the_code_can_say_so() -> None:
    els = receiver(method=ACCESS_CODE)
    report_wrong_number(els)
    assert (again(els).state, text_of(mail_to_sender())[1]) == (SUSPENDED, True)


def test_a_withdrawn_message_stays_withdrawn() -> None:
    jan = receiver()
    MessageRecipient.objects.update(state=REVOKED)
    report_wrong_number(jan)
    assert again(jan).state == REVOKED


def test_a_message_past_its_end_needs_no_number() -> None:
    jan = receiver()
    expire(jan.message)
    report_wrong_number(again(jan))
    assert again(jan).state == QUEUED


def test_the_contact_that_gave_the_number_is_marked_and_unmarked() -> None:
    jan = receiver(source="draft")
    make.contact(jan.message.sender, phone=make.NUMBER)
    report_wrong_number(jan)
    marked = Datum.objects.get().disputed_at is not None
    take_back_wrong_number(jan)
    assert (marked, Datum.objects.get().disputed_at) == (True, None)
