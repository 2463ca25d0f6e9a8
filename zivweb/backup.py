"""Copies the embedded database while everything runs: one file, whole, and readable by us alone."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path


class BackupError(Exception):
    """There is no backup; `str()` says why."""


def copy_database(source: Path, target: Path) -> int:
    """Copy a database as it is at this moment; return how many bytes that are. Raises BackupError.

    Writers go on meanwhile (WAL). All pages are copied in one step: in several it would begin again
    at every write. A target that exists is not touched, and half a copy is never left.
    """
    if target.exists():
        raise BackupError(f"{target} exists already")
    partial = target.with_name(f"{target.name}.partial")
    try:
        _require_room(source, partial.parent)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise BackupError(f"{partial} cannot be written ({error.strerror})") from error
    try:
        _copy(source, partial)
        size = partial.stat().st_size
        os.link(partial, target)  # fails where somebody made the target meanwhile
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{target} cannot be written ({error})") from error
    finally:
        partial.unlink()
    return size


def _require_room(source: Path, folder: Path) -> None:
    needed = source.stat().st_size
    if shutil.disk_usage(folder).free < needed:
        raise BackupError(f"{folder} has no room for {needed} bytes")


def _copy(source: Path, partial: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(partial)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file; `serve` makes it WAL again
        wrong = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    if wrong != "ok":
        raise BackupError(f"the copy is damaged: {wrong}")
    file = os.open(partial, os.O_RDONLY)
    os.fsync(file)
    os.close(file)
