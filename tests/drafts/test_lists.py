"""The list of drafts, and filling in one person in several of them."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.policy import Policy
from drafts import access, actions, states
from drafts.incoming import Choice
from drafts.models import Draft, Recipient
from flow.paging import PAGE_SIZE
from tests import make

pytestmark = pytest.mark.django_db

JAN, ELS = "jan@example.nl", "els@example.nl"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def subjects(user: User, query: str = "") -> list[str]:
    page = browser(user).get(f"/{query}").content.decode()
    return re.findall(r'class="row__title">([^<]*)<', page)


def together(user: User, *addresses: str, number: str = "06 36363636") -> str:
    """Fill in one number for an address in all drafts; return where it leads."""
    client, path = browser(user), f"/drafts/together/?address={JAN}"
    page = client.get(path).content.decode()
    seen = dict(re.findall(r'name="(r\d+-seen)" value="([^"]*)"', page))
    response = client.post(path, {"together-phone": number} | seen)
    return response.headers.get("Location", "")


def test_drafts_that_need_something_come_first() -> None:
    sender = make.user()
    make.contact(sender, JAN, phone=make.NUMBER)
    make.draft(sender, ELS, subject="needs")
    make.draft(sender, JAN, subject="ready", problems=(make.problem(),))
    ready = make.draft(sender, ELS, subject="complete")
    actions.complete_recipients(
        ready, {ready.recipients.get().pk: Choice("sms", make.NUMBER)}, actor=sender
    )

    assert subjects(sender)[-1] == "complete"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=ELS@", ["to els"]),
        ("?q=jan", ["to jan"]),
        ("?q=nobody", []),
        ("?which=needs", ["to jan", "to els"]),
        ("?which=ready", []),
        ("?which=unknown", ["to jan", "to els"]),
        ("?after=x'--", ["to jan", "to els"]),
    ],
)
def test_the_list_is_searched_by_recipient_and_filtered(query: str, found: list[str]) -> None:
    sender = make.user()
    make.draft(sender, ELS, subject="to els")
    make.draft(sender, JAN, subject="to jan")

    assert subjects(sender, query) == found


@pytest.mark.slow
def test_every_draft_is_on_one_page_of_the_list() -> None:
    sender = make.user()
    _ = [make.draft(sender, ELS, subject=f"nr {number}") for number in range(PAGE_SIZE + 2)]
    first = browser(sender).get("/").content.decode()
    older = re.findall(r'href="/(\?after=[^"]+)"', first)[0]

    shown = subjects(sender) + subjects(sender, older)

    assert sorted(shown) == sorted(f"nr {number}" for number in range(PAGE_SIZE + 2))


def test_a_search_as_one_types_answers_with_the_list_alone() -> None:
    sender = make.user()
    make.draft(sender, ELS, subject="to els")

    page = browser(sender).get("/?q=els", headers={"HX-Request": "true"}).content.decode()

    assert ("to els" in page, "<html" in page) == (True, False)


@pytest.mark.slow
def test_the_list_takes_as_many_queries_for_many_drafts_as_for_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    sender = make.user()
    _ = [make.draft(sender, ELS, JAN, subject=str(number)) for number in range(20)]
    client = browser(sender)

    with django_assert_max_num_queries(8):
        client.get("/")


def test_the_list_never_shows_a_draft_of_somebody_else() -> None:
    make.draft(make.user(), ELS, subject="secret")

    assert subjects(make.user(), f"?q={ELS}") == []


def test_an_address_that_several_drafts_wait_for_is_offered_once() -> None:
    sender = make.user()
    make.draft(sender, JAN)
    make.draft(sender, JAN, ELS, subject="another")

    assert access.blocking_addresses(sender) == [(JAN, 2)]


def test_one_number_completes_all_drafts_that_wait_for_it() -> None:
    sender = make.user()
    make.draft(sender, JAN)
    make.draft(sender, JAN, ELS, subject="another")

    together(sender)

    assert set(Draft.objects.values_list("state", flat=True)) == {states.READY, states.WAITING}
    assert not Recipient.objects.filter(address=JAN).exclude(reason="").exists()


def test_a_wrong_number_is_shown_and_fills_in_nothing() -> None:
    sender = make.user()
    make.draft(sender, JAN)

    response = browser(sender).post(
        f"/drafts/together/?address={JAN}", {"together-phone": "020 123 4567"}
    )

    assert (response.status_code, b"020 123 4567" in response.content) == (422, True)


def test_a_draft_that_changed_meanwhile_is_passed_over() -> None:
    sender = make.user()
    draft = make.draft(sender, JAN)
    recipient = draft.recipients.get()

    browser(sender).post(
        f"/drafts/together/?address={JAN}",
        {"together-phone": "0636363636", f"r{recipient.pk}-seen": "another version"},
    )

    recipient.refresh_from_db()
    assert recipient.reason == states.MISSING


def test_all_that_became_ready_are_sent_at_once() -> None:
    sender = make.user()
    make.draft(sender, JAN)
    make.draft(sender, JAN, subject="another")
    led_to = together(sender)
    page = browser(sender).get(led_to).content.decode()
    ids = re.findall(r'name="draft" value="(\d+)"', page)

    browser(sender).post("/drafts/together/send/", {"draft": ids})

    assert set(Draft.objects.values_list("state", flat=True)) == {states.SENDING}


def test_nobody_fills_in_or_sends_drafts_of_somebody_else() -> None:
    draft = make.draft(make.user(), JAN)
    stranger = browser(make.user())
    recipient = draft.recipients.get()

    stranger.post(f"/drafts/together/?address={JAN}", {"together-phone": "0636363636"})
    stranger.post("/drafts/together/send/", {"draft": [draft.pk]})

    recipient.refresh_from_db()
    assert (recipient.reason, Draft.objects.get().state) == (states.MISSING, states.WAITING)


@pytest.mark.parametrize("path", ["/drafts/together/", "/drafts/together/?address=x&draft=a"])
def test_a_page_of_nothing_leads_to_the_list(path: str) -> None:
    assert browser(make.user()).get(path).headers["Location"] == "/"


def test_without_web_sending_the_page_leads_to_the_address_book() -> None:
    sender = make.user(make.organization(policy=Policy(web_sending=False)))
    make.draft(sender, JAN)

    page = browser(sender).get(f"/drafts/together/?address={JAN}").content.decode()

    assert ("/contacts/new/?address=jan%40example.nl" in page, "together-phone" in page) == (
        True,
        False,
    )
