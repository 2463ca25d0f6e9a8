"""What a sender typed for a draft that was finished meanwhile is handed back."""

import pytest
from django.test import Client

from drafts import actions
from drafts.models import Draft
from tests import make

pytestmark = pytest.mark.django_db

TYPED = "+31 6 1234 56 78"


def discarded() -> tuple[Client, Draft]:
    """Return a browser, and a draft that was put away while its page was open."""
    anna = make.user()
    draft = make.draft(anna)
    actions.discard_draft(draft, actor=anna)
    return make.signed_in(anna), draft


def sent_to(client: Client, path: str, fields: dict[str, str]) -> str:
    """Send a form; return the page that it leads to."""
    return client.post(path, fields, follow=True).content.decode()


def field_of(draft: Draft) -> str:
    """Return the name of the field for the recipient's number."""
    return f"r{draft.recipients.get().pk}-phone"


def test_numbers_that_were_sent_too_late_are_shown() -> None:
    client, draft = discarded()
    page = sent_to(client, f"/drafts/{draft.pk}/send/", {field_of(draft): TYPED})
    assert ("What you typed is still here" in page, TYPED in page) == (True, True)


@pytest.mark.parametrize("typed", [TYPED, "020 123 4567"])
def test_another_number_for_a_draft_on_its_way_is_shown(typed: str) -> None:
    anna = make.user()
    draft = make.draft(anna)
    client, field = make.signed_in(anna), field_of(draft)
    client.post(f"/drafts/{draft.pk}/send/", {field: "06 87654321"})
    page = sent_to(client, f"/drafts/{draft.pk}/send/", {field: typed})
    assert ("What you typed is still here" in page, typed in page) == (True, True)


def test_a_list_that_was_pasted_too_late_is_shown() -> None:
    client, draft = discarded()
    page = sent_to(client, f"/drafts/{draft.pk}/paste/", {"list": f"jan@example.nl\t{TYPED}"})
    assert f"jan@example.nl\t{TYPED}" in page


def test_a_number_that_is_saved_too_late_leads_there_too() -> None:
    client, draft = discarded()
    path = f"/drafts/{draft.pk}/recipients/{draft.recipients.get().pk}/"
    answer = client.post(path, {field_of(draft): TYPED}, headers={"hx-request": "true"})
    assert answer.headers["HX-Redirect"] == "/unsent/"
    assert TYPED in client.get("/unsent/").content.decode()


def test_an_access_code_is_not_handed_back() -> None:
    client, draft = discarded()
    code = field_of(draft).replace("phone", "code")
    fields = {field_of(draft): TYPED, code: "kwikstaart-71"}
    page = sent_to(client, f"/drafts/{draft.pk}/send/", fields)
    assert ("kwikstaart" in page, "access codes and files are not kept" in page) == (False, True)


def test_a_form_can_be_thrown_away() -> None:
    client, draft = discarded()
    page = sent_to(client, f"/drafts/{draft.pk}/send/", {field_of(draft): TYPED})
    key = page.split('name="throw_away" value="')[1].split('"')[0]
    client.post("/unsent/", {"throw_away": key})
    assert client.get("/unsent/").headers["Location"] == "/"


def test_nothing_typed_leads_to_the_draft() -> None:
    client, draft = discarded()
    answer = client.post(f"/drafts/{draft.pk}/send/", {field_of(draft): ""})
    assert answer.headers["Location"] == f"/drafts/{draft.pk}/"
