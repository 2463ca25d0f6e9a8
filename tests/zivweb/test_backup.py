"""A copy of the embedded database is whole, at whatever moment it is made, or there is none."""

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from zivweb.backup import BackupError, copy_database

ROWS = 20_000


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A database like ours, with enough in it for a copy to take a while."""
    path = tmp_path / "live.sqlite3"
    with closing(sqlite3.connect(path)) as live:
        live.execute("PRAGMA journal_mode=WAL")
        live.execute("CREATE TABLE pair (one INTEGER, other INTEGER, much BLOB)")
        live.executemany(
            "INSERT INTO pair VALUES (?, ?, randomblob(500))", ((n, n) for n in range(ROWS))
        )
        live.commit()
    return path


@pytest.fixture
def writer(source: Path) -> Iterator[Event]:
    """Somebody who writes two rows a transaction, one after the other, until this is set."""
    end = Event()
    thread = Thread(target=write, args=(source, end))
    thread.start()
    yield end
    end.set()
    thread.join()


def write(source: Path, end: Event) -> None:
    with closing(sqlite3.connect(source, timeout=30)) as live:
        while not end.is_set():
            live.execute("INSERT INTO pair VALUES (-1, 1, '')")
            live.execute("INSERT INTO pair VALUES (1, -1, '')")
            live.commit()


def count_and_sums(path: Path) -> tuple[int, int, int]:
    with closing(sqlite3.connect(path)) as database:
        row = database.execute("SELECT count(*), sum(one), sum(other) FROM pair").fetchone()
    return int(row[0]), int(row[1]), int(row[2])


def test_a_copy_that_is_made_while_somebody_writes_holds_whole_transactions(
    source: Path, writer: Event, tmp_path: Path
) -> None:
    copy_database(source, tmp_path / "copy")

    count, ones, others = count_and_sums(tmp_path / "copy")
    assert (count >= ROWS, count % 2, ones - others) == (True, 0, 0)


def test_a_copy_is_one_file_that_only_its_owner_reads(source: Path, tmp_path: Path) -> None:
    size = copy_database(source, tmp_path / "copy")

    found = sorted(path.name for path in tmp_path.glob("copy*"))
    kept = (tmp_path / "copy").stat()
    assert (found, stat.S_IMODE(kept.st_mode), kept.st_size) == (["copy"], 0o600, size)


def test_an_older_copy_is_not_touched(source: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("of last week")

    with pytest.raises(BackupError, match="exists already"):
        copy_database(source, tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "of last week"


def test_of_what_is_no_database_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "live").write_bytes(b"no database" * 1000)

    with pytest.raises(BackupError, match="cannot be written"):
        copy_database(tmp_path / "live", tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["live"]


def test_a_folder_that_is_not_there_is_named(source: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="nowhere"):
        copy_database(source, tmp_path / "nowhere" / "copy")
