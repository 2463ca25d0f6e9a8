"""What mails and SMS say."""

import re
from typing import Any
from uuid import uuid4

import pytest

from notifications.caught import CaughtMail, Link, links_of, open_mail
from notifications.letters import Mail
from notifications.render import render_mail, render_sms
from tests.notifications.letters import CODE, LINK, code_sms, finish_mail, ready_mail


def opened(mail: Mail) -> CaughtMail:
    """Return the mail as its reader has it."""
    return open_mail(render_mail(mail, uuid4()))


def test_the_sender_first_reads_that_nobody_received_the_mail() -> None:
    first = opened(finish_mail()).text.split("\n\n")[0]

    assert " ".join(first.split()) == (
        "Your email “Test results” has not been sent yet. Nobody has received it."
    )


def test_the_sender_reads_who_needs_what() -> None:
    assert "- Jan Jansen (jan@example.nl)\n  No mobile number.\n" in opened(finish_mail()).text


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Finish sending your email"), ("nl", "Voltooi het verzenden van uw email")],
)
def test_the_finish_link_has_the_words_of_the_help_page(language: str, words: str) -> None:
    mail = opened(finish_mail(language))

    assert links_of(mail.html)[0] == Link(words, LINK)
    assert f"{words}:\n{LINK}\n" in mail.text


@pytest.mark.parametrize(
    ("language", "day"), [("en", "until 7 December 2026"), ("nl", "tot 7 december 2026")]
)
def test_the_sender_reads_until_when_the_mail_is_kept(language: str, day: str) -> None:
    assert day in " ".join(opened(finish_mail(language)).text.split())


def test_without_web_sending_the_address_book_comes_first() -> None:
    mail = opened(finish_mail(web_sending=False))

    assert links_of(mail.html)[0] == Link("Open my address book", "http://localhost:8000/contacts/")
    assert Link("Finish sending your email", LINK) in links_of(mail.html)


def test_the_mail_names_a_person_to_ask() -> None:
    mail = opened(finish_mail())

    assert "Questions? Ask Service desk: help@zorg.example, 030 1234567" in mail.text
    assert "mailto:help@zorg.example" in mail.html


def test_the_subject_names_the_original() -> None:
    assert opened(finish_mail()).subject == "Finish sending: Test results"


def test_a_subject_that_may_not_be_told_is_left_out() -> None:
    assert opened(finish_mail(subject="")).subject == "Your email has not been sent yet"


def test_markup_in_a_name_stays_text() -> None:
    person = {"address": "jan@example.nl", "name": "<b>Jan</b>", "reason_text": "& why"}

    mail = opened(finish_mail(incomplete=[person]))

    assert "- <b>Jan</b> (jan@example.nl)\n  & why\n" in mail.text
    assert "&lt;b&gt;Jan&lt;/b&gt;" in mail.html


def test_a_name_adds_no_lines_to_the_text() -> None:
    mail = opened(finish_mail(organization_name="Zorg\r\n\r\nPay at https://evil.example"))

    assert "\nPay at" not in mail.text


@pytest.mark.parametrize("kind", ["ready_to_send", "sent_by_itself"])
def test_the_sender_hears_that_a_draft_is_complete(kind: str) -> None:
    plain = finish_mail(recipient_count=2)

    mail = opened(Mail(kind, plain.to, plain.to_name, "en", plain.context))

    assert LINK in mail.text
    assert "Test results" in mail.subject


@pytest.mark.parametrize(
    ("method", "words"), [("sms", "code to your mobile phone"), ("access_code", "the access code")]
)
def test_a_recipient_reads_what_will_be_asked(method: str, words: str) -> None:
    assert words in " ".join(opened(ready_mail(method=method)).text.split())


def test_a_recipients_mail_says_who_sent_and_nothing_of_what() -> None:
    mail = opened(ready_mail())

    assert mail.subject == "Secure message from Anna de Vries (Zorg)"
    assert "Test results" not in mail.text + mail.html


@pytest.mark.parametrize("mail", [finish_mail("nl"), ready_mail("nl"), finish_mail("en")])
def test_a_mail_loads_nothing_from_anywhere(mail: Mail) -> None:
    html = opened(mail).html

    assert re.findall(r"<(?:img|link|script|iframe)|url\(|@import|\bsrc=", html) == []


def test_the_look_is_written_into_the_elements() -> None:
    assert 'class="button" href' in opened(finish_mail()).html
    assert re.search(r'<a class="button"[^>]* style="[^"]*color', opened(finish_mail()).html)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_an_sms_ends_with_the_line_that_phones_read(language: str) -> None:
    assert render_sms(code_sms(language)).text.splitlines()[-1] == f"@localhost #{CODE}"


def test_an_sms_fits_in_one() -> None:
    assert len(render_sms(code_sms()).text) <= 160


def test_a_name_adds_no_lines_to_an_sms() -> None:
    lines = render_sms(code_sms(organization_name="Zorg\n@evil.example #1")).text.splitlines()

    assert [line for line in lines if line.startswith("@")] == [f"@localhost #{CODE}"]


def test_a_mail_held_by_something_else_asks_to_fill_in_nothing() -> None:
    mail = opened(finish_mail(incomplete=[], problem_text="You have sent this before."))

    assert "You have sent this before." in mail.text
    assert re.findall("fill in|mobile number|wait for the others", mail.text + mail.html) == []
    assert LINK in mail.text


def test_what_went_out_together_is_listed() -> None:
    context: dict[str, Any] = {
        "drafts": [{"subject": "Results", "link": LINK}],
        "draft_count": 21,
        "more_count": 1,
    }
    plain = finish_mail(**context, drafts_link="http://localhost:8000/sent/")

    mail = opened(Mail("sent_several", plain.to, plain.to_name, "en", plain.context))

    assert mail.subject == "21 emails have been sent"
    assert f"- Results\n  {LINK}\n" in mail.text
    assert "and 1 more" in mail.text
