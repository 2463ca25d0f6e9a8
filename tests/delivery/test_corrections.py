"""The sender puts a number or code right, sends again, unlocks, withdraws, keeps longer."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, User
from accounts.policy import ACCESS_CODE
from contacts.models import Contact
from delivery.actions import (
    ClosedError,
    correct_recipient,
    end_messages,
    extend,
    keep_number,
    open_message,
    report_wrong_number,
    resend,
    revoke,
    revoke_all,
    send_code,
    take_back_revocation,
    unlock,
)
from delivery.actions.limits import MAILS_TO_RECIPIENT, CapReachedError
from delivery.actions.numbers import Correction
from delivery.actions.verifying import CLOSED, NO_CODE
from delivery.models import Message, MessageRecipient
from delivery.states import EXPIRED, QUEUED, READ, REVOKED, SUSPENDED
from notifications.access import PAYLOAD
from notifications.letters import unpack_mail
from notifications.models import Notification
from tests import make
from tests.delivery.messages import (
    ACCESS,
    again,
    expire,
    file,
    link,
    newest_code,
    open_in,
    person,
    receiver,
    recipient_of,
    released,
)
from vault.keys import VaultError
from vault.models import Blob

pytestmark = pytest.mark.django_db

HERE = "this browser"
RIGHT = Correction(make.OTHER_NUMBER)


def signed_in(user: User) -> Client:
    """Return a browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def corrected(jan: MessageRecipient) -> MessageRecipient:
    """Have the sender correct the number, and return the recipient as it is then."""
    correct_recipient(jan.message.sender, jan, RIGHT)
    return again(jan)


def path_of(jan: MessageRecipient, rest: str) -> str:
    """Return the address of a form on the sender's page."""
    return f"/messages/{jan.message_id}/recipients/{jan.pk}/{rest}/"


def mails_about(message: Message) -> int:
    """Return how many mails with a link were queued for a message."""
    return Notification.objects.filter(about=str(message), kind="message_ready").count()


def two() -> tuple[MessageRecipient, MessageRecipient]:
    """Store a message to two people."""
    message = released(person(), person("els@example.nl"))
    return recipient_of(message), recipient_of(message, "els@example.nl")


def test_a_corrected_recipient_is_told_again_and_nobody_else() -> None:
    jan, els = two()
    report_wrong_number(jan)
    row = corrected(jan)
    assert (row.state, row.mails, again(els).state, again(els).mails) == (QUEUED, 2, QUEUED, 1)
    assert mails_about(jan.message) == 3


def test_the_code_goes_to_the_corrected_number() -> None:
    jan = receiver()
    report_wrong_number(jan)
    row = corrected(jan)
    send_code(row, HERE)
    attempt = open_message(row, HERE, newest_code())
    assert (row.open_secret().value, attempt.problem) == (make.OTHER_NUMBER, "")


def kept_mail(jan: MessageRecipient) -> str:
    """Have the sender say that the number or code is right; return the mail that goes out."""
    report_wrong_number(jan)
    signed_in(jan.message.sender).post(path_of(jan, "keep"))
    row = Notification.objects.filter(kind="message_ready").latest("pk")
    return unpack_mail(row.unseal(PAYLOAD, bytes(row.payload))).raw.decode()


def test_a_number_that_the_sender_calls_right_can_be_used_at_once() -> None:
    jan, els = two()
    contact = make.contact(jan.message.sender, phone=make.NUMBER)
    mail = kept_mail(jan)
    send_code(again(jan), HERE)
    attempt = open_message(again(jan), HERE, newest_code())
    assert ("says that it is right" in mail, make.NUMBER in mail) == (True, False)
    assert (attempt.problem, again(jan).mails, again(els).mails) == ("", 2, 1)
    assert contact.data.get().disputed_at is None


