"""The mails about held mail as mail servers and spam filters see them."""

import email
import email.policy
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest

from notifications.access import PAYLOAD
from notifications.letters import unpack_mail
from notifications.models import Notification
from tests import make

pytestmark = pytest.mark.django_db


def notice() -> tuple[str, EmailMessage]:
    """Hold a mail; return envelope sender and headers of the notice about it."""
    make.draft(make.user(), message_id="<original@client.example>")
    row = Notification.objects.get()
    wire = unpack_mail(row.unseal(PAYLOAD, bytes(row.payload)))
    return wire.sender, email.message_from_bytes(wire.raw, policy=email.policy.default)


def test_a_notice_says_that_it_is_automatic_and_of_which_list() -> None:
    _, mail = notice()

    found = mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"], mail["List-Id"]
    assert found == ("auto-generated", "OOF, AutoReply", "<drafts.zivweb.example>")


def test_a_notice_has_one_author_of_the_domain_that_mails_come_back_to() -> None:
    sender, mail = notice()

    domains = [address.domain for address in mail["From"].addresses]
    assert (mail.get_all("From"), domains) == ([mail["From"]], ["zivweb.example"])
    assert sender.startswith("bounce+")
    assert sender.endswith("@zivweb.example")


def test_a_notice_is_dated_and_hangs_under_the_original() -> None:
    _, mail = notice()

    age = datetime.now(UTC) - parsedate_to_datetime(mail["Date"]).replace(tzinfo=UTC)
    assert abs(age) < timedelta(minutes=10)
    assert mail["Message-ID"].endswith("@zivweb.example>")
    assert mail["In-Reply-To"] == "<original@client.example>"
