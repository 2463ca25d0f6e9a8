"""Opening a message by the code of an SMS (the code, and the page behind it), against a draft page.

Every opening is that of a recipient of their own, at a browser and an address of their own.
"""

import re
import statistics
from itertools import count

from django.test import Client

from accounts.actions import create_organization
from accounts.models import User
from accounts.policy import SMS
from bench.draft_page import browser_of, draft_of
from bench.runner import Goal, compare
from bench.tables import timed
from delivery.actions import send_message
from delivery.models import MessageRecipient
from delivery.outgoing import OutgoingMessage, OutgoingRecipient
from notifications.access import PAYLOAD
from notifications.letters import unpack_sms
from notifications.models import Notification

GOAL = Goal("opening a message by code", "draft page of 2 recipients", 1.2, "s", at_most=True)
ROUND = 10  # openings
_number = count(1)


def run() -> None:
    """Open messages and a draft page in turns."""
    organization = create_organization("Bench of guests", ["guests.bench.example"])
    sender = User.objects.create_user("anna@guests.bench.example", organization=organization)
    browser, page = browser_of(sender), f"/drafts/{draft_of(sender, 2, 1).pk}/"
    compare(
        GOAL,
        lambda: statistics.median(_opened(sender) for _ in range(ROUND)),
        lambda: statistics.median(timed(lambda: browser.get(page))[0] for _ in range(ROUND)),
    )


def _opened(sender: User) -> float:
    """Release a message and have its code sent; return the seconds that opening it takes."""
    number = next(_number)
    link = f"/m/{_released(sender, number).token}/"
    guest = Client(
        headers={"host": "localhost"}, REMOTE_ADDR=f"10.1.{number // 250}.{number % 250}"
    )
    guest.post(f"{link}code/")
    form = {"code": _newest_code()}
    seconds, page = timed(lambda: guest.post(f"{link}verify/", form, follow=True))
    assert b"The results." in page.content
    return seconds


def _released(sender: User, number: int) -> MessageRecipient:
    phone = f"+3163{number:07}"
    recipient = OutgoingRecipient(
        address=f"jan{number}@guests.example", name="Jan", kind="to", method=SMS,
        source="organization", value=phone,
    )  # fmt: skip
    message = OutgoingMessage(
        organization_id=sender.organization_id, sender_id=sender.pk, subject="Results",
        text="The results.", html=None, recipients=(recipient,), attachments=(), keep_days=30,
    )  # fmt: skip
    return MessageRecipient.objects.get(message=send_message(message).pk)


def _newest_code() -> str:
    row = Notification.objects.filter(channel="sms").latest("pk")
    found = re.search(r"#(\d{6})$", unpack_sms(row.unseal(PAYLOAD, bytes(row.payload))).text)
    assert found
    return found.group(1)
