"""What the draft page offers for a recipient: a colleague's number, an earlier one, an address."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.policy import Policy
from drafts import access, states
from drafts.incoming import Choice
from drafts.models import Draft, Recipient
from tests import make

pytestmark = pytest.mark.django_db
SMS, OTHER = Choice("sms", make.NUMBER), Choice("sms", make.OTHER_NUMBER)


def jan(draft: Draft) -> Recipient:
    """Return the first recipient as it is stored now."""
    return draft.recipients.get(address="jan@example.nl")


def offers(draft: Draft, address: str) -> list[access.Offer]:
    """Return what the page offers for a recipient."""
    recipient = draft.recipients.get(address=address)
    return access.offers_for(draft, access.judge(draft, draft.sender.policy), draft.sender)[
        recipient.pk
    ]


def accept(owner: Client, draft: Draft, address: str, **more: str) -> None:
    """Press the button of the first offer."""
    recipient = draft.recipients.get(address=address)
    key = offers(draft, address)[0].key
    path = f"/drafts/{draft.pk}/recipients/{recipient.pk}/accept/"
    owner.post(path, {"offer": key, **more})


def colleagues_number(draft: Draft, *, proven: bool) -> None:
    """Have a colleague know a number of jan."""
    contact = make.contact(make.user(draft.organization), phone=make.NUMBER)
    if proven:
        make.proven(contact.data.get(), timezone.now())


def test_a_colleagues_proven_number_is_offered_masked(draft: Draft, owner: Client) -> None:
    colleagues_number(draft, proven=True)

    page = owner.get(f"/drafts/{draft.pk}/").content.decode()

    assert ("•••• 36" in page, make.NUMBER in page, "6 36 36" in page) == (True, False, False)


def test_a_colleague_is_not_offered_what_only_the_sender_knows(draft: Draft) -> None:
    colleague = make.user(draft.organization)
    make.contact(draft.sender, "jam@example.nl", phone=make.NUMBER)
    make.shared_contact(draft.sender, "jas@example.nl", phone=make.NUMBER)

    found = access.offers_for(draft, access.judge(draft, colleague.policy), colleague)

    assert [offer.shown for offer in found[jan(draft).pk]] == ["jas@example.nl"]


def test_a_colleagues_unproven_number_is_not_offered(draft: Draft) -> None:
    colleagues_number(draft, proven=False)

    assert offers(draft, "jan@example.nl") == []


def test_an_accepted_number_completes_the_recipient(draft: Draft, owner: Client) -> None:
    colleagues_number(draft, proven=True)

    accept(owner, draft, "jan@example.nl")

    assert access.typed_choice(Draft.objects.get(), jan(draft)) == SMS


@pytest.mark.parametrize("kind", ["colleague", "similar"])
def test_an_offer_accepted_on_a_stale_page_changes_nothing(
    draft: Draft, owner: Client, kind: str
) -> None:
    colleagues_number(draft, proven=kind == "colleague")
    make.shared_contact(draft.sender, "jam@example.nl", phone=make.NUMBER)

    accept(owner, draft, "jan@example.nl", **{f"r{jan(draft).pk}-seen": "what the page showed"})

    assert (jan(draft).reason, bytes(jan(draft).typed)) == (states.MISSING, b"")


def test_an_accepted_address_takes_the_place_of_the_wrong_one() -> None:
    sender = make.user()
    make.contact(sender, "jan@example.nl", phone=make.NUMBER)
    draft = make.draft(sender, "jan@exmaple.nl")
    browser = Client()
    browser.force_login(sender, "allauth.account.auth_backends.AuthenticationBackend")

    accept(browser, draft, "jan@exmaple.nl")

    assert (jan(draft).reason, Draft.objects.get().state) == ("", states.READY)


def test_the_number_of_an_earlier_message_is_offered() -> None:
    sender = make.user()
    make.draft(sender, make.recipient(header=SMS))
    draft = make.draft(sender, text="Another text.")

    assert [offer.suggestion.kind for offer in offers(draft, "jan@example.nl")] == ["earlier"]


def test_a_number_in_the_quoted_text_is_offered() -> None:
    text = "See below.\n\n> Kind regards,\n> Jan Jansen\n> M 06-36363636\n"
    draft = make.draft(make.user(), make.recipient(name="Jan Jansen"), text=text)

    assert [offer.suggestion.kind for offer in offers(draft, "jan@example.nl")] == ["in_text"]


def test_an_offer_that_was_made_up_does_nothing(draft: Draft, owner: Client) -> None:
    path = f"/drafts/{draft.pk}/recipients/{jan(draft).pk}/accept/"

    owner.post(path, {"offer": "0" * 64})

    assert jan(draft).reason == states.MISSING


def test_a_number_of_the_organization_that_differs_is_offered_and_used() -> None:
    sender = make.user(make.organization(policy=Policy(organization_book="edit")))
    make.contact(sender, "jan@example.nl", phone=make.NUMBER)
    make.shared_contact(sender, "jan@example.nl", phone=make.OTHER_NUMBER)
    draft = make.draft(sender, "jan@example.nl", "els@example.nl")
    browser = Client()
    browser.force_login(sender, "allauth.account.auth_backends.AuthenticationBackend")

    accept(browser, draft, "jan@example.nl")

    assert access.typed_choice(Draft.objects.get(), jan(draft)) == OTHER
