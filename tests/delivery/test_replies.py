"""A recipient answers on the page: who reads it, what it may hold, what the mails say."""

import io
import zipfile
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import AuditEntry, Organization
from accounts.policy import Policy
from delivery.actions.limits import REPLIES_OF_RECIPIENT
from delivery.models import Message, MessageRecipient, Reply, ReplyAttachment
from delivery.uploads import MAX_BYTES, MAX_FILES
from notifications.access import PAYLOAD
from notifications.letters import unpack_mail
from notifications.models import Notification
from tests import make
from tests.delivery.messages import file, link, open_in, person, recipient_of, released
from vault.models import BlobChunk

pytestmark = pytest.mark.django_db

ANSWER = "Thank you, I will come on Tuesday."
ORIGINAL = "<original@client.example>"


def mails_of(kind: str) -> list[EmailMessage]:
    """Return the mails of this kind in the outbox, oldest first."""
    rows = Notification.objects.filter(kind=kind).order_by("pk")
    wires = [unpack_mail(row.unseal(PAYLOAD, bytes(row.payload))) for row in rows]
    return [message_from_bytes(wire.raw, policy=default) for wire in wires]


def three() -> Message:
    """Store a message to one person in To, one in Cc and one in Bcc."""
    people = (
        person("jan@example.nl"),
        person("els@example.nl", kind="cc", name="Els"),
        person("boss@example.nl", kind="bcc", name="The Boss"),
    )
    return released(*people, message_id=ORIGINAL)


def reader(message: Message, address: str = "jan@example.nl") -> tuple[Client, MessageRecipient]:
    """Return a browser in which this recipient has opened the message."""
    client, recipient = Client(), recipient_of(message, address)
    open_in(client, recipient)
    return client, recipient


def answer(message: Message, address: str = "jan@example.nl", **fields: object) -> int:
    """Have a recipient answer; return the status."""
    client, recipient = reader(message, address)
    values = {"subject": "Re: Results", "text": ANSWER, "reader": "sender"} | fields
    return client.post(link(recipient, "reply/"), values).status_code


def upload(name: str = "scan.pdf", content: bytes = b"%PDF scan") -> SimpleUploadedFile:
    """Return a file to send along."""
    return SimpleUploadedFile(name, content, "application/pdf")


def sender_page(message: Message) -> str:
    """Return the page of the message as its sender sees it."""
    client = Client()
    client.force_login(message.sender)
    return client.get(f"/messages/{message.pk}/").content.decode()


def page(message: Message, address: str) -> str:
    """Return the page of the message as a recipient sees it."""
    client, recipient = reader(message, address)
    return client.get(link(recipient)).content.decode()


def test_the_sender_reads_the_answer_on_the_page() -> None:
    message = three()
    status = answer(message, attachments=[upload()])
    shown = sender_page(message)
    assert (status, ANSWER in shown, "scan.pdf" in shown) == (302, True, True)


def test_the_mail_to_the_sender_threads_and_keeps_the_answer_secret() -> None:
    message = three()
    answer(message)
    mail = mails_of("reply_received")[0]
    assert (mail["In-Reply-To"], mail["Subject"], mail["Reply-To"]) == (
        ORIGINAL, "Re: Results", "jan@example.nl",
    )  # fmt: skip
    assert ANSWER not in str(mail.get_body(("plain",)))


def test_a_policy_sends_the_answer_in_full() -> None:
    message = three()
    Organization.objects.update(policy_data=Policy(replies_in_full=True).to_json())
    answer(message, attachments=[upload()])
    mail = mails_of("reply_received")[0]
    files = [part.get_content() for part in mail.iter_attachments()]
    assert (ANSWER in str(mail.get_body(("plain",))), files) == (True, [b"%PDF scan"])


def test_an_answer_to_the_sender_is_read_by_nobody_else() -> None:
    message = three()
    answer(message)
    assert (ANSWER in page(message, "els@example.nl"), mails_of("reply_ready")) == (False, [])


def test_an_answer_to_all_reaches_to_and_cc_and_never_bcc() -> None:
    message = three()
    answer(message, reader="all")
    told = [mail["To"] for mail in mails_of("reply_ready")]
    assert (told, ANSWER in page(message, "els@example.nl")) == (["Els <els@example.nl>"], True)
    assert ANSWER not in page(message, "boss@example.nl")


def test_bcc_can_answer_the_sender_alone() -> None:
    message = three()
    refused = answer(message, "boss@example.nl", reader="all")
    taken = answer(message, "boss@example.nl")
    assert (refused, taken, mails_of("reply_ready")) == (422, 302, [])
    shown = [page(message, address) for address in ("jan@example.nl", "els@example.nl")]
    assert [text for text in shown if "oss" in text.lower().replace("across", "")] == []


def test_who_did_not_open_the_message_cannot_answer(client: Client) -> None:
    jan = recipient_of(three())
    client.post(link(jan, "reply/"), {"text": ANSWER, "reader": "sender"})
    assert Reply.objects.count() == 0


def test_a_forged_form_is_refused() -> None:
    client, jan = reader(three())
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    answered = strict.post(link(jan, "reply/"), {"text": ANSWER, "reader": "sender"})
    assert (answered.status_code, Reply.objects.count()) == (403, 0)


