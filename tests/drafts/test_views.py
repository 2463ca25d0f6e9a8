"""The sender's pages: owner, colleague, stranger."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.policy import Policy
from drafts import states
from drafts.actions.telling import finish_link
from drafts.models import Draft
from drafts.tasks import release_due
from tests import make

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    """Return a browser in which this person is signed in."""
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return browser


@pytest.fixture
def draft(db: None) -> Draft:
    """Return a draft that waits for jan and els."""
    return make.draft(make.user(), "jan@example.nl", "els@example.nl")


@pytest.fixture
def owner(draft: Draft) -> Client:
    """Return the browser of the draft's sender."""
    return signed_in(draft.sender)


def field(draft: Draft, address: str, name: str = "phone") -> str:
    """Return the name of a recipient's form field."""
    return f"r{draft.recipients.get(address=address).pk}-{name}"


def numbers(draft: Draft) -> dict[str, str]:
    """Return what a sender types: a number for both recipients."""
    return {
        field(draft, "jan@example.nl"): "06 - 36 36 36 36",
        field(draft, "els@example.nl"): "0031 6 36363637",
    }


def test_the_finish_link_leads_its_sender_to_the_draft(draft: Draft, owner: Client) -> None:
    response = owner.get(finish_link(draft).removeprefix("http://localhost:8000"))

    assert response.headers["Location"] == f"/drafts/{draft.pk}/"


def test_the_finish_link_asks_a_stranger_to_sign_in(draft: Draft) -> None:
    path = finish_link(draft).removeprefix("http://localhost:8000")

    response = Client().get(path)

    assert response.headers["Location"] == f"/account/login/?next={path}"


@pytest.mark.parametrize("token", ["x", "A" * 22, "é"])
def test_a_wrong_finish_link_says_what_to_do(owner: Client, token: str) -> None:
    response = owner.get(f"/finish/{token}/")

    assert (response.status_code, b"opens nothing for you" in response.content) == (404, True)


def test_a_finish_link_of_a_colleague_is_like_an_unknown_one(draft: Draft) -> None:
    colleague = signed_in(make.user(draft.organization))

    response = colleague.get(finish_link(draft).removeprefix("http://localhost:8000"))

    assert (response.status_code, b"opens nothing for you" in response.content) == (404, True)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "draft"),
        ("get", "draft_body"),
        ("post", "draft_send"),
        ("post", "draft_undo"),
        ("post", "draft_discard"),
        ("post", "draft_restore"),
    ],
)
def test_a_colleague_finds_nothing(draft: Draft, method: str, path: str) -> None:
    colleague = signed_in(make.user(draft.organization))

    response = colleague.generic(method.upper(), reverse(path, args=[draft.pk]))

    assert response.status_code == 404


@pytest.mark.parametrize("path", ["draft_send", "draft_undo", "draft_discard", "draft_restore"])
def test_a_get_changes_nothing_and_leads_to_the_draft(
    draft: Draft, owner: Client, path: str
) -> None:
    response = owner.get(reverse(path, args=[draft.pk]))

    draft.refresh_from_db()
    assert (response.headers["Location"], draft.state) == (f"/drafts/{draft.pk}/", states.WAITING)


def test_the_page_has_a_field_for_each_incomplete_recipient(draft: Draft, owner: Client) -> None:
    page = owner.get(f"/drafts/{draft.pk}/").content.decode()

    assert (page.count('type="tel"'), "Almost sent: 2 of 2" in page) == (2, True)


def test_filling_in_and_sending_ends_with_the_message(draft: Draft, owner: Client) -> None:
    owner.post(f"/drafts/{draft.pk}/send/", numbers(draft))
    with time_machine.travel(timezone.now() + timedelta(seconds=11), tick=False):
        release_due()

    draft.refresh_from_db()
    response = owner.get(f"/drafts/{draft.pk}/")

    assert response.headers["Location"] == f"/messages/{draft.message_id}/"


def test_posting_the_form_twice_sends_once(draft: Draft, owner: Client) -> None:
    typed = numbers(draft)
    owner.post(f"/drafts/{draft.pk}/send/", typed)

    response = owner.post(f"/drafts/{draft.pk}/send/", typed, follow=True)

    assert b"Sending to 2 people" in response.content


