"""What is forgotten with time (docs/security.md), and what somebody may have erased."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, User
from contacts.models import Contact, DeletedAddress, PastDatum, Proposal
from delivery.actions import end_messages, open_message
from delivery.models import Challenge, CodeTries, Message, MessageRecipient
from drafts.models import Recipient
from flow.forgetting import DOMAIN
from intake.models import RawMail
from notifications.models import Notification
from tests import make
from tests.delivery.messages import person, person_with_code, recipient_of, released
from zivweb import forgetting

pytestmark = pytest.mark.django_db

JAN = "jan@example.nl"


def days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def ended(days: int) -> Message:
    """Store a message to two people that ended so long ago."""
    message = released(person(), person("piet@example.nl", name="Piet"))
    Message.objects.update(expires_at=days_ago(days), destroy_at=days_ago(days))
    end_messages()
    Message.objects.update(ended_at=days_ago(days))
    return message


def command(*arguments: str) -> str:
    output = StringIO()
    call_command("person", *arguments, stdout=output)
    return output.getvalue()


def test_who_got_a_message_is_forgotten_a_while_after_its_end() -> None:
    message = ended(91)
    forgetting.forget_old()
    rows = list(message.recipients.values_list("address", "name"))
    ids = message.recipients.values_list("pk", flat=True)
    assert rows == [(f"row-{pk}@{DOMAIN}", "") for pk in ids]


def wrong_tries(days: int, *, ended: bool) -> None:
    """Type a wrong access code so long ago, for a message that ended since, or did not."""
    message = released(person_with_code())
    with time_machine.travel(days_ago(days)):
        open_message(recipient_of(message), "", "a wrong code")
    Message.objects.update(ended_at=timezone.now() if ended else None)


@pytest.mark.parametrize(("days", "ended", "left"), [(91, True, 0), (89, True, 1), (91, False, 1)])
def test_wrong_tries_are_forgotten_when_they_keep_nobody_out(
    days: int, ended: bool, left: int
) -> None:
    wrong_tries(days, ended=ended)
    forgetting.forget_old()
    assert CodeTries.objects.count() == left


def test_wrong_tries_are_forgotten_though_others_can_read_what_they_got() -> None:
    wrong_tries(91, ended=True)
    released(person_with_code("piet@example.nl"), sender=User.objects.first())
    released(person_with_code())
    forgetting.forget_old()
    assert not CodeTries.objects.exists()


def test_wrong_tries_are_shown_and_erased_with_somebody() -> None:
    wrong_tries(1, ended=False)
    assert "wrong tries of an access code: 1" in command(JAN)
    command(JAN, "--erase")
    assert not CodeTries.objects.exists()


@pytest.mark.parametrize("days", [0, 89])
def test_who_got_a_message_is_known_until_then(days: int) -> None:
    message = ended(days)
    forgetting.forget_old()
    assert message.recipients.filter(address=JAN).exists()


def test_a_message_that_can_be_read_forgets_nobody() -> None:
    message = released()
    Message.objects.filter(pk=message.pk).update(created_at=days_ago(300))
    forgetting.forget_old()
    assert message.recipients.get().address == JAN


def test_the_link_of_somebody_who_was_forgotten_still_explains_itself() -> None:
    message = ended(91)
    link = message.recipients.get(address=JAN).token
    forgetting.forget_old()
    assert Client().get(f"/m/{link}/").status_code == 410


def test_a_mail_that_was_not_sent_forgets_its_recipients_after_a_year() -> None:
    draft = make.draft(make.user(), JAN)
    Recipient.objects.update(typed=b"x")
    type(draft).objects.filter(pk=draft.pk).update(data_key=b"", created_at=days_ago(366))
    forgetting.forget_old()
    row = Recipient.objects.get()
    assert (row.address, row.domain, row.name, bytes(row.typed)) == (
        f"row-{row.pk}@{DOMAIN}", DOMAIN, "", b"",
    )  # fmt: skip


def test_a_held_mail_forgets_nobody() -> None:
    draft = make.draft(make.user(), JAN)
    type(draft).objects.filter(pk=draft.pk).update(created_at=days_ago(400))
    forgetting.forget_old()
    assert Recipient.objects.get().address == JAN


def test_the_envelope_of_a_destroyed_mail_is_forgotten() -> None:
    mail = make.raw_mail(make.user(), b"Subject: x\r\n\r\nx", JAN)
    RawMail.objects.filter(pk=mail.pk).update(data_key=b"", received_at=days_ago(91))
    forgetting.forget_old()
    assert RawMail.objects.get().recipients == []


@pytest.mark.parametrize(("state", "days", "left"), [
    ("sent", 91, 0), ("failed", 91, 0), ("cancelled", 91, 0), ("sent", 89, 1), ("queued", 400, 1),
])  # fmt: skip
def test_notifications_that_are_done_are_forgotten(state: str, days: int, left: int) -> None:
    make.draft(make.user(), JAN)
    Notification.objects.update(state=state, created_at=days_ago(days))
    forgetting.forget_old()
    assert Notification.objects.count() == left


@pytest.mark.parametrize(("days", "left"), [(31, 0), (29, 1)])
def test_the_book_of_somebody_who_was_removed_goes_too(days: int, left: int) -> None:
    owner = make.user()
    make.contact(owner, phone=make.NUMBER)
    User.objects.filter(pk=owner.pk).update(removed_at=days_ago(days))
    forgetting.forget_old()
    assert Contact.objects.count() == left


def test_the_name_of_somebody_who_was_removed_is_forgotten_after_a_year() -> None:
    gone, left = make.user(), make.user()
    User.objects.filter(pk=gone.pk).update(removed_at=days_ago(366))
    User.objects.filter(pk=left.pk).update(removed_at=days_ago(300))
    forgetting.forget_old()
    assert list(User.objects.order_by("pk").values_list("name", flat=True)) == [
        "", "Name of sender",
    ]  # fmt: skip


def test_what_a_contact_held_before_is_forgotten_after_a_year() -> None:
    contact = make.contact(make.user(), phone=make.NUMBER)
    past = {"contact": contact, "method": "sms", "source": "manual", "ended_source": "manual"}
    then = {"entered_at": timezone.now()}
    PastDatum.objects.create(**past, **then, ended_at=days_ago(366))
    PastDatum.objects.create(**past, **then, ended_at=days_ago(300))
    forgetting.forget_old()
    assert PastDatum.objects.count() == 1


def test_one_kind_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> int:
        raise RuntimeError

    message = ended(91)
    monkeypatch.setitem(forgetting.SWEEPS, "accounts.forget_people", fail)
    forgetting.forget_old()
    assert not message.recipients.filter(address=JAN).exists()


@pytest.mark.parametrize(
    "word",
    [make.NUMBER, "contact:", "recipient:", "message recipient:", "raw mail:", "5 things are held"],
)
def test_somebody_is_shown_what_is_held_about_them(word: str) -> None:
    sender = make.user()
    make.contact(sender, JAN, phone=make.NUMBER)
    make.draft(sender, "piet@example.nl", JAN)
    make.raw_mail(sender, b"Subject: x\r\n\r\nx", JAN)
    released(person())
    released(person())
    assert word in command("Jan@Example.NL")


def test_the_senders_page_goes_on_when_a_recipient_was_erased() -> None:
    sender = make.user()
    message = released(person(), person("piet@example.nl"), sender=sender)
    command(JAN, "--erase")
    page = make.signed_in(sender).get(f"/messages/{message.pk}/")
    assert (page.status_code, JAN in page.content.decode()) == (200, False)


def test_a_colleague_is_shown_their_account_and_how_many_audit_lines() -> None:
    colleague = make.user()
    assert f"user:{colleague.pk}  account of" in command(colleague.email)


def test_somebody_who_asks_is_erased() -> None:
    make.contact(make.user(), JAN, phone=make.NUMBER)
    message = released(person(), person("piet@example.nl"))
    lines = AuditEntry.objects.count()

    assert "0 things are left" in command(JAN, "--erase")

    assert not Contact.objects.filter(address=JAN).exists()
    assert set(message.recipients.values_list("state", flat=True)) == {"revoked", "queued"}
    assert AuditEntry.objects.count() >= lines


def test_a_mail_that_is_still_held_is_named_and_stays() -> None:
    draft = make.draft(make.user(), JAN)
    said = command(JAN, "--erase")
    assert (f"{draft}, waiting" in said, Recipient.objects.get().address) == (True, JAN)


def test_nobody_else_is_erased_with_somebody() -> None:
    message = released(person(), person("piet@example.nl", name="Piet"))
    command(JAN, "--erase")
    assert MessageRecipient.objects.filter(message=message, name="Piet").count() == 1
    assert not Challenge.objects.exists()
    assert not (Proposal.objects.exists())
    assert not (DeletedAddress.objects.exists())


def test_an_account_is_erased_and_the_last_admin_is_not() -> None:
    admin = make.user(role=User.Role.ADMIN)
    colleague = make.user(admin.organization)
    command(colleague.email, "--erase")
    with pytest.raises(CommandError, match="last admin"):
        command(admin.email, "--erase")
    assert User.objects.get(pk=admin.pk).is_active
    assert User.objects.filter(pk=colleague.pk, name="", is_active=False).exists()


def test_what_is_no_address_is_one_line() -> None:
    with pytest.raises(CommandError, match="is no email address"):
        command("nobody")