def test_a_code_that_the_recipient_has_now_can_be_used_at_once() -> None:
    jan = receiver(method=ACCESS_CODE)
    mail = kept_mail(jan)
    attempt = open_message(again(jan), HERE, ACCESS)
    assert ("you know it now" in mail, attempt.problem, ACCESS in mail) == (True, "", False)


def test_only_a_number_that_is_disputed_can_be_called_right() -> None:
    jan = receiver()
    with pytest.raises(ClosedError):
        keep_number(jan.message.sender, jan)
    assert again(jan).mails == 1


def test_a_code_for_the_old_number_works_no_more() -> None:
    jan = receiver()
    send_code(jan, HERE)
    code = newest_code()
    assert open_message(corrected(jan), HERE, code).problem == NO_CODE


def test_who_read_by_the_old_number_reads_no_more(client: Client) -> None:
    jan = receiver()
    open_in(client, jan)
    before = b"facts" in client.get(link(jan)).content
    corrected(jan)
    assert (before, b"facts" in client.get(link(jan)).content) == (True, False)


def test_a_correction_is_kept_in_the_senders_own_book() -> None:
    jan = receiver()
    corrected(jan)
    contact = Contact.objects.get(owner=jan.message.sender, address=jan.address)
    assert contact.data.get().e164 == make.OTHER_NUMBER


def test_a_correction_lets_a_locked_recipient_try_again() -> None:
    jan = receiver()
    MessageRecipient.objects.update(failures=100, locks=3, locked_until=timezone.now())
    row = corrected(jan)
    assert (row.failures, row.locks, row.locked_until) == (0, 0, None)


def test_nothing_is_corrected_after_the_end() -> None:
    jan = receiver()
    expire(jan.message)
    with pytest.raises(ClosedError):
        correct_recipient(jan.message.sender, again(jan), RIGHT)


def test_one_field_on_the_page_corrects_it() -> None:
    jan = receiver()
    report_wrong_number(jan)
    browser = signed_in(jan.message.sender)
    shown = browser.get(f"/messages/{jan.message_id}/").content.decode()
    browser.post(path_of(jan, "correct"), {f"r{jan.pk}-phone": "06 1234 5678"})
    assert ("autofocus" in shown, again(jan).open_secret().value) == (True, "+31612345678")


def test_a_wrong_correction_says_why_and_keeps_what_was_typed() -> None:
    jan = receiver()
    browser = signed_in(jan.message.sender)
    response = browser.post(path_of(jan, "correct"), {f"r{jan.pk}-phone": "020 1234567"})
    shown = response.content.decode()
    assert (response.status_code, "is a landline" in shown, "020 1234567" in shown) == (
        422, True, True,
    )  # fmt: skip


def test_a_new_access_code_is_judged() -> None:
    els = receiver(method=ACCESS_CODE)
    browser = signed_in(els.message.sender)
    response = browser.post(path_of(els, "correct"), {f"r{els.pk}-code": "12345"})
    browser.post(path_of(els, "correct"), {f"r{els.pk}-code": "reiger-onder-brug"})
    assert (response.status_code, again(els).open_secret().value) == (422, "reiger-onder-brug")


def test_the_mail_can_be_sent_again_some_times_a_day() -> None:
    jan = receiver()
    most = [resend(jan.message.sender, jan) for _ in range(MAILS_TO_RECIPIENT)]
    assert len(most) == MAILS_TO_RECIPIENT
    with pytest.raises(CapReachedError):
        resend(jan.message.sender, jan)


def test_the_sender_lets_a_recipient_try_again() -> None:
    jan = receiver()
    MessageRecipient.objects.update(failures=100, locks=9)
    unlock(jan.message.sender, jan)
    assert (again(jan).failures, again(jan).locks) == (0, 0)


def test_a_withdrawn_message_is_closed_at_once(client: Client) -> None:
    jan = receiver()
    open_in(client, jan)
    revoke(jan.message.sender, jan)
    response = client.get(link(jan))
    attempt = open_message(jan, HERE, "042042")
    assert (response.status_code, attempt.problem) == (410, CLOSED)
    assert "has withdrawn the message" in response.content.decode()


