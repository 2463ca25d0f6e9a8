"""Handing in mail over real sockets: what is taken, and what is refused with which code."""

import pytest

from accounts.actions import create_mailbox, create_smtp_credential
from accounts.models import Alias, Delegation, User
from drafts.models import Recipient
from intake.actions import open_mail
from intake.models import RawMail
from intake.tasks import make_drafts
from tests import make
from tests.intake.conftest import Start
from tests.intake.smtp import MAIL, Client, mail_from

TOKEN = "0123456789abcdefghijkl"


@pytest.fixture
def ready(smtp: Client, sender: User) -> Client:
    """A client that has logged in."""
    smtp.hello()
    smtp.log_in(sender.email)
    return smtp


@pytest.fixture
def relay(smtp: Client, sender: User) -> Client:
    """A mail server of the sender's organization that has logged in."""
    smtp.hello()
    smtp.log_in(*create_smtp_credential(sender.organization, "mail server"))
    return smtp


def test_250_means_that_the_mail_is_stored(smtp: Client, sender: User) -> None:
    answer = smtp.begin(sender, "jan@example.nl").data(mail_from(sender))
    stored = RawMail.objects.get()
    assert answer == f"250 2.6.0 Stored as {stored.uid}"
    assert open_mail(stored) == mail_from(sender).encode() + b"\r\n"


def test_nothing_of_the_mail_is_readable_in_its_row(smtp: Client, sender: User) -> None:
    smtp.begin(sender).data(mail_from(sender))
    assert b"Dear Jan" not in bytes(RawMail.objects.get().raw)


def test_the_envelope_is_normalized_and_keeps_its_order(smtp: Client, sender: User) -> None:
    people = ("Zus@Example.NL", "jan@example.nl", "zus@example.nl")
    smtp.begin(sender, *people).data(mail_from(sender))
    assert RawMail.objects.get().recipients == ["zus@example.nl", "jan@example.nl"]


def test_a_session_hands_in_one_mail_after_the_other(smtp: Client, sender: User) -> None:
    smtp.begin(sender).data(mail_from(sender))
    smtp.say(f"MAIL FROM:<{sender.email}>")
    smtp.say("RCPT TO:<els@example.nl>")
    smtp.say("DATA")
    assert smtp.data(mail_from(sender)).startswith("250 ")
    assert RawMail.objects.count() == 2


def sent_from(address: str, sender: User, smtp: Client) -> str:
    """Hand in a mail from an address by the login of a person; return the answer."""
    smtp.hello()
    smtp.log_in(sender.email)
    smtp.say(f"MAIL FROM:<{address}>")
    smtp.say("RCPT TO:<jan@example.nl>")
    smtp.say("DATA")
    return smtp.data(mail_from(sender).replace(sender.email, address))


def test_mail_from_an_alias_is_that_of_the_person(smtp: Client, sender: User) -> None:
    alias = f"also.{sender.email}"
    Alias.objects.create(user=sender, address=alias)

    answer = sent_from(alias, sender, smtp)

    assert (answer[:3], RawMail.objects.get().sender) == ("250", sender)


def test_who_works_in_a_mailbox_sends_from_it_with_their_own_login(
    smtp: Client, sender: User
) -> None:
    address = f"ward.{sender.email}"
    mailbox = create_mailbox(
        sender.organization, address, name="Ward 4", language="nl", actor=sender
    )
    Delegation.objects.create(owner=mailbox, delegate=sender)

    answer = sent_from(address, sender, smtp)

    assert (answer[:3], RawMail.objects.get().sender) == ("250", mailbox)


