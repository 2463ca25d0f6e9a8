"""What an import writes, keeps, parks and takes back."""

import pytest

from accounts.policy import ACCESS_CODE, ORGANIZATION, SMS
from contacts import actions, states
from contacts.actions.undoing import undo_run
from contacts.entries import ContactEntry
from contacts.models import AddressChange, Conflict, Contact, Datum, ImportRun, PastDatum, StagedRow
from contacts.tasks import work_imports
from tests.contacts.imports import HEADER, imported, uploaded, verdicts, written
from tests.contacts.people import CODE, HINT, MOBILE, OTHER_MOBILE, People, make_contact

JAN, ELS, PIET = "jan@example.nl", "els@example.nl", "piet@example.nl"
THIRD = "+31687654321"


def number(address: str = JAN) -> str:
    """Return the preferred number of a contact of the organization's book."""
    datum = Datum.objects.get(
        contact__address=address, contact__owner=None, method=SMS, preferred=True
    )
    return datum.e164


def test_new_rows_become_contacts_with_their_source(people: People) -> None:
    run = imported(people.admin, f"{JAN},Jan Jansen,{MOBILE},,", f"{ELS},Els,,{CODE},{HINT}")
    jan, els = Contact.objects.get(address=JAN), Contact.objects.get(address=ELS)
    jan, els = Contact.objects.get(address=JAN), Contact.objects.get(address=ELS)
    assert verdicts(run) == {states.NEW: 2}
    assert (jan.name, jan.data.get().e164, jan.data.get().source) == (
        "Jan Jansen",
        MOBILE,
        "import",
    )
    assert (els.data.get().open_code(), els.data.get().run_id) == ((CODE, HINT), run.pk)


def test_the_same_file_again_changes_nothing(people: People) -> None:
    rows = [f"{JAN},Jan Jansen,{MOBILE},,", f"{ELS},Els,,{CODE},{HINT}"]
    imported(people.admin, *rows)
    before = list(Datum.objects.order_by("pk").values_list("pk", "digest"))
    run = imported(people.admin, *rows)
    assert verdicts(run) == {states.SAME: 2}
    assert list(Datum.objects.order_by("pk").values_list("pk", "digest")) == before


def test_a_changed_row_replaces_what_an_import_brought(people: People) -> None:
    imported(people.admin, f"{JAN},Jan,{MOBILE},,")
    run = imported(people.admin, f"{JAN},Jan Jansen,{OTHER_MOBILE},,")
    contact = Contact.objects.get()
    assert verdicts(run) == {states.CHANGED: 1}
    assert (contact.name, number()) == ("Jan Jansen", OTHER_MOBILE)
    assert OTHER_MOBILE in contact.search
    assert sorted(PastDatum.objects.values_list("method", "phone_number", "name")) == [
        ("name", "", "Jan"),
        ("sms", MOBILE, ""),
    ]


def test_a_number_that_a_person_entered_is_kept_and_the_row_parked(people: People) -> None:
    make_contact(people.admin, book=ORGANIZATION)
    run = imported(people.admin, f"{JAN},,{OTHER_MOBILE},,")
    assert verdicts(run) == {states.CONFLICT: 1}
    assert (number(), Conflict.objects.get().phone_number) == (MOBILE, OTHER_MOBILE)


def test_a_number_that_a_recipient_has_proven_is_kept(people: People) -> None:
    imported(people.admin, f"{JAN},,{MOBILE},,")
    actions.confirm(Datum.objects.get().pk)
    run = imported(people.admin, f"{JAN},,{OTHER_MOBILE},,")
    assert (verdicts(run), number()) == ({states.CONFLICT: 1}, MOBILE)


def test_a_conflict_can_be_overwritten_on_demand(people: People) -> None:
    make_contact(people.admin, book=ORGANIZATION)
    run = imported(people.admin, f"{JAN},,{OTHER_MOBILE},,", conflicts=states.OVERWRITE)
    assert (verdicts(run), number()) == ({states.CONFLICT: 1}, OTHER_MOBILE)


def test_changed_rows_can_be_left_alone(people: People) -> None:
    imported(people.admin, f"{JAN},,{MOBILE},,")
    imported(people.admin, f"{JAN},,{OTHER_MOBILE},,", changed_rows=states.KEEP)
    assert (number(), Conflict.objects.count()) == (MOBILE, 0)