def test_a_landline_is_refused_and_stays_in_its_field(draft: Draft, owner: Client) -> None:
    response = owner.post(
        f"/drafts/{draft.pk}/send/", {field(draft, "jan@example.nl"): "020 123 4567"}
    )

    page = response.content.decode()
    assert "020 123 4567 is a landline" in page
    assert 'value="020 123 4567"' in page


def test_the_good_number_beside_a_bad_one_is_kept(draft: Draft, owner: Client) -> None:
    typed = numbers(draft) | {field(draft, "els@example.nl"): "06 12"}

    owner.post(f"/drafts/{draft.pk}/send/", typed)

    assert draft.recipients.get(address="jan@example.nl").reason == ""


def test_pressing_send_with_something_missing_says_for_whom(draft: Draft, owner: Client) -> None:
    response = owner.post(f"/drafts/{draft.pk}/send/", {})

    page = response.content.decode()
    assert (response.status_code, "Not sent yet" in page) == (422, True)


@pytest.mark.parametrize("code", ["", "12345", "111111", "jan@example.nl"])
def test_a_weak_access_code_is_not_kept(draft: Draft, owner: Client, code: str) -> None:
    owner.post(f"/drafts/{draft.pk}/send/", {field(draft, "jan@example.nl", "code"): code})

    assert draft.recipients.get(address="jan@example.nl").reason == states.MISSING


def test_an_access_code_completes_a_recipient_and_is_not_shown(draft: Draft, owner: Client) -> None:
    response = owner.post(
        f"/drafts/{draft.pk}/send/", {field(draft, "jan@example.nl", "code"): "wilgenlaan 83"}
    )

    assert draft.recipients.get(address="jan@example.nl").method == "access_code"
    assert b"wilgenlaan" not in response.content


def test_number_and_code_together_are_refused(draft: Draft, owner: Client) -> None:
    typed = numbers(draft) | {field(draft, "jan@example.nl", "code"): "wilgenlaan 83"}

    response = owner.post(f"/drafts/{draft.pk}/send/", typed)

    assert b"not both" in response.content


def test_without_web_sending_the_page_offers_the_address_book() -> None:
    draft = make.draft(make.user(make.organization(policy=Policy(web_sending=False))))

    page = signed_in(draft.sender).get(f"/drafts/{draft.pk}/").content.decode()

    assert ("Put what is missing in an address book" in page, 'type="tel"' in page) == (True, False)


def test_without_web_sending_a_post_is_refused() -> None:
    draft = make.draft(make.user(make.organization(policy=Policy(web_sending=False))))
    typed = {field(draft, "jan@example.nl"): "0636363636"}

    response = signed_in(draft.sender).post(f"/drafts/{draft.pk}/send/", typed)

    draft.refresh_from_db()
    assert (response.status_code, draft.state) == (403, states.WAITING)


def test_a_superseded_draft_leads_to_the_newer_one(draft: Draft, owner: Client) -> None:
    newer = make.draft(draft.sender, "jan@example.nl", "els@example.nl")

    page = owner.get(f"/drafts/{draft.pk}/").content.decode()

    assert f'href="/drafts/{newer.pk}/"' in page


def test_a_discarded_draft_offers_undo(draft: Draft, owner: Client) -> None:
    response = owner.post(f"/drafts/{draft.pk}/discard/", follow=True)

    assert b"You can still bring it back" in response.content


def test_the_list_names_who_needs_something(draft: Draft, owner: Client) -> None:
    page = owner.get("/").content.decode()

    assert ("Test results" in page, "jan@example.nl and others" in page) == (True, True)


def test_the_list_of_a_colleague_is_empty(draft: Draft) -> None:
    page = signed_in(make.user(draft.organization)).get("/").content.decode()

    assert "Nothing waits for you" in page


def test_the_draft_page_is_in_the_language_of_its_sender() -> None:
    draft = make.draft(make.user(language="nl"))
    browser = signed_in(draft.sender)

    page = browser.get(f"/drafts/{draft.pk}/", headers={"accept-language": "de"}).content.decode()

    assert ("Verzenden" in page, "Mobiel nummer" in page) == (True, True)


def test_the_help_page_has_a_block_for_the_recipients_of_the_draft(
    draft: Draft, owner: Client
) -> None:
    page = owner.get(f"/help/?draft={draft.pk}").content.decode()

    assert "zivver-access-right: els@example.nl sms NUMBER" in page
