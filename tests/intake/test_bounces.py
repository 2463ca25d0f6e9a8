"""Mails of ours that come back, and what the sender learns of them."""

import pytest

from delivery.actions import follow_notifications
from delivery.models import MessageRecipient
from delivery.states import BOUNCED, NOTIFIED, READ
from intake.bounces import bounce_token, failure_code
from notifications.access import PAYLOAD
from notifications.actions import send_due
from notifications.letters import unpack_mail
from notifications.models import Notification
from tests.delivery.messages import again, receiver
from tests.intake.smtp import Client

REPORT = (
    "From: MAILER-DAEMON@mx.example.nl\r\nSubject: Undelivered Mail\r\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
    "--x\r\n\r\nIt could not be delivered.\r\n"
    "--x\r\nContent-Type: message/delivery-status\r\n\r\n"
    "Reporting-MTA: dns; mx.example.nl\r\n\r\n"
    "Final-Recipient: rfc822; jan@example.nl\r\nAction: {action}\r\nStatus: {status}\r\n"
    "--x--\r\n"
)
AWAY = "From: jan@example.nl\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n"


def report(action: str = "failed", status: str = "5.1.1") -> str:
    """Return a delivery status notification."""
    return REPORT.format(action=action, status=status)


def came_back(smtp: Client, address: str, mail: str) -> str:
    """Have a mail server hand in a mail from nobody; return the last answer."""
    smtp.hello()
    return once_more(smtp, address, mail)


def once_more(smtp: Client, address: str, mail: str) -> str:
    """Hand in another mail over the same connection; return the last answer."""
    smtp.say("MAIL FROM:<>")
    smtp.say(f"RCPT TO:<{address}>")
    smtp.say("DATA")
    return smtp.data(mail)


def mailed() -> tuple[MessageRecipient, str]:
    """Store a message whose mail was sent; return its recipient and the address it bounces to."""
    jan = receiver()
    row = Notification.objects.get()
    address = unpack_mail(row.unseal(PAYLOAD, bytes(row.payload))).sender
    send_due()
    follow_notifications()
    return jan, address


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_comes_back_makes_its_recipient_bounced(smtp: Client) -> None:
    jan, address = mailed()
    before = again(jan).state
    answer = came_back(smtp, address, report())
    follow_notifications()
    assert (before, answer[:3], again(jan).state) == (NOTIFIED, "250", BOUNCED)


@pytest.mark.django_db(transaction=True)
def test_the_sender_is_told_once(smtp: Client) -> None:
    jan, address = mailed()
    came_back(smtp, address, report())
    once_more(smtp, address, report())
    follow_notifications()
    told = Notification.objects.get(kind="recipient_stuck")
    wire = unpack_mail(told.unseal(PAYLOAD, bytes(told.payload)))
    assert (wire.to, told.about) == (jan.message.sender.email, str(jan))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mail", [AWAY, report("delayed", "4.4.1"), report("delivered", "2.0.0")])
def test_other_mails_that_come_back_change_nothing(smtp: Client, mail: str) -> None:
    jan, address = mailed()
    answer = came_back(smtp, address, mail)
    follow_notifications()
    assert (answer[:3], again(jan).state) == ("250", NOTIFIED)


@pytest.mark.django_db(transaction=True)
def test_who_has_read_the_message_had_the_mail(smtp: Client) -> None:
    jan, address = mailed()
    MessageRecipient.objects.update(state=READ)
    came_back(smtp, address, report())
    follow_notifications()
    assert again(jan).state == READ


@pytest.mark.django_db(transaction=True)
def test_a_forged_bounce_address_changes_nothing(smtp: Client) -> None:
    jan, _ = mailed()
    answer = came_back(smtp, f"bounce+{'a' * 22}@zivweb.example", report())
    follow_notifications()
    assert (answer[:3], again(jan).state) == ("250", NOTIFIED)


@pytest.mark.parametrize(
    ("mail", "code"),
    [
        (report(), "5.1.1"),
        (report(status="nonsense"), "5.0.0"),
        (report().replace("\r\n", "\n"), "5.1.1"),
        (report("relayed"), ""),
        (AWAY, ""),
        ("", ""),
        ("Action: failed\r\nStatus: 5.1.1\r\n\r\nAction: failed\r\n", ""),
    ],
)
def test_only_a_report_of_a_failure_counts(mail: str, code: str) -> None:
    assert failure_code(mail.encode()) == code


@pytest.mark.parametrize("address", ["", "bounce+x@y", "jan@example.nl"])
def test_other_addresses_have_no_token(address: str) -> None:
    assert bounce_token(address) == ""
