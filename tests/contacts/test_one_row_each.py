"""Whatever mix of imports, systems and people writes: one row each, and no correction is lost."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest
from django.db import transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.policy import ORGANIZATION, PERSONAL, SMS
from addresses.mail import normalize_address
from contacts import actions
from contacts.actions import Synced
from contacts.entries import ContactEntry
from contacts.models import Contact, Datum
from tests.contacts.imports import imported, uploaded, written
from tests.contacts.people import People

JAN, ELS = "jan@example.nl", "els@xn--bcher-kva.example"
# How different programs and people write these two.
WRITINGS = [JAN, " JAN@Example.NL ", "<jan@example.nl>", ELS, "els@b\u00fccher.example"]
NUMBERS = ["+31612345678", "+31636363636", "+31687654321"]
Step = tuple[str, str, str]
steps = st.lists(
    st.tuples(
        st.sampled_from(["import", "upload", "sync", "edit", "own edit"]),
        st.sampled_from(WRITINGS),
        st.sampled_from(NUMBERS),
    ),
    min_size=2,
    max_size=6,
)


@dataclass
class Books:
    """Two address books; `said` is what a person put right, `lost` what is not so any more."""

    people: People
    said: dict[tuple[str, str], str] = field(default_factory=dict)
    lost: list[object] = field(default_factory=list)
    versions: dict[int, datetime] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """Do one step, and look whether every correction still stands."""
        kind, typed, number = step
        if kind.endswith("edit"):
            self.edit(PERSONAL if kind == "own edit" else ORGANIZATION, typed, number)
        else:
            self.write(kind, typed, number)
        self.lost += [key for key, number in self.said.items() if preferred(*key) != number]
        self.look_at_versions()

    def write(self, kind: str, typed: str, number: str) -> None:
        """Let a program say a number."""
        admin, row = self.people.admin, f"{typed},Jan,{number},,"
        if kind == "import":
            imported(admin, row)
        elif kind == "upload":
            written(uploaded(admin, row, personal=number == NUMBERS[0]), admin)
        else:
            synced = Synced(external_id=typed, address=typed, phones=(number,))
            actions.sync_contacts(admin.organization, "CRM", [synced])

    def edit(self, book: str, typed: str, number: str) -> None:
        """Let a person enter a number; where it is another one, it is their word from now on."""
        address = normalize_address(typed)
        if preferred(book, address) == number:
            return
        found = contacts(book, address).first()
        actions.save_contact(self.people.admin, ContactEntry(book, address, "", number), found)
        self.said[book, address] = number

    def look_at_versions(self) -> None:
        """Note each contact whose version went back."""
        now = dict(Contact.objects.values_list("pk", "changed_at"))
        self.lost += [pk for pk, before in self.versions.items() if now[pk] < before]
        self.versions = dict(now)


def contacts(book: str, address: str) -> QuerySet[Contact]:
    return Contact.objects.filter(owner__isnull=book == ORGANIZATION, address=address)


def preferred(book: str, address: str) -> str:
    data = Datum.objects.filter(contact__in=contacts(book, address), method=SMS, preferred=True)
    return next((datum.e164 for datum in data), "")


@pytest.mark.slow
def test_there_is_one_row_each_and_no_correction_is_lost(people: People) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(taken=steps)
    def mixed(taken: list[Step]) -> None:
        with transaction.atomic():
            books = Books(people)
            _ = [books.take(step) for step in taken]  # type: ignore[func-returns-value]
            rows = list(Contact.objects.values_list("owner", "address"))
            transaction.set_rollback(True)
        assert len(rows) == len(set(rows))
        assert {address for _owner, address in rows} <= {JAN, ELS}
        assert books.lost == []

    mixed()
