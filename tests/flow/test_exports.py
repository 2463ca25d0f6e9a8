"""Exports are read page by page, end in time, and are few at a time."""

import tracemalloc
from collections.abc import Iterator
from itertools import repeat

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import audit
from accounts.models import AuditEntry, Organization
from flow import exports
from flow.exports import Export, ExportsBusy, by_pages
from tests import make

PAGE = 20
INCOMPLETE = (
    b'"This export is incomplete: it took too long, or something went wrong. Please try again."\r\n'
)


@pytest.fixture
def organization(monkeypatch: pytest.MonkeyPatch, db: None) -> Organization:
    """Return an organization of which an export takes several pages."""
    monkeypatch.setattr(exports, "PAGE", PAGE)
    return make.organization()


def recorded(organization: Organization, count: int) -> list[int]:
    """Write so many lines of the audit log; return their ids, oldest first."""
    for number in range(count):
        audit.record("hold", f"draft:{number}", organization_id=organization.pk)
    rows = AuditEntry.objects.filter(organization=organization)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def lines(count: int) -> Iterator[str]:
    """Return so many lines."""
    return repeat("x" * 100 + "\n", count)


@pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE])
def test_every_row_comes_once_and_in_order(organization: Organization, count: int) -> None:
    written = recorded(organization, count)
    rows = AuditEntry.objects.filter(organization=organization)

    assert [row.pk for row in by_pages(rows)] == written
    assert [row.pk for row in by_pages(rows, newest_first=True)] == written[::-1]


def test_nothing_is_held_open_between_two_pages(organization: Organization) -> None:
    recorded(organization, 3 * PAGE)

    with CaptureQueriesContext(connection) as asked:
        list(by_pages(AuditEntry.objects.filter(organization=organization)))

    selects = [query["sql"] for query in asked if "accounts_auditentry" in query["sql"]]
    assert len(selects) == 4
    assert [sql for sql in selects if f"LIMIT {PAGE}" not in sql or "CURSOR" in sql] == []


def most_held(export: Export) -> tuple[int, int]:
    """Take an export away; return its bytes, and how many were held at most."""
    tracemalloc.start()
    sent = sum(map(len, export))
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return sent, held


def test_an_export_takes_no_more_memory_when_it_is_longer() -> None:
    short, long = most_held(Export(1, lines(500))), most_held(Export(1, lines(50_000)))

    assert (short[0], long[0]) == (101 * 500, 101 * 50_000)
    assert long[1] < short[1] + 100_000


def test_who_does_not_take_an_export_away_in_time_reads_that_it_is_incomplete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exports, "SECONDS", -1.0)

    sent = b"".join(Export(1, lines(5000)))

    assert sent == INCOMPLETE
    assert list(exports.running) == []


def test_an_export_that_fails_says_so_in_its_last_line() -> None:
    def failing() -> Iterator[str]:
        yield from lines(exports.LINES)
        raise ZeroDivisionError

    sent = b"".join(Export(1, failing())).splitlines(keepends=True)

    assert (len(sent), sent[-1]) == (exports.LINES + 1, INCOMPLETE)
    assert list(exports.running) == []


def test_an_organization_has_one_export_at_a_time() -> None:
    first = Export(1, lines(500))

    with pytest.raises(ExportsBusy):
        Export(1, lines(1))

    assert b"".join(first).count(b"\n") == 500
    assert b"".join(Export(1, lines(1))).count(b"\n") == 1


def test_no_more_go_on_at_a_time_than_leave_threads_for_others() -> None:
    going = [Export(number, lines(1)) for number in range(exports.AT_A_TIME)]

    with pytest.raises(ExportsBusy):
        Export(-1, lines(1))

    going[0].close()
    assert b"".join(Export(-1, lines(1))).count(b"\n") == 1
