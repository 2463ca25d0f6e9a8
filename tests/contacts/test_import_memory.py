"""What an import holds in memory while it waits for its turn does not grow with its file."""

import io
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.core.files import File

from accounts.models import User
from accounts.uploads import SealedUpload
from contacts import actions, states
from contacts.actions.staging import Stager
from contacts.importer import Row
from contacts.models import ImportRun
from contacts.tasks import work_imports
from contacts.uploads import ContactsUpload
from tests.contacts.people import People

pytestmark = pytest.mark.django_db

MEGABYTE = 1 << 20
ROWS = 100_000


@contextmanager
def most_held() -> Iterator[Callable[[], int]]:
    """Give what tells how many bytes were held at most since it began."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield lambda: tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def given_large_file(actor: User) -> ImportRun:
    """Have a file of 20 MB checked that has hardly any rows."""
    lines = "".join(f"p{number}@example.nl,{'x' * 100_000}\n" for number in range(200))
    file = io.BytesIO(f"email,remarks\n{lines}".encode())
    run = actions.upload(actor, personal=False, file=File(file), name="large.csv")
    actions.check(run, run.roles)
    return run


def sent_large_file() -> SealedUpload:
    """Have a file of 20 MB come in, piece by piece."""
    handler = ContactsUpload()
    handler.new_file("file", "large.csv", "text/csv", None)
    handler.receive_data_chunk(b"email,remarks\n", 0)
    for number in range(200):
        line = f"p{number}@example.nl,{'x' * 100_000}\n".encode()
        handler.receive_data_chunk(line, number * len(line))
    return handler.file_complete(0)


def test_a_file_is_not_held_while_it_comes_in(people: People) -> None:
    with most_held() as held:
        file = sent_large_file()
        run = actions.upload(people.admin, personal=False, file=file, name="large.csv")
        most = held()

    assert run.file is not None
    assert (run.file.size, run.file.size > 20_000_000) == (file.size, True)
    assert most < 12 * MEGABYTE, most


def test_a_file_is_not_held_while_it_is_checked(people: People) -> None:
    run = given_large_file(people.admin)

    with most_held() as held:
        work_imports()
        most = held()

    assert ImportRun.objects.get(pk=run.pk).state == states.CHECKED
    assert most < 12 * MEGABYTE, most


def test_an_address_that_was_seen_takes_few_bytes(people: People) -> None:
    run = actions.new_run(people.admin.organization)
    run.save()
    stager = Stager(run)
    rows = (Row(address=f"p{number}@example.nl", name=f"P {number}") for number in range(ROWS))

    with most_held() as held:
        seen = sum(1 for _ in stager.lines(rows))
        most = held()

    assert seen == ROWS
    assert most < 45 * ROWS, most