def test_an_import_adds_what_a_contact_lacks(people: People) -> None:
    make_contact(people.admin, book=ORGANIZATION, phone="")
    run = imported(people.admin, f"{JAN},Anders,{MOBILE},,")
    assert (verdicts(run), number()) == ({states.CHANGED: 1}, MOBILE)
    assert Contact.objects.get().name == "Jan Jansen"


def test_an_import_never_takes_away_what_it_does_not_name(people: People) -> None:
    make_contact(people.admin, book=ORGANIZATION, code=CODE)
    imported(people.admin, f"{JAN},,,,")
    assert Datum.objects.count() == 2


def test_two_rows_for_one_address_are_told(people: People) -> None:
    run = imported(
        people.admin,
        f"{JAN},Jan,{MOBILE},,",
        f"{JAN},Jan,{MOBILE},,",
        f"{JAN},Jan,{OTHER_MOBILE},,",
    )
    assert verdicts(run) == {states.NEW: 1, states.SAME: 1, states.CONFLICT: 1}
    assert number() == MOBILE


def test_further_numbers_are_kept_beside_the_preferred_one(people: People) -> None:
    imported(people.admin, f"{JAN},{MOBILE},{OTHER_MOBILE}", header="email,mobile 1,mobile 2")
    data = Contact.objects.get().data.order_by("-preferred")
    assert [(datum.e164, datum.preferred) for datum in data] == [
        (MOBILE, True),
        (OTHER_MOBILE, False),
    ]


def test_a_refused_row_does_not_stop_the_others(people: People) -> None:
    run = imported(people.admin, "nobody,Jan,,,", f"{ELS},Els,020 1234567,,")
    assert verdicts(run) == {states.NEW: 1, states.REJECTED: 1}
    assert run.counts["problems"] == 1


def test_an_import_stays_in_its_organization(people: People) -> None:
    imported(people.admin, f"{JAN},,{MOBILE},,")
    run = imported(people.stranger, f"{JAN},,{OTHER_MOBILE},,")
    assert verdicts(run) == {states.NEW: 1}
    assert Contact.objects.filter(address=JAN).count() == 2


def test_an_import_wakes_the_drafts_of_its_addresses(people: People) -> None:
    imported(people.admin, f"{JAN},,{MOBILE},,")
    assert AddressChange.objects.get().address == JAN


def test_a_checked_file_writes_nothing(people: People) -> None:
    run = uploaded(people.admin, f"{JAN},,{MOBILE},,", "nobody,,,,")
    assert (run.state, verdicts(run)) == (states.CHECKED, {states.NEW: 1, states.REJECTED: 1})
    assert Contact.objects.count() == 0


def test_a_checked_file_is_judged_again_when_it_is_written(people: People) -> None:
    run = uploaded(people.admin, f"{JAN},,{OTHER_MOBILE},,")
    make_contact(people.admin, book=ORGANIZATION)
    run = written(run, people.admin)
    assert (run.state, verdicts(run)) == (states.DONE, {states.CONFLICT: 1})
    assert number() == MOBILE


def test_a_personal_import_fills_the_own_book_alone(people: People) -> None:
    run = written(uploaded(people.owner, f"{JAN},,{MOBILE},,", personal=True), people.owner)
    assert (run.state, Contact.objects.get().owner) == (states.DONE, people.owner)


WITH_LANGUAGE = f"{HEADER},taal"


def language(address: str = JAN) -> str:
    """Return the language of a contact of the organization's book."""
    return Contact.objects.get(address=address, owner=None).language


def test_a_column_gives_contacts_their_language(people: People) -> None:
    rows = [f"{JAN},Jan,{MOBILE},,,en-GB", f"{ELS},Els,,{CODE},{HINT},Nederlands"]
    run = imported(people.admin, *rows, header=WITH_LANGUAGE)
    again = imported(people.admin, *rows, header=WITH_LANGUAGE)
    assert (language(), language(ELS)) == ("en", "nl")
    assert (verdicts(run), verdicts(again)) == ({states.NEW: 2}, {states.SAME: 2})


def test_an_import_gives_a_language_and_its_undo_takes_it_back(people: People) -> None:
    imported(people.admin, f"{JAN},Jan,{MOBILE},,")
    run = imported(people.admin, f"{JAN},Jan,{MOBILE},,,en", header=WITH_LANGUAGE)
    given = language()
    list(undo_run(run))
    assert (verdicts(run), given, language()) == ({states.CHANGED: 1}, "en", "")


