"""A draft with 200 recipients: as many queries as with two, and a page of bounded size."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from delivery.models import MessageRecipient
from drafts import access, actions
from drafts.incoming import Choice
from drafts.models import Draft
from tests import make

pytestmark = pytest.mark.django_db

MOST_BYTES = 200_000
ALL, MISSING = 200, 30


def with_recipients(sender: User, count: int, missing: int) -> Draft:
    """Store a draft; the first `missing` recipients need something, the others are contacts."""
    people = [
        f"{sha256(bytes([number])).hexdigest()[:12]}@department.example" for number in range(count)
    ]
    for number, address in enumerate(people[missing:]):
        make.contact(sender, address, phone=f"+3163636{number:04}")
    return make.draft(sender, *people)


def queries(client: Client, path: str) -> int:
    """Return how many queries a page takes."""
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


@pytest.fixture
def sender() -> User:
    """Return who sends."""
    return make.user()


@pytest.fixture
def browser(sender: User) -> Client:
    """Return the sender's browser."""
    client = Client()
    client.force_login(sender, "allauth.account.auth_backends.AuthenticationBackend")
    return client


Paths = Callable[[Draft], str]


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [
        lambda draft: f"/drafts/{draft.pk}/",
        lambda draft: f"/drafts/{draft.pk}/status/?seen=x",
        lambda draft: "/",
    ],
    ids=["draft", "status", "list"],
)
def test_a_page_takes_as_many_queries_for_200_recipients_as_for_two(
    path: Paths, sender: User, browser: Client
) -> None:
    small = with_recipients(sender, 2, 1)
    few = queries(browser, path(small))
    big = with_recipients(sender, ALL, MISSING)

    assert queries(browser, path(big)) <= few


@pytest.mark.slow
def test_the_page_of_200_recipients_is_smaller_than_200_kb(sender: User, browser: Client) -> None:
    big = with_recipients(sender, ALL, MISSING)

    page = browser.get(f"/drafts/{big.pk}/").content

    print(f"\n{ALL} recipients, {MISSING} incomplete: {len(page) / 1000:.0f} kB of HTML")  # noqa: T201
    assert len(page) < MOST_BYTES


@pytest.mark.slow
def test_a_change_by_somebody_else_comes_as_one_row_of_200(sender: User, browser: Client) -> None:
    big = with_recipients(sender, ALL, MISSING)
    who = big.recipients.filter(reason="missing").latest("pk")
    seen = access.versions_of(big.recipients.all())
    actions.complete_recipients(big, {who.pk: Choice("sms", make.NUMBER)}, actor=sender)

    rows = browser.get(f"/drafts/{big.pk}/status/?seen={seen}").content.decode()

    assert (f'id="recipient-{who.pk}"' in rows, rows.count("recipient--")) == (True, 1)


@pytest.mark.slow
def test_one_of_200_ready_recipients_can_still_be_changed(sender: User, browser: Client) -> None:
    big = with_recipients(sender, ALL, MISSING)
    ready = big.recipients.filter(reason="").latest("pk")

    page = browser.get(f"/drafts/{big.pk}/?change={ready.pk}").content.decode()

    assert f'name="r{ready.pk}-phone"' in page


@pytest.mark.slow
def test_who_of_200_is_ready_is_shown_when_asked(sender: User, browser: Client) -> None:
    big = with_recipients(sender, ALL, MISSING)

    short = browser.get(f"/drafts/{big.pk}/").content.decode()
    whole = browser.get(f"/drafts/{big.pk}/?ready=1").content.decode()

    marks = (short.count("recipient--ready"), whole.count("recipient--ready"))
    assert (marks, whole.count("?change=")) == ((0, ALL - MISSING), ALL - MISSING)


def releasing(sender: User, count: int) -> int:
    """Return how many statements the release takes of a draft whose recipients were typed."""
    draft = make.draft(sender, *(f"nr{number}@{count}.example" for number in range(count)))
    people = draft.recipients.values_list("pk", flat=True)
    actions.send_draft(draft, dict.fromkeys(people, Choice("sms", make.NUMBER)), actor=sender)
    later = timezone.now() + timedelta(seconds=11)
    with time_machine.travel(later, tick=False), CaptureQueriesContext(connection) as captured:
        actions.release_due()
    return len(captured)


@pytest.mark.slow
def test_a_release_takes_as_many_statements_for_40_typed_numbers_as_for_two(sender: User) -> None:
    few, many = releasing(sender, 2), releasing(sender, 40)

    assert (many, MessageRecipient.objects.count()) == (few, 42)
