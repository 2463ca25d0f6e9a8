"""zivweb starts, is used and is tested on machines of every kind that its users have.

A part of `make test-all`; alone: `make test T="tests/install/journeys.py"`, as root. What an
environment cannot make is skipped, and named in the last line.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.install.machine import (
    NOT_MADE,
    USER,
    CannotMakeError,
    Machine,
    debian,
    new_folder,
    with_packages,
)

pytestmark = pytest.mark.slow

JOURNEY = (".venv/bin/python", "-m", "tests.install.journey")
SERVERS = ("postgresql", "nginx-light", "postfix")


@dataclass(frozen=True)
class Kind:
    """What is installed there beside what the README asks for, who uses it, and what tests find."""

    name: str
    suite: str
    packages: tuple[str, ...]
    user: str
    finds: tuple[str, ...]


KINDS = (
    Kind("a bare Debian 12", "bookworm", (), USER, ("(wheel), Valkey", "(wheel), Chromium none")),
    Kind(
        "a Debian 12 with servers, as root",
        "bookworm",
        ("redis-server", *SERVERS),
        "root",
        ("PostgreSQL 15.", "(system), Redis 7.0", "(system), Chromium none"),
    ),
    Kind(
        "a Debian 13 with servers",
        "trixie",
        ("valkey-server", *SERVERS),
        USER,
        ("Python 3.13", "PostgreSQL 17.", "(system), Valkey 8", "(system), Chromium none"),
    ),
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Return where machines are made."""
    folder = new_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module", params=KINDS, ids=[kind.name for kind in KINDS])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Return each kind of machine."""
    assert isinstance(request.param, Kind)
    return request.param


@pytest.fixture(scope="module")
def machine(kind: Kind, folder: Path, pytestconfig: pytest.Config) -> Machine:
    """Return a machine of this kind; those of one suite begin with the same one."""
    try:
        return make(kind, folder)
    except CannotMakeError as error:
        why = f"{kind.name}: {error}"
        pytestconfig.stash.setdefault(NOT_MADE, []).append(why)
        pytest.skip(why)


def make(kind: Kind, folder: Path) -> Machine:
    """Make a machine. Raises CannotMakeError."""
    bare = debian(kind.suite, folder / kind.suite)
    return with_packages(bare, *kind.packages) if kind.packages else bare


def test_it_starts_finishes_a_mail_and_stops(machine: Machine, kind: Kind) -> None:
    done = machine.run(*JOURNEY, "run", kind.user)

    assert done.returncode == 0, done.stdout


def test_a_taken_port_is_one_line_that_says_what_to_do(machine: Machine, kind: Kind) -> None:
    done = machine.run(*JOURNEY, "ports", kind.user)

    assert done.returncode == 0, done.stdout


def test_its_tests_pass_with_the_servers_that_are_there(machine: Machine, kind: Kind) -> None:
    done = machine.run(*JOURNEY, "tests", kind.user)

    assert done.returncode == 0, done.stdout
    assert [word for word in kind.finds if word not in done.stdout] == []
    assert "tests not run, no Chromium: browser tests are SKIPPED" in done.stdout
