"""Every way by which a number comes in tells that SMS may not go to its country."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions import create_api_key
from accounts.models import User
from accounts.policy import SMS_COUNTRIES, Policy
from contacts.importer import Reader
from contacts.models import Datum
from drafts import states
from drafts.incoming import Choice
from tests import make
from tests.contacts.imports import uploaded

pytestmark = pytest.mark.django_db
ANDORRA, JAN = "+376312345", "jan@example.nl"
TOLD = (
    "SMS to Andorra (+376) is not switched on in your organization. Ask your admin to switch it on."
)
Way = Callable[[User, Client], str]
TOLD_IN_DUTCH = (
    "Sms naar Andorra (+376) staat in je organisatie niet aan. "
    "Vraag je beheerder om dit aan te zetten."
)


@pytest.fixture
def anna() -> User:
    return make.user(role=User.Role.ADMIN)


@pytest.fixture
def browser(anna: User) -> Client:
    return make.signed_in(anna)


def finish_page(anna: User, browser: Client) -> str:
    """Type the number on the draft page; return what appears under the field."""
    draft = make.draft(anna, JAN)
    who = draft.recipients.get()
    path = reverse("recipient_complete", args=[draft.pk, who.pk])
    data = {f"r{who.pk}-phone": "+376 312 345"}
    return browser.post(path, data, headers={"HX-Request": "true"}).content.decode()


def a_header(anna: User, browser: Client) -> str:
    """Give the number in the header block of a mail; return the page of the draft."""
    draft = make.draft(anna, make.recipient(JAN, header=Choice("sms", ANDORRA)))
    return browser.get(reverse("draft", args=[draft.pk])).content.decode()


def a_contact(anna: User, browser: Client) -> str:
    """Have the number in an address book already; return the page of the draft."""
    make.contact(anna, JAN, phone=ANDORRA)
    draft = make.draft(anna, JAN)
    return browser.get(reverse("draft", args=[draft.pk])).content.decode()


def own_contacts(_anna: User, browser: Client) -> str:
    """Type the number in a contact of one's own."""
    data = {"name": "Jan", "address": JAN, "phone": ANDORRA}
    return browser.post(reverse("contact_new"), data).content.decode()


def organization_contacts(_anna: User, browser: Client) -> str:
    """Type the number in a contact of the organization."""
    data = {"name": "Jan", "address": JAN, "phone": ANDORRA}
    return browser.post(reverse("organization_contact_new"), data).content.decode()


def further_numbers(_anna: User, browser: Client) -> str:
    """Type the number as a further one."""
    data = {"name": "Jan", "address": JAN, "phone": make.NUMBER, "more_phones": ANDORRA}
    return browser.post(reverse("contact_new"), data).content.decode()


def an_import(anna: User, browser: Client) -> str:
    """Import the number; return the page of the import."""
    run = uploaded(anna, f"{JAN},Jan,{ANDORRA},,")
    return browser.get(reverse("import_run", args=[run.pk])).content.decode()


WAYS = [
    *(finish_page, a_header, a_contact, own_contacts, organization_contacts, further_numbers),
    an_import,
]


@pytest.mark.parametrize("way", WAYS)
def test_it_is_told_where_the_number_is_filled_in(way: Way, anna: User, browser: Client) -> None:
    assert TOLD in way(anna, browser)


@pytest.mark.parametrize("way", WAYS)
def test_it_is_told_in_dutch(way: Way, anna: User, browser: Client) -> None:
    anna.language = "nl"
    anna.save()

    assert TOLD_IN_DUTCH in way(anna, browser)


@pytest.mark.parametrize("way", WAYS)
def test_a_number_is_no_problem_once_its_country_is_switched_on(
    way: Way, anna: User, browser: Client
) -> None:
    anna.organization.policy_data = Policy(sms_countries=(*SMS_COUNTRIES, "AD")).to_json()
    anna.organization.save()

    assert "Andorra (+376)" not in way(anna, browser)


def test_a_pasted_number_is_left_over_with_its_reason(anna: User, browser: Client) -> None:
    draft = make.draft(anna, JAN)

    page = browser.post(reverse("draft_paste", args=[draft.pk]), {"list": f"{JAN} {ANDORRA}"})

    assert "SMS to the country of this number is not switched on" in page.content.decode()
    assert draft.recipients.get().reason == states.MISSING


def test_the_api_tells_it_and_keeps_the_number(anna: User) -> None:
    key = create_api_key(anna.organization, "CRM")
    data = {"contacts": [{"external_id": "42", "email": JAN, "phones": [ANDORRA]}]}

    told = Client().post(
        "/api/v1/contacts", data, "application/json", headers={"authorization": f"Bearer {key}"}
    )

    [result] = told.json()["results"]
    assert (result["result"], result["reason"]) == ("created", "country")
    assert Datum.objects.get().e164 == ANDORRA


def test_a_draft_waits_with_a_reason_of_its_own(anna: User) -> None:
    make.contact(anna, JAN, phone=ANDORRA)

    draft = make.draft(anna, JAN)

    assert (draft.state, draft.recipients.get().reason) == (states.WAITING, states.COUNTRY)


def test_a_contact_that_holds_such_a_number_can_be_changed(anna: User, browser: Client) -> None:
    contact = make.contact(anna, JAN, phone=ANDORRA)
    data = {"name": "Jan Jansen", "address": JAN, "phone": "+376 312345"}

    browser.post(reverse("contact", args=[contact.pk]), data)

    contact.refresh_from_db()
    assert (contact.name, contact.data.get().e164) == ("Jan Jansen", ANDORRA)


def test_of_several_numbers_codes_go_to_one_that_is_switched_on(anna: User) -> None:
    reader = Reader(
        ["email", "mobile", "mobile"], "NL", domains=True, allows_sms_to=Policy().allows_sms_to
    )

    row = reader.read([JAN, ANDORRA, make.NUMBER])

    assert (row.phones, row.problem) == ((make.NUMBER, ANDORRA), "country")