def test_a_language_that_a_person_chose_is_kept(people: People) -> None:
    make_contact(people.admin, book=ORGANIZATION, language="nl")
    imported(people.admin, f"{JAN},,,,,en", header=WITH_LANGUAGE)
    assert language() == "nl"


def test_a_language_that_is_none_of_ours_is_told(people: People) -> None:
    run = uploaded(people.admin, f"{JAN},Jan,{MOBILE},,,Klingon", header=WITH_LANGUAGE)
    staged = StagedRow.objects.get()
    assert (staged.reason, staged.typed, run.counts["problems"]) == ("bad_language", "Klingon", 1)


def test_undo_takes_everything_back(people: People) -> None:
    make_contact(people.admin, PIET, ORGANIZATION, phone="")
    imported(people.admin, f"{JAN},Jan,{MOBILE},,")
    second = (
        f"{JAN},Jan J.,{OTHER_MOBILE},,",
        f"{ELS},Els,{MOBILE},,",
        f"piet@example.nl,,{THIRD},,",
    )
    run = imported(people.admin, *second)
    actions.undo(run, people.admin)
    work_imports()
    assert (number(), Contact.objects.get(address=JAN).name) == (MOBILE, "Jan")
    assert not Contact.objects.filter(address=ELS).exists()
    assert not Contact.objects.get(address=PIET).data.exists()


def test_undo_keeps_what_was_changed_or_proven_since(people: People) -> None:
    run = imported(people.admin, f"{JAN},Jan,{MOBILE},,", f"{ELS},Els,{MOBILE},,")
    actions.confirm(Datum.objects.get(contact__address=ELS).pk)
    jan = Contact.objects.get(address=JAN)
    edited = ContactEntry(ORGANIZATION, JAN, "Jan Jansen", OTHER_MOBILE)
    actions.save_contact(people.admin, edited, jan)
    actions.undo(run, people.admin)
    work_imports()
    assert (number(JAN), number(ELS)) == (OTHER_MOBILE, MOBILE)


def test_a_lock_makes_an_import_silent(people: People) -> None:
    make_contact(people.admin, book=ORGANIZATION)
    imported(people.admin, f"{JAN},,{OTHER_MOBILE},,")
    actions.keep_ours(people.admin, Conflict.objects.get())
    run = imported(people.admin, f"{JAN},,{OTHER_MOBILE},,")
    assert (verdicts(run), number()) == ({states.SAME: 1}, MOBILE)


def test_taking_theirs_changes_the_contact_and_keeps_its_past(people: People) -> None:
    make_contact(people.admin, book=ORGANIZATION, code=CODE, hint=HINT)
    imported(people.admin, f"{JAN},,,rode fiets 34,")
    actions.take_theirs(people.admin, Conflict.objects.get())
    assert Datum.objects.get(method=ACCESS_CODE).open_code() == ("rode fiets 34", "")
    assert PastDatum.objects.get().open_code() == (CODE, HINT)


def test_an_import_that_nobody_works_at_goes_on_where_it_was(people: People) -> None:
    run = uploaded(people.admin, f"{JAN},,{MOBILE},,", f"{ELS},,{MOBILE},,")
    actions.start(run, people.admin, changed_rows=states.OVERWRITE, conflicts=states.ASK)
    ImportRun.objects.filter(pk=run.pk).update(position=1)
    assert actions.due_runs() == [run.pk]
    work_imports()
    assert [contact.address for contact in Contact.objects.all()] == [ELS]


def test_a_cancelled_import_keeps_what_it_wrote(people: People) -> None:
    run = uploaded(people.admin, f"{JAN},,{MOBILE},,")
    actions.start(run, people.admin, changed_rows=states.OVERWRITE, conflicts=states.ASK)
    actions.cancel(run, people.admin)
    work_imports()
    assert ImportRun.objects.get().state == states.CANCELLED


@pytest.mark.parametrize("who", ["owner", "admin"])
def test_history_is_undone_datum_by_datum(people: People, who: str) -> None:
    actor = getattr(people, who)
    contact = make_contact(actor)
    actions.save_contact(actor, ContactEntry("personal", JAN, "Jan", OTHER_MOBILE), contact)
    past = PastDatum.objects.get(method=SMS)
    actions.bring_back(actor, past)
    assert contact.data.get().e164 == MOBILE