def test_the_server_says_what_it_can_do(smtp: Client) -> None:
    lines = [line[4:] for line in smtp.hello().split("\r\n")]
    assert lines == [
        "zivweb.example",
        "SIZE 36700160",
        "8BITMIME",
        "SMTPUTF8",
        "PIPELINING",
        "ENHANCEDSTATUSCODES",
        "AUTH LOGIN PLAIN",
        "HELP",
    ]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("MAIL FROM:<jan@example.nl>", "530 5.7.0"),
        ("RCPT TO:<jan@example.nl>", "503 5.5.1"),
        ("DATA", "503 5.5.1"),
        ("VRFY jan@example.nl", "252 2.5.0"),
        ("EXPN list", "502 5.5.1"),
        ("NONSENSE", "500 5.5.2"),
        ("AUTH", "501 5.5.4"),
        ("AUTH CRAM-MD5", "504 5.5.4"),
        ("STARTTLS", "454 4.7.0"),
        ("NOOP", "250 2.0.0"),
        ("RSET", "250 2.0.0"),
        ("QUIT", "221 2.0.0"),
    ],
)
def test_a_stranger_gets_a_clear_code(smtp: Client, command: str, code: str) -> None:
    smtp.hello()
    assert smtp.say(command).startswith(code)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("MAIL FROM:<someone@example.nl>", "550 5.7.1"),
        ("MAIL FROM:<no address>", "553 5.1.3"),
        ("MAIL FROM:<@>", "553 5.1.3"),
        ("MAIL FROM:", "501 5.5.4"),
        ("MAIL", "501 5.5.4"),
        ("MAIL TO:<jan@example.nl>", "501 5.5.4"),
        ("MAIL FROM:<{sender}> SIZE=36700161", "552 5.3.4"),
        ("MAIL FROM:<{sender}> SIZE=many", "501 5.5.4"),
        ("MAIL FROM:<{sender}> BODY=BINARYMIME", "555 5.5.4"),
        ("MAIL FROM:<{sender}> RET=FULL", "555 5.5.4"),
        ("MAIL FROM:<{sender}> SIZE=36700160 BODY=8BITMIME SMTPUTF8 AUTH=<>", "250 2.1.0"),
        ("mail from: <{sender}>", "250 2.1.0"),
        ("MAIL FROM:<@relay.example:{sender}>", "250 2.1.0"),
        ("MAIL FROM:{sender}", "250 2.1.0"),
    ],
)
def test_a_sender_is_taken_or_refused(ready: Client, sender: User, command: str, code: str) -> None:
    assert ready.say(command.format(sender=sender.email)).startswith(code)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("RCPT TO:<jan@example.nl>", "250 2.1.5"),
        ('RCPT TO:<"jan"@example.nl>', "250 2.1.5"),
        ("RCPT TO:<jan@bücher.example>", "250 2.1.5"),
        ("RCPT TO:<jürgen@example.nl>", "250 2.1.5"),
        (b"RCPT TO:<j\xfcrgen@example.nl>", "553 5.1.3"),
        ("RCPT TO:<jan>", "553 5.1.3"),
        ("RCPT TO:<jan@exa mple.nl>", "553 5.1.3"),
        ("RCPT TO:<>", "553 5.1.3"),
        ("RCPT TO:<jan@[127.0.0.1]>", "553 5.1.3"),
        ("RCPT TO:<jan@example.nl> NOTIFY=NEVER", "555 5.5.4"),
        ("RCPT TO:jan@example.nl, els@example.nl", "555 5.5.4"),
        ("RCPT", "501 5.5.4"),
        ("RCPT TO:<no-reply@zivweb.example>", "550 5.1.1"),
        (f"RCPT TO:<bounce+{TOKEN}@zivweb.example>", "550 5.1.1"),
    ],
)
def test_a_recipient_is_taken_or_refused(
    ready: Client, sender: User, command: str | bytes, code: str
) -> None:
    ready.say(f"MAIL FROM:<{sender.email}>")
    assert ready.say(command)[:9] == code


def test_a_reply_to_a_notice_is_told_where_help_is(ready: Client, sender: User) -> None:
    ready.say(f"MAIL FROM:<{sender.email}>")

    assert ready.say("RCPT TO:<no-reply@zivweb.example>").endswith("/help/")


def test_a_second_sender_is_out_of_order(ready: Client, sender: User) -> None:
    ready.say(f"MAIL FROM:<{sender.email}>")
    assert ready.say(f"MAIL FROM:<{sender.email}>").startswith("503 5.5.1")


def test_the_sender_comes_after_ehlo(smtp: Client) -> None:
    smtp.answer()
    assert smtp.say("MAIL FROM:<jan@example.nl>").startswith("503 5.5.1")


def test_a_reset_forgets_the_envelope(ready: Client, sender: User) -> None:
    ready.say(f"MAIL FROM:<{sender.email}>")
    ready.say("RSET")
    assert ready.say("RCPT TO:<jan@example.nl>").startswith("503 5.5.1")


def test_a_recipient_too_many_may_come_with_the_next_mail(start: Start, sender: User) -> None:
    with Client(start(max_recipients=1).port) as smtp:
        smtp.hello()
        smtp.log_in(sender.email)
        smtp.say(f"MAIL FROM:<{sender.email}>")
        smtp.say("RCPT TO:<jan@example.nl>")
        assert smtp.say("RCPT TO:<jan@example.nl>").startswith("250 ")
        assert smtp.say("RCPT TO:<els@example.nl>").startswith("452 4.5.3")


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("From: {sender}", "250 2.6.0"),
        ("From: Anna <{SENDER}>", "250 2.6.0"),
        ("From: =?utf-8?q?Anna_de_V=C3=A9?= <{sender}>", "250 2.6.0"),
        ("From: other@example.nl", "550 5.7.1"),
        ("From: {sender}, other@example.nl", "550 5.7.1"),
        ("From: {sender}\r\nFrom: {sender}", "550 5.7.1"),
        ("From: {sender}\r\nfrom : other@example.nl", "550 5.7.1"),
        ("From: other@example.nl <{sender}>, <other@example.nl>", "550 5.7.1"),
        ("From: {sender} <other@example.nl>", "550 5.7.1"),
        ("From:", "550 5.7.1"),
        ("Sender: {sender}", "550 5.7.1"),
        ("From: no-reply@zivweb.example\r\nAuto-Submitted: auto-generated", "554 5.4.6"),
        ("From: {sender}\r\n" + "Received: by x\r\n" * 31 + "X-Y: z", "554 5.4.6"),
        ("From: {sender}\r\n" + "Received: by x\r\n" * 30 + "X-Y: z", "250 2.6.0"),
        ("From: {sender}\r\n" + "X-Y: z\r\n" * 1001 + "X-Y: z", "554 5.6.0"),
        ("From: {sender}\r\nX-Y: " + "z" * 20_000, "554 5.6.0"),
    ],
)
def test_the_from_field_holds_the_sender_and_no_other(
    smtp: Client, sender: User, head: str, code: str
) -> None:
    filled = head.replace("{sender}", sender.email).replace("{SENDER}", sender.email.upper())
    answer = smtp.begin(sender).data(f"{filled}\r\n\r\nHello.\r\n")
    assert answer.startswith(code)
    assert RawMail.objects.count() == answer.startswith("250")


