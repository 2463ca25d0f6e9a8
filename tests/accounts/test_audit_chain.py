"""The audit log: nobody changes a row, and whoever does is found."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Event, Thread
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.test import Client

from accounts import audit
from accounts.actions import prune_audit, seal_audit
from accounts.models import AuditEntry, AuditSeal, Organization
from accounts.verifying import BROKEN, CHANGED, FORGED, INSERTED, MISSING, Finding, verify
from tests import engines, make
from tests.unguarded import unguarded

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.races]

NOW, LONG_AGO = timedelta(), datetime(2019, 5, 1, 12, tzinfo=UTC)
ROWS, SEALS = "accounts_auditentry", "accounts_auditseal"


@pytest.fixture
def place() -> Organization:
    """Return an organization with two sealed ranges of three rows each."""
    place = make.organization()
    for number in range(5):
        with audit.asked_from("2001:db8::7"):
            audit.record("hold", f"draft:{number}", organization_id=place.pk, reasons=["missing"])
        number == 1 and seal_audit(settled=NOW)
    seal_audit(settled=NOW)
    return place


def change(rows: "QuerySet[Any]", **values: object) -> None:
    """Change rows as only the owner of the tables can, or delete them."""
    with unguarded():
        rows.update(**values) if values else rows.delete()


def row_of(pk: int) -> "QuerySet[AuditEntry]":
    return AuditEntry.objects.filter(pk=pk)


def found(place: Organization) -> list[tuple[str, int | None]]:
    return [(finding.what, finding.row) for finding in verify(place).findings]


def write_slowly(place: Organization, begun: Event, end: Event) -> None:
    with transaction.atomic():
        audit.record("hold", "draft:6", organization_id=place.pk)
        begun.set()
        end.wait()
    connection.close()


def ids(place: Organization) -> list[int]:
    rows = AuditEntry.objects.filter(organization=place).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def test_what_nobody_touched_is_whole(place: Organization) -> None:
    chain = verify(place)

    assert (chain.ranges, chain.rows, chain.unsealed, chain.findings) == (2, 6, 0, ())


@pytest.mark.parametrize(
    "values",
    [{"verb": "x"}, {"about": "x"}, {"data": {}}, {"ip": None}, {"at": LONG_AGO}],
)
def test_a_changed_row_is_named(place: Organization, values: dict[str, object]) -> None:
    row = ids(place)[4]

    change(row_of(row), **values)

    assert found(place) == [(CHANGED, row)]


def test_a_missing_row_is_named(place: Organization) -> None:
    row = ids(place)[1]

    change(row_of(row))

    assert found(place) == [(MISSING, row)]


def test_a_row_that_was_put_in_is_named(place: Organization) -> None:
    AuditEntry.objects.create(pk=-1, organization=place, verb="hold", about="draft:1")

    assert found(place) == [(INSERTED, -1)]


def test_a_range_that_is_gone_with_its_rows_is_noticed(place: Organization) -> None:
    first, second = AuditSeal.objects.order_by("last_id")
    change(AuditEntry.objects.filter(pk__lte=first.last_id))

    change(AuditSeal.objects.filter(pk=first.pk))

    assert verify(place).findings == (Finding(BROKEN, second.first_id, second.last_id),)


def test_a_seal_that_somebody_made_is_not_ours(place: Organization) -> None:
    change(AuditSeal.objects.filter(previous=""), digest="a" * 64)

    assert [what for what, _row in found(place)] == [FORGED, BROKEN]


def test_the_command_names_what_is_wrong_and_fails(place: Organization) -> None:
    row, errors = ids(place)[2], StringIO()
    change(row_of(row), verb="x")

    with pytest.raises(CommandError):
        call_command("verify_audit", stdout=StringIO(), stderr=errors)

    assert f"row {row} is not what was written" in errors.getvalue()


def test_an_end_that_was_cut_off_is_missed_by_its_digest(place: Organization) -> None:
    last = AuditSeal.objects.order_by("-last_id")[0]
    change(AuditSeal.objects.filter(pk=last.pk))

    with pytest.raises(CommandError):
        call_command("verify_audit", expect=[last.digest], stdout=StringIO(), stderr=StringIO())


@pytest.mark.parametrize("table", [ROWS, SEALS])
@pytest.mark.parametrize(
    "verb", ["UPDATE {} SET organization_id = organization_id", "DELETE FROM {}"]
)
def test_the_database_refuses_to_change_the_log(place: Organization, table: str, verb: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(verb.format(table))


def test_no_range_of_this_year_can_be_marked_as_pruned(place: Organization) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        AuditSeal.objects.update(pruned_at=datetime.now(UTC), marks=b"")


@engines.LATE_COMMITS
def test_nothing_is_sealed_while_a_row_may_still_come(place: Organization) -> None:
    late = Thread(target=write_slowly, args=(place, begun := Event(), end := Event()))
    late.start()
    begun.wait()
    audit.record("hold", "draft:7", organization_id=place.pk)

    sealed = seal_audit(settled=NOW)

    end.set()
    late.join()
    assert (sealed, seal_audit(settled=NOW), verify(place).findings) == (0, 2, ())


def test_old_ranges_go_whole_and_the_chain_stays_whole() -> None:
    with time_machine.travel(LONG_AGO, tick=False):
        place = make.organization()
        audit.record("hold", "draft:1", organization_id=place.pk)
        seal_audit(settled=NOW)
    audit.record("hold", "draft:2", organization_id=place.pk)
    seal_audit(settled=NOW)

    gone = prune_audit()

    kept = AuditEntry.objects.filter(organization=place).values_list("verb", flat=True)
    assert (gone, sorted(kept), verify(place).findings) == (2, ["hold", "prune_audit"], ())


def test_a_row_says_from_where_it_was_asked(client: Client) -> None:
    user = make.user()
    client.force_login(user)

    client.post("/contacts/new/", {"address": "jan@example.nl"}, REMOTE_ADDR="192.0.2.7")

    row = AuditEntry.objects.get(verb="create_contact")
    assert (row.actor, row.ip) == (user, "192.0.2.7")