def test_a_withdrawal_can_be_taken_back_for_a_while(client: Client) -> None:
    jan = receiver()
    open_in(client, jan)
    revoke(jan.message.sender, jan)
    take_back_revocation(jan.message.sender, jan)
    assert (again(jan).state, again(jan).message.destroy_at) == (READ, jan.message.expires_at)


def test_a_withdrawal_is_final_after_a_while() -> None:
    jan = receiver()
    revoke(jan.message.sender, jan)
    MessageRecipient.objects.update(stopped_at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(ClosedError):
        take_back_revocation(jan.message.sender, jan)


def test_a_mail_that_waits_is_not_sent_after_a_withdrawal() -> None:
    jan = receiver()
    revoke(jan.message.sender, jan)
    assert Notification.objects.get(kind="message_ready").state == "cancelled"


def test_withdrawn_from_everybody_means_destroyed_soon() -> None:
    message = released(attachments=(file(b"x"),))
    revoke_all(message.sender, message)
    early = end_messages()
    Message.objects.update(destroy_at=timezone.now())
    end_messages()
    row = Message.objects.get()
    states = [recipient.state for recipient in row.recipients.all()]
    assert (early, bytes(row.data_key), states, Blob.objects.count()) == (0, b"", [REVOKED], 0)


def test_an_expired_message_is_destroyed_and_says_so(client: Client) -> None:
    jan = receiver()
    expire(jan.message)
    Message.objects.update(destroy_at=timezone.now())
    end_messages()
    row = again(jan)
    with pytest.raises(VaultError):
        row.message.open_content()
    response = client.get(link(row))
    assert (row.state, response.status_code) == (EXPIRED, 410)


def test_a_file_that_another_message_shares_is_kept() -> None:
    shared = file(b"for both")
    first, second = released(attachments=(shared,)), released(attachments=(shared,))
    Message.objects.filter(pk=first.pk).update(destroy_at=timezone.now())
    end_messages()
    blob = second.attachments.get().blob
    assert b"".join(blob.read()) == b"for both"


def test_the_page_of_a_destroyed_message_keeps_what_happened() -> None:
    jan = receiver()
    Message.objects.update(destroy_at=timezone.now())
    end_messages()
    browser = signed_in(jan.message.sender)
    shown = browser.get(f"/messages/{jan.message_id}/").content.decode()
    listed = browser.get("/?state=sent").status_code
    assert ("jan@example.nl" in shown, "were destroyed on" in shown, listed) == (True, True, 200)


def test_a_message_can_be_kept_longer() -> None:
    message = released()
    extend(message.sender, message)
    row = Message.objects.get()
    assert (row.expires_at - message.expires_at, row.destroy_at) == (
        timedelta(days=30), row.expires_at,
    )  # fmt: skip


@pytest.mark.parametrize("act", ["correct", "keep", "resend", "unlock", "revoke", "revoke/undo"])
def test_nobody_else_can_do_any_of_this(act: str) -> None:
    jan = receiver()
    colleague, stranger = make.user(jan.message.organization), make.user()
    answers = [signed_in(each).post(path_of(jan, act)) for each in (colleague, stranger)]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_every_act_has_its_audit_line_with_who_did_it() -> None:
    jan = receiver()
    actor = jan.message.sender
    corrected(jan)
    resend(actor, jan)
    revoke(actor, jan)
    lines = AuditEntry.objects.filter(about=str(jan.message), actor=actor).order_by("pk")
    assert [line.verb for line in lines] == ["correct_recipient", "resend_mail", "revoke_message"]


def test_a_suspended_recipient_stays_so_until_corrected() -> None:
    jan = receiver()
    report_wrong_number(jan)
    with pytest.raises(ClosedError):
        resend(jan.message.sender, jan)
    assert again(jan).state == SUSPENDED
