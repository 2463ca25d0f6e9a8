"""What is written when contacts change."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import AuditEntry
from accounts.policy import ACCESS_CODE, ORGANIZATION, SMS
from contacts import access, actions
from contacts.entries import ContactEntry
from contacts.models import AddressChange, Contact, Datum
from tests.contacts.people import (
    CODE,
    HINT,
    MOBILE,
    OTHER_MOBILE,
    People,
    make_contact,
    make_people,
    set_policy,
)

JAN = "jan@example.nl"


def edited(contact: Contact, **fields: object) -> ContactEntry:
    """Return the contact as entered again with these fields changed."""
    values = {"book": contact.book, "address": contact.address, "phone": MOBILE} | fields
    return ContactEntry(**values)  # type: ignore[arg-type]


def changes() -> list[tuple[int | None, str]]:
    """Return owner and address of every noted change, oldest first."""
    return list(AddressChange.objects.order_by("pk").values_list("owner_id", "address"))


def test_a_new_contact_holds_what_was_entered(people: People) -> None:
    contact = make_contact(people.owner, code=CODE, hint=HINT)
    by_method = {datum.method: datum for datum in contact.data.all()}
    assert (contact.owner, contact.name) == (people.owner, "Jan Jansen")
    assert by_method[SMS].e164 == MOBILE
    assert by_method[ACCESS_CODE].open_code() == (CODE, HINT)


def test_a_second_contact_with_the_address_is_refused(people: People) -> None:
    make_contact(people.owner)
    with pytest.raises(actions.AddressTakenError):
        make_contact(people.owner)


def test_an_edit_to_an_address_that_is_taken_changes_nothing(people: People) -> None:
    make_contact(people.owner)
    els = make_contact(people.owner, "els@example.nl")
    with pytest.raises(actions.AddressTakenError):
        actions.save_contact(people.owner, edited(els, address=JAN), els)
    els.refresh_from_db()
    assert (els.address, els.data.count()) == ("els@example.nl", 1)


def test_colleagues_and_the_organization_may_hold_the_same_address(people: People) -> None:
    make_contact(people.owner)
    make_contact(people.colleague)
    make_contact(people.admin, book=ORGANIZATION)
    assert Contact.objects.filter(address=JAN).count() == 3


def test_a_number_that_did_not_change_keeps_its_proof(people: People) -> None:
    contact = make_contact(people.owner)
    datum = contact.data.get()
    actions.confirm(datum.pk)
    actions.save_contact(people.owner, edited(contact, name="Jan J."), contact)
    kept = contact.data.get()
    assert (kept.pk, kept.confirmed_at is None) == (datum.pk, False)


def test_a_new_number_is_a_new_row_without_proof(people: People) -> None:
    contact = make_contact(people.owner)
    old = contact.data.get().pk
    actions.save_contact(people.owner, edited(contact, phone=OTHER_MOBILE), contact)
    actions.confirm(old)
    new = contact.data.get()
    assert (new.e164, new.confirmed_at) == (OTHER_MOBILE, None)


def test_another_address_keeps_the_data_but_not_the_proof(people: People) -> None:
    contact = make_contact(people.owner, phone="", code=CODE, hint=HINT)
    actions.confirm(contact.data.get().pk)
    entry = edited(contact, address="jan@example.com", phone="", hint=HINT)
    moved = actions.save_contact(people.owner, entry, contact)
    datum = Datum.objects.get()
    assert moved.address == "jan@example.com"
    assert (datum.open_code(), datum.confirmed_at) == ((CODE, HINT), None)


def test_an_empty_code_field_keeps_the_code_and_changes_the_hint(people: People) -> None:
    contact = make_contact(people.owner, code=CODE, hint=HINT)
    actions.save_contact(people.owner, edited(contact, code=None, hint="Anders"), contact)
    assert contact.data.get(method=ACCESS_CODE).open_code() == (CODE, "Anders")


def test_number_and_code_can_be_removed(people: People) -> None:
    contact = make_contact(people.owner, code=CODE)
    actions.save_contact(people.owner, edited(contact, phone="", code=""), contact)
    assert not contact.data.exists()


def test_a_contact_that_was_deleted_meanwhile_is_not_saved(people: People) -> None:
    contact = make_contact(people.owner)
    Contact.objects.all().delete()
    with pytest.raises(Contact.DoesNotExist):
        actions.save_contact(people.owner, edited(contact), contact)


def test_a_personal_change_is_noted_for_its_owner(people: People) -> None:
    make_contact(people.owner)
    assert changes() == [(people.owner.pk, JAN)]


def test_another_address_is_noted_for_old_and_new(people: People) -> None:
    contact = make_contact(people.admin, book=ORGANIZATION)
    AddressChange.objects.all().delete()
    actions.save_contact(people.admin, edited(contact, address="a@example.nl"), contact)
    assert changes() == [(None, "a@example.nl"), (None, JAN)]


def test_a_finished_change_is_forgotten(people: People) -> None:
    make_contact(people.owner)
    actions.finish_change(AddressChange.objects.get().pk)
    assert changes() == []


def test_a_change_wakes_the_worker_once_it_is_committed(
    people: People, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        make_contact(people.owner)
    assert len(callbacks) == 1


def test_every_action_writes_an_audit_line_without_data(people: People) -> None:
    contact = make_contact(people.owner, code=CODE, hint=HINT)
    actions.save_contact(people.owner, edited(contact), contact)
    actions.confirm(contact.data.get(method=SMS).pk)
    actions.delete_contact(people.owner, contact)
    lines = AuditEntry.objects.order_by("pk").values_list("verb", "about", "data")
    about, both = f"contact:{contact.pk}", {"book": "personal", "methods": ["access_code", "sms"]}
    assert list(lines) == [
        ("create_contact", about, both),
        ("edit_contact", about, both),
        ("confirm_contact", about, both),
        ("delete_contact", about, both),
    ]


def test_a_deleted_contact_comes_back_with_its_proof(people: People) -> None:
    contact = make_contact(people.owner, code=CODE, hint=HINT)
    actions.confirm(contact.data.get(method=SMS).pk)
    before = set(contact.data.values_list("method", "source", "entered_at", "confirmed_at"))
    sealed = actions.delete_contact(people.owner, contact)
    deleted = access.deleted_contact(people.owner, sealed)
    back = actions.restore_contact(people.owner, deleted)
    data = back.data.values_list("method", "source", "entered_at", "confirmed_at")
    assert (back.address, set(data)) == (JAN, before)
    assert back.data.get(method=ACCESS_CODE).open_code() == (CODE, HINT)


def test_a_deleted_contact_does_not_replace_a_new_one(people: People) -> None:
    sealed = actions.delete_contact(people.owner, make_contact(people.owner))
    make_contact(people.owner, phone=OTHER_MOBILE)
    with pytest.raises(actions.AddressTakenError):
        actions.restore_contact(people.owner, access.deleted_contact(people.owner, sealed))


def test_what_a_sender_typed_is_learned(people: People) -> None:
    actions.learn(people.owner, JAN, "Jan", method=SMS, value=MOBILE, hint="")
    contact = Contact.objects.get(owner=people.owner, address=JAN)
    datum = contact.data.get()
    assert (contact.name, datum.e164, datum.source) == ("Jan", MOBILE, "learned")
    assert changes() == [(people.owner.pk, JAN)]


@pytest.mark.parametrize(("method", "value"), [(SMS, MOBILE), (ACCESS_CODE, CODE)])
def test_learning_what_is_known_changes_nothing(people: People, method: str, value: str) -> None:
    contact = make_contact(people.owner, code=CODE, hint=HINT)
    before = list(contact.data.values("pk", "source", "entered_at"))
    hint = {SMS: "", ACCESS_CODE: HINT}[method]
    actions.learn(people.owner, JAN, "Anders", method=method, value=value, hint=hint)
    assert list(contact.data.values("pk", "source", "entered_at")) == before
    assert len(changes()) == 1


def test_a_number_typed_later_replaces_the_learned_one(people: People) -> None:
    contact = make_contact(people.owner)
    actions.learn(people.owner, JAN, "", method=SMS, value=OTHER_MOBILE, hint="")
    datum = contact.data.get()
    assert (datum.e164, datum.source, datum.confirmed_at) == (OTHER_MOBILE, "learned", None)


def test_a_proven_number_goes_to_the_organization_book(people: People) -> None:
    organization = people.owner.organization
    actions.learn_proven(organization.pk, JAN, "Jan", method=SMS, value=MOBILE, hint="")
    datum = Datum.objects.get(contact__owner=None)
    assert (datum.e164, datum.source, datum.confirmed_at is None) == (MOBILE, "learned", False)


def test_a_proven_number_does_not_replace_one_of_the_organization(people: People) -> None:
    contact = make_contact(people.admin, book=ORGANIZATION)
    actions.learn_proven(
        contact.organization_id, JAN, "Jan", method=SMS, value=OTHER_MOBILE, hint=""
    )
    assert (contact.data.get().e164, contact.data.get().confirmed_at) == (MOBILE, None)


def test_a_proven_number_is_not_learned_where_the_policy_forbids(people: People) -> None:
    set_policy(people.owner, learn_proven=False)
    organization = people.owner.organization
    actions.learn_proven(organization.pk, JAN, "Jan", method=SMS, value=MOBILE, hint="")
    assert not Contact.objects.exists()


def test_the_first_proof_keeps_its_time(people: People) -> None:
    datum = make_contact(people.owner).data.get()
    actions.confirm(datum.pk)
    datum.refresh_from_db()
    first = datum.confirmed_at
    actions.confirm(datum.pk)
    datum.refresh_from_db()
    assert (first is None, datum.confirmed_at) == (False, first)


def test_confirming_a_datum_that_is_gone_does_nothing(people: People) -> None:
    actions.confirm(404)
    assert not AuditEntry.objects.exists()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_add_an_address_at_once_one_is_told() -> None:
    people, start = make_people(), Barrier(2)

    def add(_number: int) -> str:
        start.wait()
        try:
            return str(make_contact(people.admin, book=ORGANIZATION))
        except actions.AddressTakenError:
            return "taken"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(add, range(2)))
    assert sorted(answers) == [str(Contact.objects.get()), "taken"]


def dispute_of(contact: Contact) -> bool:
    """Tell whether the contact's number is marked as not right."""
    return contact.data.get(method=SMS).disputed_at is not None


def test_a_disputed_number_is_marked_until_that_is_taken_back(people: People) -> None:
    contact = make_contact(people.owner)
    number = contact.data.get(method=SMS).e164
    actions.dispute(people.owner, contact.address, number)
    disputed = dispute_of(contact)
    actions.settle_dispute(people.owner, contact.address, number)
    assert (disputed, dispute_of(contact)) == (True, False)


def test_a_disputed_number_that_is_typed_again_is_right(people: People) -> None:
    contact = make_contact(people.owner)
    number = contact.data.get(method=SMS).e164
    actions.dispute(people.owner, contact.address, number)
    actions.learn(people.owner, contact.address, "", method=SMS, value=number)
    assert not dispute_of(contact)
