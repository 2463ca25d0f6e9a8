"""The words that people and scripts rely on, in both languages, and how Dutch addresses people."""

import re
from http.cookies import SimpleCookie

import pytest
from django.conf import settings
from django.test import Client
from django.utils.html import strip_tags

from drafts.actions.telling import finish_link
from drafts.models import Draft
from notifications.access import Caught, caught_letters
from notifications.caught import Link, links_of
from tests import make
from tests.delivery.messages import link, receiver
from zivweb import translations

DUTCH = translations.read(settings.LOCALE_PATHS[0] / "nl" / "LC_MESSAGES" / "django.po", "nl")
FINISH = {"en": "Finish sending your email", "nl": "Voltooi het verzenden van uw email"}
MOBILE = {"en": "Mobile number", "nl": "Mobiel nummer"}
ACCESS = {"en": "Access code", "nl": "Toegangscode"}
SEND = {"en": "Send", "nl": "Verzenden"}
SEND_CODE = {"en": "Send code", "nl": "Code versturen"}
OPEN = {"en": "Open message", "nl": "Bericht openen"}
NOT_MINE = {"en": "This is not my number", "nl": "Dit is niet mijn nummer"}
# Texts that recipients read, and texts that anybody may read: these address nobody.
TO_RECIPIENTS = re.compile(
    r"templates/(delivery/(_?guest|_sender|_remember|_devices)|sms/"
    r"|mail/(message_ready|reply_ready|new_device)/)"
    r"|delivery/(forms|render|views/guest\w*)\.py"
)
# What a policy means, in the words of senders and of recipients.
TO_BOTH = re.compile(rf"{TO_RECIPIENTS.pattern}|accounts/wording\.py")
TO_ALL = re.compile(
    r"templates/(base|_(icon|messages|support|unsent)|[45]\d\d|unreadable|mail/_|delivery/_(body|files))"
)
AS_SENDERS = re.compile(r"\b(je|jij|jou|jouw|jullie)\b", re.IGNORECASE)
AS_RECIPIENTS = re.compile(r"\b(u|uw)\b", re.IGNORECASE)

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["en", "nl"])
def language(request: pytest.FixtureRequest) -> str:
    """Return each language in turn."""
    return str(request.param)


def browser(language: str) -> Client:
    """Return a browser whose user chose this language."""
    client = Client()
    client.cookies = SimpleCookie({settings.LANGUAGE_COOKIE_NAME: language})
    return client


def words_in(page: str, tag: str) -> list[str]:
    """Return the text of every element with this tag, without the tags inside it."""
    found = re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", page, re.DOTALL)
    return [" ".join(strip_tags(text).split()) for text in found]


def dutch_texts(places: re.Pattern[str], *, inside: bool) -> list[str]:
    """Return the Dutch texts that are used inside, or outside, of these places."""
    return [
        str(message.string)
        for message in DUTCH
        if message.id
        and any(bool(places.match(name)) is inside for name, _line in message.locations)
    ]


def held_draft(language: str) -> tuple[Draft, str]:
    """Store a draft that waits for jan, and return it with its page."""
    draft = make.draft(make.user(language=language))
    client = browser(language)
    client.force_login(draft.sender, "allauth.account.auth_backends.AuthenticationBackend")
    return draft, client.get(f"/drafts/{draft.pk}/").content.decode()


def only_letter() -> Caught:
    """Return the one mail that was queued."""
    (letter,) = caught_letters()
    return letter


def test_the_mail_to_the_sender_links_to_the_draft(language: str) -> None:
    draft, _page = held_draft(language)
    assert Link(FINISH[language], finish_link(draft)) in links_of(only_letter().mail.html)


def test_the_fields_of_a_draft_name_what_is_asked_and_of_whom(language: str) -> None:
    _draft, page = held_draft(language)
    wanted = [f"{label[language]} jan@example.nl" for label in (MOBILE, ACCESS)]
    assert [name for name in wanted if name not in words_in(page, "label")] == []


def test_a_draft_has_a_button_that_sends_it(language: str) -> None:
    _draft, page = held_draft(language)
    assert SEND[language] in words_in(page, "button")


def test_a_draft_has_the_words_of_the_link_as_its_title(language: str) -> None:
    _draft, page = held_draft(language)
    assert words_in(page, "title")[0].startswith(FINISH[language])


def test_the_fields_of_a_contact_have_the_same_names(language: str) -> None:
    client = browser(language)
    client.force_login(make.user(), "allauth.account.auth_backends.AuthenticationBackend")
    labels = words_in(client.get("/contacts/new/").content.decode(), "label")
    assert [label[language] in labels for label in (MOBILE, ACCESS)] == [True, True]


def test_a_recipient_can_ask_for_a_code_or_say_that_the_number_is_wrong(language: str) -> None:
    page = browser(language).get(link(receiver())).content.decode()
    buttons = words_in(page, "button")
    assert [label[language] in buttons for label in (SEND_CODE, NOT_MINE)] == [True, True]


def test_a_recipient_types_the_code_and_opens_the_message(language: str) -> None:
    client, jan = browser(language), receiver()
    client.post(link(jan, "code/"))
    page = client.get(link(jan)).content.decode()
    assert words_in(page, "label") == ["Code"]
    assert OPEN[language] in words_in(page, "button")


def test_a_recipient_types_the_access_code_and_opens_the_message(language: str) -> None:
    page = browser(language).get(link(receiver(method="access_code"))).content.decode()
    assert words_in(page, "label") == [ACCESS[language]]
    assert OPEN[language] in words_in(page, "button")


def test_dutch_speaks_to_recipients_with_u() -> None:
    texts = dutch_texts(TO_RECIPIENTS, inside=True)
    assert [text for text in texts if AS_SENDERS.search(text)] == []


def test_dutch_speaks_to_senders_and_admins_with_je() -> None:
    texts = dutch_texts(TO_BOTH, inside=False)
    assert {text for text in texts if AS_RECIPIENTS.search(text.replace(FINISH["nl"], ""))} == set()


def test_dutch_addresses_nobody_in_texts_that_anybody_may_read() -> None:
    texts = dutch_texts(TO_ALL, inside=True)
    assert [text for text in texts if AS_SENDERS.search(text) or AS_RECIPIENTS.search(text)] == []
