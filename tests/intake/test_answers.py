"""A person who answers a mail of ours reaches the support contact; the answer is not held."""

import pytest

from accounts.models import User
from drafts.models import Draft
from intake.models import RawMail
from intake.tasks import make_drafts
from notifications import actions as outbox
from notifications.access import caught_letters
from notifications.models import Notification
from tests import make

pytestmark = pytest.mark.django_db

HELP = "help@support.example"


@pytest.fixture
def sender(db: None) -> User:
    """Return somebody who was told of a held mail, and has somebody to ask."""
    person = make.user()
    person.organization.support_email = HELP
    person.organization.save()
    make.draft(person)
    return person


def answered(sender: User, *recipients: str, fields: str = "", about: str = "") -> list[str]:
    """Answer the notice, let the worker look; return the kinds of the mails that followed."""
    notice = Notification.objects.get(kind="finish_sending")
    ours = about or f"<{notice.uid}@zivweb.example>"
    mail = f"Subject: Re: held\r\nIn-Reply-To: {ours}\r\n{fields}\r\nWhat now?\r\n"
    make.raw_mail(sender, mail.encode(), *(recipients or (HELP,)))
    make_drafts()
    return list(Notification.objects.exclude(pk=notice.pk).values_list("kind", flat=True))


def test_the_support_contact_gets_the_answer(sender: User) -> None:
    kinds = answered(sender)

    outbox.send_due()

    mail = next(each.mail for each in caught_letters() if each.kind == "question")
    assert (kinds, Draft.objects.count()) == (["question"], 1)
    assert "What now?" in mail.text
    assert ("Reply-To", sender.email) in mail.headers


def test_nobody_gets_the_answer_of_a_machine(sender: User) -> None:
    assert answered(sender, fields="Auto-Submitted: auto-replied\r\n") == []
    assert (RawMail.objects.get().state, Draft.objects.count()) == ("passed_on", 1)


@pytest.mark.parametrize(
    ("recipients", "about"),
    [
        (["jan@example.nl"], ""),
        ([HELP, "jan@example.nl"], ""),
        ([HELP], "<8a2f7f64-5a57-4ba5-9a04-2b0f4ac0a8a1@zivweb.example>"),
        ([HELP], "<1@client.example>"),
    ],
    ids=["a recipient", "a recipient too", "a mail that we never sent", "another mail"],
)
def test_everything_else_takes_the_secure_way(
    sender: User, recipients: list[str], about: str
) -> None:
    assert answered(sender, *recipients, about=about) == []
    assert Draft.objects.count() == 2