def test_a_mail_server_sends_for_every_user_of_its_organization(
    relay: Client, sender: User
) -> None:
    assert relay.say(f"MAIL FROM:<{sender.email}>").startswith("250 ")


def test_a_mail_server_does_not_send_for_somebody_unknown(relay: Client, sender: User) -> None:
    nobody = f"nobody@{sender.email.rpartition('@')[2]}"
    assert relay.say(f"MAIL FROM:<{nobody}>").startswith("550 5.1.8")


def test_a_mail_server_does_not_send_for_another_organization(relay: Client) -> None:
    assert relay.say(f"MAIL FROM:<{make.user().email}>").startswith("550 5.1.8")


@pytest.mark.parametrize(("domain", "code"), [("", "250 2.6.0"), ("other.example", "550 5.7.1")])
def test_a_mail_server_may_use_every_address_of_its_organization(
    relay: Client, sender: User, domain: str, code: str
) -> None:
    author = f"info@{domain or sender.email.rpartition('@')[2]}"
    relay.say(f"MAIL FROM:<{sender.email}>")
    relay.say("RCPT TO:<jan@example.nl>")
    relay.say("DATA")
    assert relay.data(MAIL.format(sender=author)).startswith(code)


def test_a_trusted_network_needs_no_login(smtp: Client, sender: User) -> None:
    sender.organization.trusted_networks = ["127.0.0.0/8"]
    sender.organization.save()
    smtp.hello()
    assert smtp.say(f"MAIL FROM:<{sender.email}>").startswith("250 ")


def test_a_trusted_network_is_no_network_of_other_organizations(smtp: Client, sender: User) -> None:
    other = make.organization()
    other.trusted_networks = ["127.0.0.0/8"]
    other.save()
    smtp.hello()
    assert smtp.say(f"MAIL FROM:<{sender.email}>").startswith("550 5.1.8")


def test_a_user_who_has_left_hands_in_nothing_more(smtp: Client, sender: User) -> None:
    smtp.begin(sender)
    User.objects.update(is_active=False)
    assert smtp.data(mail_from(sender)).startswith("550 5.7.1")
    assert not RawMail.objects.exists()


def test_a_returned_mail_is_taken_without_a_login(smtp: Client) -> None:
    smtp.hello()
    smtp.say("MAIL FROM:<>")
    smtp.say(f"RCPT TO:<bounce+{TOKEN}@zivweb.example>")
    smtp.say("DATA")
    assert smtp.data("Subject: returned\r\n\r\nNo such user.\r\n").startswith("250 ")


def test_a_returned_mail_is_small(smtp: Client) -> None:
    smtp.hello()
    smtp.say("MAIL FROM:<>")
    smtp.say(f"RCPT TO:<bounce+{TOKEN}@zivweb.example>")
    smtp.say("DATA")
    assert smtp.data("x" * 1_100_000).startswith("552 5.3.4")


@pytest.mark.parametrize(
    "recipient",
    ["jan@example.nl", f"bounce+{TOKEN}@other.example", "bounce+short@zivweb.example"],
)
def test_the_null_sender_reaches_nobody_else(smtp: Client, recipient: str) -> None:
    smtp.hello()
    smtp.say("MAIL FROM:<>")
    assert smtp.say(f"RCPT TO:<{recipient}>").startswith("530 5.7.0")


def test_the_null_sender_reaches_nobody_else_with_a_login_either(ready: Client) -> None:
    ready.say("MAIL FROM:<>")
    assert ready.say("RCPT TO:<jan@example.nl>").startswith("550 5.1.1")


def test_a_person_who_is_named_twice_gets_one_copy(smtp: Client, sender: User) -> None:
    smtp.begin(sender, "jan@example.nl", "JAN@Example.NL", "jan@example.nl")
    smtp.data(mail_from(sender).replace("To: ", "Cc: Jan <jan@example.nl>\r\nTo: Jan@EXAMPLE.nl, "))
    make_drafts()
    people = [(one.address, one.kind) for one in Recipient.objects.all()]
    assert (RawMail.objects.get().recipients, people) == (
        ["jan@example.nl"],
        [("jan@example.nl", "to")],
    )
