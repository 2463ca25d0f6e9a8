"""Imports are worked at slice by slice: organizations take turns, and each has one at a time."""

from datetime import timedelta
from functools import partial
from itertools import takewhile

import pytest
from django.core.files import File
from django.utils import timezone

from accounts.models import Organization, User
from contacts import actions, states
from contacts.actions import slices, staging
from contacts.models import ImportRun
from contacts.tasks import work_imports
from tests.contacts.imports import HEADER, csv_file
from tests.contacts.people import People, make_user

pytestmark = pytest.mark.django_db

ROWS = 20


@pytest.fixture(autouse=True)
def _a_slice_is_one_small_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "BATCH", 5)
    monkeypatch.setattr(staging, "BATCH_OF_ONE_WRITER", 5)
    monkeypatch.setattr(staging, "FEWEST", 5)
    monkeypatch.setattr(slices, "SLICE", -1.0)
    monkeypatch.setattr(slices, "opened", {})
    monkeypatch.setattr(slices, "checking", set())


def given(actor: User, rows: int = ROWS) -> ImportRun:
    """Have a file checked as soon as it is its turn."""
    lines = [f"p{number}@example.nl,P,06{10000000 + number},," for number in range(rows)]
    file = csv_file(*lines, header=HEADER)
    run = actions.upload(actor, personal=False, file=File(file), name="contacts.csv")
    actions.check(run, run.roles)
    return run


def worked_at(*runs: ImportRun) -> str:
    """Work until nothing is left; return which run got on in each slice, by its place here."""
    names = dict(zip((run.pk for run in runs), "abcdef", strict=False))
    return "".join(takewhile(bool, iter(partial(_slice_of, names), None)))


def _slice_of(names: dict[int, str]) -> str:
    seen = {run.pk: (run.state, run.position) for run in ImportRun.objects.all()}
    if not actions.take_turn():
        return ""
    now = {run.pk: (run.state, run.position) for run in ImportRun.objects.all()}
    return "".join(names[pk] for pk in names if seen[pk] != now[pk])


def now(run: ImportRun) -> ImportRun:
    """Return an import as it is now."""
    return ImportRun.objects.get(pk=run.pk)


def started(run: ImportRun, actor: User) -> None:
    """Have a checked import written as soon as it is its turn."""
    actions.start(now(run), actor, changed_rows=states.OVERWRITE, conflicts=states.ASK)


def test_organizations_take_turns_slice_by_slice(people: People) -> None:
    large, small = given(people.admin), given(people.stranger, 5)

    assert worked_at(large, small).startswith("abab")
    assert {now(large).state, now(small).state} == {states.CHECKED}


def test_an_organization_has_one_import_at_a_time(people: People) -> None:
    first, second, other = given(people.admin), given(people.admin), given(people.stranger)

    order = worked_at(first, second, other)

    assert order.rindex("a") < order.index("b")
    assert "ac" * 4 in order


def test_writing_and_undoing_take_turns_too(people: People) -> None:
    ours, theirs = given(people.admin), given(people.stranger)
    work_imports()
    started(ours, people.admin)
    started(theirs, people.stranger)
    written = worked_at(ours, theirs)
    actions.undo(now(ours), people.admin)
    actions.undo(now(theirs), people.stranger)

    undone = worked_at(ours, theirs)

    assert (written[:4], undone[:4]) == ("abab", "abab")
    assert (now(ours).state, now(theirs).state) == (states.UNDONE, states.UNDONE)


def test_a_run_that_another_worker_has_is_left_to_it(people: People) -> None:
    run = given(people.admin)
    ImportRun.objects.filter(pk=run.pk).update(beat_at=timezone.now())
    given(people.admin)

    assert not actions.take_turn()


def test_a_run_whose_worker_is_gone_goes_on(people: People) -> None:
    run = given(people.admin)
    actions.take_turn()
    slices.opened.clear()
    assert not actions.take_turn()
    ImportRun.objects.filter(pk=run.pk).update(beat_at=timezone.now() - timedelta(minutes=1))

    work_imports()

    assert now(run).state == states.CHECKED


def test_a_file_that_another_worker_ended_gives_its_place_back(people: People) -> None:
    run = given(people.admin)
    actions.take_turn()
    ImportRun.objects.filter(pk=run.pk).update(state=states.CANCELLED)

    assert not actions.take_turn()
    assert (slices.opened, slices.checking) == ({}, set())


def test_files_over_the_limit_wait_for_one_that_is_done(people: People) -> None:
    admins = [people.admin, people.stranger, *map(another_admin, "xyz")]
    runs = [given(admin) for admin in admins]

    order = worked_at(*runs)

    assert len(set(order[: 3 * slices.FILES])) == slices.FILES
    assert {now(run).state for run in runs} == {states.CHECKED}


def another_admin(name: str) -> User:
    """Return the admin of an organization of its own."""
    organization = Organization.objects.create(name=name, language="en")
    return make_user(f"admin@{name}.example", organization, User.Role.ADMIN)