@pytest.mark.parametrize("name", ["virus.exe", "a.PDF.Scr", "x/../run.bat", "run.js "])
def test_a_program_is_refused_and_the_text_is_kept(name: str) -> None:
    client, jan = reader(three())
    fields = {"text": ANSWER, "reader": "sender", "attachments": upload(name)}
    response = client.post(link(jan, "reply/"), fields)
    shown = response.content.decode()
    assert (response.status_code, "is a program" in shown, ANSWER in shown) == (422, True, True)


def test_too_many_files_are_refused_and_the_text_is_kept() -> None:
    client, jan = reader(three())
    files = [upload(f"{number}.pdf") for number in range(100)]
    fields = {"text": ANSWER, "reader": "sender", "attachments": files}
    response = client.post(link(jan, "reply/"), fields)
    shown = response.content.decode()
    assert (response.status_code, "too many files" in shown, ANSWER in shown) == (422, True, True)
    assert f"at most {MAX_FILES}" in shown


def test_too_large_files_are_refused_and_the_text_is_kept() -> None:
    client, jan = reader(three())
    large = upload(content=b"x" * (MAX_BYTES + 1))
    fields = {"text": ANSWER, "reader": "sender", "attachments": large}
    response = client.post(link(jan, "reply/"), fields)
    shown = response.content.decode()
    assert (response.status_code, "too large" in shown, ANSWER in shown) == (422, True, True)


def test_what_is_far_too_large_is_not_even_read() -> None:
    client, jan = reader(three())
    response = client.generic(
        "POST",
        link(jan, "reply/"),
        b"",
        "multipart/form-data",
        headers={"Content-Length": "9" * 12},
    )
    assert (response.status_code, "too large" in response.content.decode()) == (413, True)


def test_an_empty_answer_is_refused() -> None:
    assert answer(three(), text=" ") == 422


def test_a_file_alone_is_an_answer() -> None:
    assert answer(three(), text="", attachments=[upload()]) == 302


def test_a_zip_bomb_is_stored_as_it_is() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 30_000_000)
    answer(three(), attachments=[upload("bomb.zip", packed.getvalue())])
    assert b"".join(ReplyAttachment.objects.get().blob.read()) == packed.getvalue()


def test_no_subject_makes_a_header() -> None:
    message = three()
    answer(message, subject="x\r\nBcc: all@example.nl\u2028Cc: b@example.nl")
    mail = mails_of("reply_received")[0]
    assert (mail["Bcc"], mail["Cc"], mail["Subject"]) == (
        None, None, "x Bcc: all@example.nl Cc: b@example.nl",
    )  # fmt: skip


def test_a_file_of_an_answer_is_saved_as_it_was() -> None:
    message, content = three(), bytes(range(256)) * 9000
    client, jan = reader(message)
    fields = {"text": "", "reader": "sender", "attachments": upload(content=content)}
    client.post(link(jan, "reply/"), fields)
    path = link(jan, f"reply/attachments/{ReplyAttachment.objects.get().pk}/")
    assert b"".join(client.get(path).streaming_content) == content  # type: ignore[attr-defined]


def test_others_find_no_file_of_an_answer_to_the_sender() -> None:
    message = three()
    answer(message, attachments=[upload()])
    client, els = reader(message, "els@example.nl")
    path = f"reply/attachments/{ReplyAttachment.objects.get().pk}/"
    assert client.get(link(els, path)).status_code == 404


def test_nothing_of_an_answer_is_readable_in_the_database() -> None:
    answer(three(), attachments=[upload(content=b"secret scan")])
    reply = Reply.objects.get()
    stored = bytes(reply.content) + b"".join(
        bytes(chunk.sealed) for chunk in BlobChunk.objects.all()
    )
    assert [text for text in (b"Tuesday", b"Results", b"secret scan") if text in stored] == []


def test_a_recipient_answers_some_times_a_day_only() -> None:
    client, jan = reader(three())
    fields = {"text": ANSWER, "reader": "sender"}
    posts = range(REPLIES_OF_RECIPIENT + 1)
    statuses = [client.post(link(jan, "reply/"), fields).status_code for _ in posts]
    assert statuses == [302] * REPLIES_OF_RECIPIENT + [429]


def test_an_answer_has_its_audit_line() -> None:
    message = three()
    answer(message, attachments=[upload()])
    line = AuditEntry.objects.get(verb="reply")
    assert (line.about, line.data["files"], line.data["to_all"]) == (str(message), 1, False)


def test_all_files_come_as_one_zip_under_names_of_their_own() -> None:
    files = (file(b"one", "a.pdf"), file(b"two", "a.pdf"), file(b"three", "../../b"))
    client, jan = reader(released(attachments=files))
    packed = b"".join(client.get(link(jan, "attachments.zip")).streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    assert found == {"a.pdf": b"one", "a (2).pdf": b"two", "b": b"three"}


def test_the_print_version_says_who_wrote_to_whom_and_not_to_bcc() -> None:
    message = three()
    client, jan = reader(message)
    response = client.get(link(jan, "print/"))
    shown = response.content.decode()
    assert ("els@example.nl" in shown, "boss@example.nl" in shown) == (True, False)
    assert "sandbox" in response["Content-Security-Policy"]


def test_the_sender_can_be_a_recipient_too() -> None:
    sender = make.user()
    message = released(person(sender.email), sender=sender)
    assert answer(message, sender.email) == 302
