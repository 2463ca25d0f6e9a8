"""The mail that a stranger gets: whom it is from, what it gives away, how it is known as real."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Organization, User
from accounts.policy import Policy
from delivery.models import MessageRecipient
from delivery.phrases import phrase_for
from notifications.access import PAYLOAD
from notifications.letters import unpack_mail
from notifications.models import Notification
from tests import make
from tests.delivery.messages import SUBJECT, link, open_in, person, recipient_of, released, texts

pytestmark = pytest.mark.django_db


def sent_with(**switches: object) -> tuple[MessageRecipient, EmailMessage]:
    """Release a message under a policy; return its recipient and the mail with the link."""
    sender = make.user()
    policy = Policy(**switches).to_json()  # type: ignore[arg-type]
    Organization.objects.update(policy_data=policy)
    jan = recipient_of(released(sender=User.objects.get(pk=sender.pk)))
    return jan, newest_mail()


def newest_mail() -> EmailMessage:
    """Return the newest mail with a link."""
    row = Notification.objects.filter(kind="message_ready").latest("pk")
    wire = unpack_mail(row.unseal(PAYLOAD, bytes(row.payload)))
    return message_from_bytes(wire.raw, policy=default)


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    """Return a text of a mail on one line."""
    part = mail.get_body((kind,))
    assert part
    return " ".join(str(part.get_content()).split())


def test_it_is_marked_as_a_mail_of_a_machine() -> None:
    jan, mail = sent_with()
    assert (mail["Auto-Submitted"], mail["List-Id"]) == (
        "auto-generated", f"<messages-{jan.message.organization_id}.zivweb.example>",
    )  # fmt: skip


def test_it_is_from_the_sender_and_the_organization() -> None:
    jan, mail = sent_with()
    name = f"{jan.message.sender.display_name} ({jan.message.organization.name})"
    assert str(mail["From"]) == f'"{name}" <no-reply@zivweb.example>'


def test_it_is_from_an_address_of_the_organization_where_that_is_set() -> None:
    _, mail = sent_with(mail_from="secure@zorg.example")
    assert mail["From"].addresses[0].addr_spec == "secure@zorg.example"


@pytest.mark.parametrize("allowed", [True, False])
def test_the_subject_stands_in_it_only_where_the_policy_allows(allowed: bool) -> None:
    _, mail = sent_with(subject_in_mail=allowed)
    assert [SUBJECT in text_of(mail, kind) for kind in ("plain", "html")] == [allowed, allowed]


def test_it_loads_nothing_from_anywhere() -> None:
    _, mail = sent_with()
    html = text_of(mail, "html")
    assert re.findall(r"(?:src=|url\(|<link|@import)", html) == []


def test_mail_and_page_show_the_same_words(client: Client) -> None:
    jan, mail = sent_with()
    words = phrase_for(jan.message.organization_id, jan.address, "en")
    client.cookies["language"] = "en"
    before = client.get(link(jan)).content.decode()
    open_in(client, jan)
    after = client.get(link(jan)).content.decode()
    assert [words in text for text in (text_of(mail), before, after)] == [True, True, True]


def test_the_words_of_the_organization_come_first(client: Client) -> None:
    jan, mail = sent_with(phrase="The heron under the bridge")
    shown = client.get(link(jan)).content.decode()
    assert ["The heron under the bridge" in text for text in (text_of(mail), shown)] == [True, True]


def test_everybody_has_words_of_their_own() -> None:
    people = [phrase_for(1, f"p{number}@example.nl", "en") for number in range(50)]
    elsewhere = phrase_for(2, "p1@example.nl", "en")
    assert (len(set(people)) > 45, people[1] == elsewhere) == (True, False)


def test_the_language_that_somebody_chose_is_kept_for_the_next_message() -> None:
    jan, first = sent_with()
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "nl"
    client.post(link(jan, "code/"))
    released(sender=jan.message.sender)
    assert ("Read the message" in text_of(first), "Lees het bericht" in text_of(newest_mail())) == (
        True, True,
    )  # fmt: skip
    assert "uw code" in texts()[-1]


def test_a_contact_is_written_to_in_its_own_language() -> None:
    sender = make.user()
    els = person("els@gemeente.example")
    make.contact(sender, language="nl")
    make.contact(
        sender, "@gemeente.example", code="a long code", book="organization", language="nl"
    )
    released(person(), els, person("piet@example.nl"), sender=sender)
    languages = MessageRecipient.objects.order_by("pk").values_list("language", flat=True)
    assert list(languages) == ["nl", "nl", "en"]


def test_looking_at_a_page_chooses_no_language(client: Client) -> None:
    jan, _ = sent_with()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "nl"
    client.get(link(jan))
    jan.refresh_from_db()
    assert (jan.language, jan.language_chosen) == ("en", False)
