"""From a stored mail to a draft, or to a sender who knows why not."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.models import JSONField, Value
from django.utils import timezone

from accounts.models import AuditEntry, User
from drafts.access import attachment_name, content_of, header_choice, subject_of
from drafts.incoming import Choice
from drafts.models import Draft
from flow.moves import MoveLost
from intake import actions, states
from intake.models import RawMail
from intake.tasks import make_drafts
from notifications.letters import unpack_mail
from notifications.models import Notification
from tests import make

MAILS = Path(__file__).parents[1] / "mails"
NESTED = b"".join(
    b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (level, level)
    for level in range(60)
)


def stored(sender: User, raw: bytes, *recipients: str) -> RawMail:
    """Store a mail as the SMTP server does."""
    return make.raw_mail(sender, raw, *recipients)


def example(name: str) -> bytes:
    return (MAILS / name).read_bytes()


def drafted(sender: User, raw: bytes, *recipients: str) -> Draft:
    """Store a mail and run the task."""
    mail = stored(sender, raw, *recipients)
    make_drafts()
    return Draft.objects.get(raw_mail=mail)


def people_of(draft: Draft) -> list[tuple[str, str, str]]:
    return [(one.address, one.name, one.kind) for one in draft.recipients.all()]


def attempts_after_a_minute(mail: RawMail) -> int:
    """Let every lease end, run the task, and return how many attempts there were."""
    RawMail.objects.update(lease_until=None)
    make_drafts()
    mail.refresh_from_db()
    return mail.attempts


def breaking_at(table: str, error: type[Exception]) -> Callable[..., Any]:
    """Return what lets the database fail at the first statement about a table."""

    def execute(run: Callable[..., Any], sql: str, *details: Any) -> Any:
        if table in sql:
            raise error("server closed the connection")
        return run(sql, *details)

    return execute


def letter() -> str:
    """Return the one mail that waits to be sent, with its line ends taken out."""
    row = Notification.objects.get(kind="mail_refused")
    return unpack_mail(row.unseal("payload", bytes(row.payload))).raw.decode()


@pytest.fixture
def sender(db: None) -> User:
    return make.user()


def test_a_mail_becomes_a_draft_of_its_sender(sender: User) -> None:
    draft = drafted(sender, b"Subject: =?utf-8?q?caf=C3=A9?=\r\n\r\nDag.\r\n")
    assert draft.sender == sender
    assert subject_of(draft) == "café"
    assert content_of(draft).text == "Dag.\n"
    assert draft.raw_mail.state == states.DRAFTED


def test_the_envelope_says_who_receives_and_the_header_how_they_are_called(sender: User) -> None:
    raw = (
        b"To: Jan Jansen <JAN@example.nl>, left@example.nl\r\n"
        b"Cc: Els <els@example.nl>, jan@example.nl\r\n\r\nHi\r\n"
    )
    draft = drafted(sender, raw, "els@example.nl", "secret@example.nl", "jan@example.nl")
    assert people_of(draft) == [
        ("els@example.nl", "Els", "cc"),
        ("secret@example.nl", "", "bcc"),
        ("jan@example.nl", "Jan Jansen", "to"),
    ]


def test_a_header_block_is_obeyed_and_taken_out(sender: User) -> None:
    draft = drafted(sender, example("headers-plain.eml"), "jan@example.nl", "els@example.nl")
    choices = [header_choice(draft, one) for one in draft.recipients.all()]
    assert choices == [Choice("sms", "+31636363636"), Choice("sms", "+31636363637")]
    assert "zivver" not in (content_of(draft).text or "")
    assert not draft.problem


def test_a_header_line_about_a_stranger_holds_the_draft(sender: User) -> None:
    draft = drafted(sender, example("headers-plain.eml"), "jan@example.nl")
    assert draft.problem == "bad_header"
    assert [bad.reason for bad in content_of(draft).problems] == ["not_a_recipient"]


def test_html_alone_has_no_plain_text(sender: User) -> None:
    content = content_of(drafted(sender, example("html-only.eml")))
    assert content.text is None
    assert content.html


def test_an_attachment_is_kept_without_header_blocks(sender: User) -> None:
    block = b"<!--zivver_headers\r\nzivver-access-right: a@b.nl sms +31636363636\r\n"
    raw = (
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nHi\r\n--x\r\n"
        b"Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n"
        + block
        + b"zivver_headers-->\r\nkept\r\n--x--\r\n"
    )
    draft = drafted(sender, raw)
    attachment = draft.attachments.get()
    assert attachment_name(draft, attachment) == "a.txt"
    assert b"".join(attachment.blob.read()).strip() == b"kept"


def test_a_mail_becomes_one_draft_however_often_the_task_runs(sender: User) -> None:
    mail = stored(sender, b"\r\nHi\r\n")
    make_drafts()
    make_drafts()
    assert Draft.objects.count() == 1
    with pytest.raises(MoveLost):
        actions.make_draft(mail)


def test_a_mail_that_another_worker_reads_is_left_alone(sender: User) -> None:
    stored(sender, b"\r\nHi\r\n")
    assert actions.claim_mail() is not None
    assert actions.claim_mail() is None


def test_a_mail_of_a_dead_worker_is_taken_over_when_its_lease_ends(sender: User) -> None:
    stored(sender, b"\r\nHi\r\n")
    actions.claim_mail()
    RawMail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    make_drafts()
    assert Draft.objects.count() == 1


def test_a_mail_beyond_the_limits_is_refused_and_kept(sender: User) -> None:
    mail = stored(sender, b"Subject: Nested\r\n" + NESTED)
    make_drafts()
    mail.refresh_from_db()
    assert (mail.state, mail.refusal) == (states.REFUSED, "too_complex")
    assert actions.open_mail(mail).endswith(NESTED)
    assert AuditEntry.objects.filter(verb="refuse_mail", about=str(mail)).exists()


def test_the_sender_of_a_refused_mail_is_told_which_and_why(sender: User) -> None:
    stored(sender, b"Subject: Nested\r\n" + NESTED, "jan@example.nl")
    make_drafts()
    assert "Subject: Not sent: Nested" in letter()
    assert "jan@example.nl" in letter()
    assert "too many parts" in letter()


def test_a_mail_that_broke_its_worker_three_times_is_refused(sender: User) -> None:
    mail = stored(sender, b"\r\nHi\r\n")
    RawMail.objects.update(attempts=3)
    make_drafts()
    mail.refresh_from_db()
    assert (mail.state, mail.refusal) == (states.REFUSED, "cannot_be_read")
    assert "We could not read the email" in letter()


def test_a_mail_that_cannot_be_opened_is_tried_three_times_and_holds_up_nobody(
    sender: User,
) -> None:
    broken, after = stored(sender, b"\r\nHi\r\n"), stored(sender, b"\r\nHi\r\n")
    RawMail.objects.filter(pk=broken.pk).update(raw=b"damaged")
    attempts = [attempts_after_a_minute(broken) for _ in range(4)]
    after.refresh_from_db()
    assert (broken.state, attempts) == (states.REFUSED, [1, 2, 3, 4])
    assert after.state == states.DRAFTED


@pytest.mark.parametrize("kept", ["jan@example.nl", {"to": "jan@example.nl"}, [1, 2], None])
def test_a_mail_whose_recipients_cannot_be_read_is_refused_and_holds_up_nobody(
    sender: User, kept: object
) -> None:
    broken, after = stored(sender, b"\r\nHi\r\n"), stored(sender, b"\r\nHi\r\n")
    RawMail.objects.filter(pk=broken.pk).update(recipients=Value(kept, JSONField()))
    attempts = [attempts_after_a_minute(broken) for _ in range(4)]
    after.refresh_from_db()
    assert (broken.state, attempts) == (states.REFUSED, [1, 2, 3, 4])
    assert (after.state, "We could not read the email" in letter()) == (states.DRAFTED, True)


def test_a_mail_that_cannot_be_opened_is_not_tried_again_at_once(sender: User) -> None:
    broken = stored(sender, b"\r\nHi\r\n")
    RawMail.objects.update(raw=b"damaged", attempts=1)
    make_drafts()
    make_drafts()
    broken.refresh_from_db()
    assert broken.attempts == 2
    assert broken.lease_until is not None
    assert timedelta(seconds=15) < broken.lease_until - timezone.now() < timedelta(seconds=21)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_trouble_of_the_database_is_no_attempt(sender: User, error: type[Exception]) -> None:
    mail = stored(sender, b"\r\nHi\r\n")
    with connection.execute_wrapper(breaking_at("drafts_draft", error)), pytest.raises(error):
        make_drafts()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (states.STORED, 0)
    assert attempts_after_a_minute(mail) == 1
    assert mail.state == states.DRAFTED


def test_a_mail_that_cannot_even_be_refused_is_not_tried_without_end(sender: User) -> None:
    stored(sender, b"\r\nHi\r\n")
    RawMail.objects.update(attempts=3)
    mail = actions.claim_mail()
    assert mail is not None
    actions.release_mail(mail)
    assert actions.claim_mail() is None


def test_a_refusal_is_told_once(sender: User) -> None:
    mail = stored(sender, b"\r\nHi\r\n")
    actions.refuse_mail(mail, actions.UNREADABLE)
    with pytest.raises(MoveLost):
        actions.refuse_mail(RawMail(pk=mail.pk, state=states.STORED), actions.UNREADABLE)
    assert Notification.objects.count() == 1
