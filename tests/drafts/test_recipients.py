"""One recipient of the draft page at a time."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.policy import Policy
from contacts.models import Datum, Proposal
from drafts import access, actions, states
from drafts.incoming import Choice
from drafts.models import Draft, Recipient
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SMS, OTHER = Choice("sms", make.NUMBER), Choice("sms", make.OTHER_NUMBER)


def jan(draft: Draft) -> Recipient:
    """Return the first recipient as it is stored now."""
    return draft.recipients.get(address="jan@example.nl")


def type_number(owner: Client, draft: Draft, number: str, **more: str) -> str:
    """Type a number for jan as htmx sends it; return what appears under the field."""
    who = jan(draft)
    path = reverse("recipient_complete", args=[draft.pk, who.pk])
    return owner.post(path, {f"r{who.pk}-phone": number, **more}, headers=HTMX).content.decode()


def test_a_number_is_saved_and_shown_with_its_country(draft: Draft, owner: Client) -> None:
    mark = type_number(owner, draft, "06 - 36 36 36 36")

    assert ("+31 6 36 36 36 36, Netherlands" in mark, jan(draft).reason) == (True, "")


def test_a_wrong_number_is_not_saved_and_says_why(draft: Draft, owner: Client) -> None:
    mark = type_number(owner, draft, "020 123 4567")

    assert ("is a landline" in mark, jan(draft).reason) == (True, states.MISSING)


def test_an_empty_field_says_nothing(draft: Draft, owner: Client) -> None:
    assert "<p" not in type_number(owner, draft, "")


def test_somebody_else_who_was_first_is_named_and_not_overwritten(
    draft: Draft, owner: Client
) -> None:
    seen = {f"r{jan(draft).pk}-seen": access.version_of(jan(draft))}
    actions.complete_recipients(draft, {jan(draft).pk: OTHER}, actor=draft.sender)

    mark = type_number(owner, draft, "0636363636", **seen)

    typed = access.typed_choice(Draft.objects.get(), jan(draft))
    assert ("filled in something else" in mark, typed) == (True, OTHER)


def test_the_second_press_overwrites(draft: Draft, owner: Client) -> None:
    actions.complete_recipients(draft, {jan(draft).pk: OTHER}, actor=draft.sender)
    seen = {f"r{jan(draft).pk}-seen": access.version_of(jan(draft))}

    type_number(owner, draft, "0636363636", **seen)

    assert access.typed_choice(Draft.objects.get(), jan(draft)) == SMS


def test_sending_from_a_stale_tab_overwrites_nobody(draft: Draft) -> None:
    stale = {recipient.pk: access.version_of(recipient) for recipient in draft.recipients.all()}
    actions.complete_recipients(draft, dict.fromkeys(stale, OTHER), actor=draft.sender)

    sent = actions.send_draft(draft, dict.fromkeys(stale, SMS), seen=stale, actor=draft.sender)

    assert (sent, access.typed_choice(draft, jan(draft))) == (False, OTHER)


def test_a_stale_page_that_sends_says_who_was_first_and_keeps_what_was_typed(
    draft: Draft, owner: Client
) -> None:
    who, seen = jan(draft).pk, access.version_of(jan(draft))
    actions.complete_recipients(draft, {who: OTHER}, actor=draft.sender)

    page = owner.post(
        f"/drafts/{draft.pk}/send/", {f"r{who}-phone": "0636363636", f"r{who}-seen": seen}
    )

    shown = page.content.decode()
    assert ("filled in something else" in shown, 'value="0636363636"' in shown) == (True, True)
    assert access.typed_choice(Draft.objects.get(), jan(draft)) == OTHER


def test_a_list_pasted_into_a_stale_page_overwrites_nobody(draft: Draft, owner: Client) -> None:
    seen = {f"r{jan(draft).pk}-seen": "what the page showed"}

    page = owner.post(f"/drafts/{draft.pk}/paste/", {"list": "jan@example.nl 0636363601", **seen})

    shown = page.content.decode()
    assert ("somebody else was first" in shown, jan(draft).reason) == (True, states.MISSING)


def test_taking_a_list_back_leaves_what_changed_since(draft: Draft, owner: Client) -> None:
    owner.post(f"/drafts/{draft.pk}/paste/", {"list": "jan@example.nl 0636363601"})
    who, seen = jan(draft).pk, access.version_of(jan(draft))
    actions.complete_recipients(draft, {who: OTHER}, actor=draft.sender)

    owner.post(f"/drafts/{draft.pk}/paste/undo/", {"recipient": [who], f"r{who}-seen": seen})

    assert access.typed_choice(Draft.objects.get(), jan(draft)) == OTHER


def test_without_javascript_one_recipient_is_saved_as_well(draft: Draft, owner: Client) -> None:
    who = jan(draft)
    path = reverse("recipient_complete", args=[draft.pk, who.pk])

    response = owner.post(path, {f"r{who.pk}-phone": "0636363636"})
    assert (response.status_code, jan(draft).reason) == (302, "")


def test_a_pasted_list_fills_in_everybody(draft: Draft, owner: Client) -> None:
    text = "els@example.nl 0636363602\njan@example.nl 0636363601"

    page = owner.post(f"/drafts/{draft.pk}/paste/", {"list": text}).content.decode()

    draft.refresh_from_db()
    assert (draft.state, "2 numbers were filled in" in page) == (states.READY, True)


def paste(owner: Client, draft: Draft, text: str, **more: object) -> str:
    """Paste a list; return the page that comes of it."""
    return owner.post(f"/drafts/{draft.pk}/paste/", {"list": text, **more}).content.decode()


@pytest.mark.parametrize("text", ["0636363601\n0636363602", "jan 0636363601\nels 0636363602"])
def test_pairs_that_no_address_proves_are_shown_and_not_kept(
    draft: Draft, owner: Client, text: str
) -> None:
    page = paste(owner, draft, text)

    assert ("Check 2 numbers" in page, "+31 6 36 36 36 02" in page) == (True, True)
    assert [each.reason for each in draft.recipients.all()] == [states.MISSING] * 2


@pytest.mark.parametrize("text", ["0636363601\n0636363602", "jan 0636363601\nels 0636363602"])
def test_pairs_that_were_seen_are_kept(draft: Draft, owner: Client, text: str) -> None:
    numbers = zip(draft.recipients.all(), ("+31636363601", "+31636363602"), strict=True)

    page = paste(owner, draft, text, pair=[f"{each.pk}:{number}" for each, number in numbers])

    assert ("2 numbers were filled in" in page, Draft.objects.get().state) == (True, states.READY)


def test_pairs_that_are_others_by_now_are_shown_again(draft: Draft, owner: Client) -> None:
    els, jan_now = draft.recipients.get(address="els@example.nl"), jan(draft)
    pairs = [f"{els.pk}:+31636363601", f"{jan_now.pk}:+31636363602"]

    page = paste(owner, draft, "0636363601\n0636363602", pair=pairs)

    assert ("Check 2 numbers" in page, jan(draft).reason) == (True, states.MISSING)


def test_a_pair_that_somebody_else_was_first_with_overwrites_nobody(
    draft: Draft, owner: Client
) -> None:
    seen = {f"r{jan(draft).pk}-seen": "what the page showed"}

    page = paste(owner, draft, "jan 0636363601", pair=f"{jan(draft).pk}:+31636363601", **seen)

    assert ("somebody else was first" in page, jan(draft).reason) == (True, states.MISSING)


def test_a_landline_in_a_list_stands_in_its_field_with_what_is_wrong(
    draft: Draft, owner: Client
) -> None:
    page = paste(owner, draft, "jan@example.nl 020 123 4567")

    assert ('value="020 123 4567"' in page, "is a landline" in page) == (True, True)


def test_a_list_of_which_something_is_left_stays_to_be_mended(draft: Draft, owner: Client) -> None:
    assert ">piet 0636363601</textarea>" in paste(owner, draft, "piet 0636363601")


def test_a_pasted_list_is_taken_back_at_once(draft: Draft, owner: Client) -> None:
    owner.post(f"/drafts/{draft.pk}/paste/", {"list": "jan@example.nl 0636363601"})

    owner.post(f"/drafts/{draft.pk}/paste/undo/", {"recipient": [jan(draft).pk]})

    assert jan(draft).reason == states.MISSING


def test_a_line_for_nobody_is_shown(draft: Draft, owner: Client) -> None:
    page = owner.post(f"/drafts/{draft.pk}/paste/", {"list": "piet@example.nl 0636363601"})

    assert "“piet@example.nl 0636363601”" in page.content.decode()


def test_a_number_goes_to_the_address_book_when_the_sender_wants(
    draft: Draft, owner: Client
) -> None:
    type_number(owner, draft, "0636363636")

    owner.post(f"/drafts/{draft.pk}/recipients/{jan(draft).pk}/keep/")

    assert Datum.objects.get(contact__owner=draft.sender).e164 == make.NUMBER


def test_an_emptied_field_says_that_what_was_saved_stays(draft: Draft, owner: Client) -> None:
    type_number(owner, draft, "0636363636")

    assert "What was saved before is still used." in type_number(owner, draft, "")


def test_nothing_is_sent_while_nothing_changed(draft: Draft, owner: Client) -> None:
    seen = access.versions_of(list(draft.recipients.all()))

    assert owner.get(f"/drafts/{draft.pk}/status/?seen={seen}").status_code == 204


def test_a_change_by_somebody_else_comes_as_its_row(draft: Draft, owner: Client) -> None:
    seen = access.versions_of(list(draft.recipients.all()))
    actions.complete_recipients(draft, {jan(draft).pk: SMS}, actor=draft.sender)

    rows = owner.get(f"/drafts/{draft.pk}/status/?seen={seen}", headers=HTMX).content.decode()

    assert (f'id="recipient-{jan(draft).pk}"' in rows, rows.count("recipient--")) == (True, 1)


@contextmanager
def changed_before_query(number: int, change: Callable[[], object]) -> Iterator[None]:
    """Make a change right before the query of this number, or at the end if there are fewer."""
    queries = count()

    def watch(execute: Callable[..., object], *arguments: object) -> object:
        if next(queries) == number:
            change()
        return execute(*arguments)

    with connection.execute_wrapper(watch):
        yield
    if next(queries) <= number:
        change()


@pytest.mark.parametrize("query", range(40))
def test_a_change_while_an_answer_is_made_comes_with_it_or_the_next(
    draft: Draft, owner: Client, query: int
) -> None:
    seen = access.versions_of(list(draft.recipients.all()))
    first, other = draft.recipients.order_by("pk")
    actions.complete_recipients(draft, {first.pk: SMS}, actor=draft.sender)
    path = f"/drafts/{draft.pk}/status/?seen="

    with changed_before_query(query, partial(fill_in, draft, other)):
        answer = owner.get(path + seen, headers=HTMX).content.decode()
    newer = re.findall(r"seen=([0-9a-f]+)", answer)[-1]
    following = owner.get(path + newer, headers=HTMX).content.decode()

    assert f'id="recipient-{other.pk}"' in answer + following


def fill_in(draft: Draft, recipient: Recipient) -> None:
    """Fill in a number at another browser."""
    actions.complete_recipients(
        Draft.objects.get(pk=draft.pk), {recipient.pk: OTHER}, actor=draft.sender
    )


def test_a_draft_that_was_sent_elsewhere_leads_to_its_page(draft: Draft, owner: Client) -> None:
    choices = dict.fromkeys(draft.recipients.values_list("pk", flat=True), SMS)
    actions.send_draft(draft, choices, actor=draft.sender)

    response = owner.get(f"/drafts/{draft.pk}/status/?seen=", headers=HTMX)

    assert response.headers["HX-Redirect"] == f"/drafts/{draft.pk}/"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/drafts/{pk}/recipients/{who}/"),
        ("post", "/drafts/{pk}/recipients/{who}/keep/"),
        ("post", "/drafts/{pk}/paste/"),
        ("post", "/drafts/{pk}/paste/undo/"),
        ("get", "/drafts/{pk}/status/"),
    ],
)
def test_a_colleague_finds_nothing(draft: Draft, method: str, path: str) -> None:
    browser = Client()
    browser.force_login(
        make.user(draft.organization), "allauth.account.auth_backends.AuthenticationBackend"
    )

    response = browser.generic(method.upper(), path.format(pk=draft.pk, who=jan(draft).pk))

    assert response.status_code == 404


@pytest.mark.parametrize(("book", "proposals"), [("propose", 1), ("read", 0), ("edit", 0)])
def test_a_number_is_proposed_where_the_policy_lets_people_propose(
    book: str, proposals: int
) -> None:
    sender = make.user(make.organization(policy=Policy(organization_book=book)))
    draft = make.draft(sender)
    actions.complete_recipients(draft, {jan(draft).pk: SMS}, actor=sender)
    browser = Client()
    browser.force_login(sender, "allauth.account.auth_backends.AuthenticationBackend")

    browser.post(f"/drafts/{draft.pk}/recipients/{jan(draft).pk}/propose/")

    assert Proposal.objects.count() == proposals
