"""Mails that are sent again, split, or sent every week, over real sockets."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest

from tests.faults.rows import database, now, states_of_drafts
from tests.product import Product, a_mail, wait_for

pytestmark = [pytest.mark.journey, pytest.mark.slow]

RELEASED_AT = "UPDATE drafts_draft SET released_at = ? WHERE released_at IS NOT NULL"


def mail_with_id(subject: str, message_id: str, *recipients: str, text: str = "") -> EmailMessage:
    """Return a mail with this Message-ID."""
    mail = a_mail(subject, *recipients, text=text or f"Text of {subject}.")
    mail["Message-ID"] = message_id
    return mail


def become(product: Product, address: str, *expected: str) -> Callable[[], bool]:
    """Return whether the drafts to an address are in these states, when it is called."""
    return lambda: states_of_drafts(product)[address] == list(expected)


def test_a_resend_with_the_missing_header_block_goes_out_once(product: Product) -> None:
    jan, block = "jan@resend1.example", "zivver-access-right: jan@resend1.example sms +31636363601"
    product.send(mail_with_id("resend one", "<1@client.example>", jan), jan)
    wait_for("the held mail", become(product, jan, "waiting"))
    text = f"<!--zivver_headers\n{block}\nzivver_headers-->\n\nText of resend one.\n\n"

    product.send(mail_with_id("resend one", "<2@client.example>", jan, text=text), jan)

    wait_for("the release", become(product, jan, "superseded", "sent"))


def test_a_message_id_that_is_used_again_keeps_both_mails(product: Product) -> None:
    jan = "jan@resend2.example"
    product.send(mail_with_id("result of May", "<export-7@program.example>", jan), jan)

    product.send(mail_with_id("appointment", "<export-7@program.example>", jan), jan)

    wait_for("both mails", become(product, jan, "waiting", "waiting"))


def test_both_parts_of_a_split_mail_are_kept(product: Product) -> None:
    jan, els = "jan@resend3.example", "els@resend3.example"
    mail = mail_with_id("split", "<3@client.example>", jan, els)
    _ = [product.send(mail, each) for each in (jan, els)]  # type: ignore[func-returns-value]

    wait_for("the one part", become(product, jan, "waiting"))
    wait_for("the other part", become(product, els, "waiting"))


def test_a_mail_that_recurs_is_asked_about_for_a_day(product: Product) -> None:
    jan, mail = "jan@debrug.example", mail_with_id("every week", "<4@program.example>")
    product.send(mail, jan)
    wait_for("the first one", become(product, jan, "sent"))
    product.send(mail, jan)
    wait_for("the question", become(product, jan, "sent", "waiting"))
    with database(product) as run:
        run(RELEASED_AT, now() - timedelta(hours=24, minutes=5))

    product.send(mail, jan)

    wait_for("the next one", become(product, jan, "sent", "superseded", "sent"))
