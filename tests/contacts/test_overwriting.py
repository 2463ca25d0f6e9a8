"""Who overwrote what: a system that says the same old number every night."""

from accounts.models import User
from accounts.policy import ORGANIZATION, SMS
from contacts import access, actions
from contacts.entries import ContactEntry
from contacts.models import Conflict, Contact, Datum, FieldLock
from notifications.models import Notification
from tests import make
from tests.contacts.imports import imported
from tests.contacts.people import MOBILE, OTHER_MOBILE, People, browser_of

JAN, SYSTEM = "jan@example.nl", "sync:CRM"


def nightly(people: People) -> None:
    """Let the system say what it says every night."""
    imported(people.admin, f"{JAN},Jan,{MOBILE},,", source=SYSTEM)


def corrected(people: People) -> Contact:
    """A contact that the system brought and the admin put right."""
    nightly(people)
    contact = Contact.objects.get()
    entry = ContactEntry(ORGANIZATION, JAN, "Jan", OTHER_MOBILE)
    return actions.save_contact(people.admin, entry, contact)


def number() -> str:
    """Return the number that mails would use."""
    return Datum.objects.get(method=SMS, preferred=True).e164


def take(user: User, conflict: Conflict) -> None:
    """Decide on the page for what the system says."""
    browser_of(user).post("/contacts/conflicts/", {"pk": conflict.pk, "decision": "take"})


def test_a_correction_survives_every_night(people: People) -> None:
    corrected(people)
    nightly(people)
    nightly(people)
    nightly(people)
    assert (number(), Conflict.objects.get().times) == (OTHER_MOBILE, 3)


def test_the_admins_are_told_once(people: People) -> None:
    corrected(people)
    nightly(people)
    assert Notification.objects.filter(kind="overwriting").count() == 0
    nightly(people)
    nightly(people)
    assert Notification.objects.filter(kind="overwriting").count() == 1


def test_the_draft_page_says_who_overwrites(people: People) -> None:
    corrected(people)
    nightly(people)
    nightly(people)
    nightly(people)
    draft = make.draft(people.owner, JAN, "els@example.nl")
    page = browser_of(people.owner).get(f"/drafts/{draft.pk}/").content.decode()
    assert "System CRM keeps overwriting the number of" in page
    assert "(3 times since" in page
    assert "entered by admin@zorg.example" in page


def test_a_lock_makes_it_silent(people: People) -> None:
    corrected(people)
    nightly(people)
    nightly(people)
    actions.keep_ours(people.admin, Conflict.objects.get())
    nightly(people)
    assert access.overwritten(people.owner.organization_id, people.owner.pk, [JAN]) == {}
    assert (number(), FieldLock.objects.count()) == (OTHER_MOBILE, 1)
    assert Conflict.objects.filter(state="open").count() == 0


def test_a_new_correction_counts_anew(people: People) -> None:
    contact = corrected(people)
    nightly(people)
    nightly(people)
    actions.save_contact(
        people.admin, ContactEntry(ORGANIZATION, JAN, "Jan", "+31687654321"), contact
    )
    nightly(people)
    assert Conflict.objects.get().times == 1


def test_another_system_is_another_story(people: People) -> None:
    corrected(people)
    nightly(people)
    imported(people.admin, f"{JAN},Jan,{MOBILE},,", source="sync:HR")
    assert sorted(Conflict.objects.values_list("source", "times")) == [
        ("sync:CRM", 1),
        ("sync:HR", 1),
    ]


def test_a_stranger_decides_nothing(people: People) -> None:
    corrected(people)
    nightly(people)
    conflict = Conflict.objects.get()
    take(people.stranger, conflict)
    assert number() == OTHER_MOBILE


def test_an_admin_decides_on_the_page(people: People) -> None:
    corrected(people)
    nightly(people)
    conflict = Conflict.objects.get()
    take(people.admin, conflict)
    assert number() == MOBILE
