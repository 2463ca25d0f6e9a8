"""Gives the tests a real PostgreSQL and a real Redis before any setting is read.

`ZIVWEB_TEST_DATABASE_URL` and `ZIVWEB_TEST_BROKER_URL` name servers that run already; the first
may also be `sqlite`.
`ZIVWEB_TEST_SERVERS` is `auto` (the system's programs, else those of the wheels), `wheels`
(as on a machine that has none) or `none` (start nothing).
"""

import os
import shutil

import pytest

from tests.plugins import broker, chromium, postgres, processes

DATABASE = "ZIVWEB_TEST_DATABASE_URL"
BROKER = "ZIVWEB_TEST_BROKER_URL"
FOLDER = "ZIVWEB_TEST_FOLDER"
CHOICES = ("auto", "wheels", "none")
LABELS = pytest.StashKey[list[str]]()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start what is missing; pytest-django reads the settings right after this."""
    choice = os.environ.get("ZIVWEB_TEST_SERVERS", "auto")
    if choice not in CHOICES:
        raise pytest.UsageError(f"ZIVWEB_TEST_SERVERS must be one of {', '.join(CHOICES)}")
    processes.sweep_folders()
    folder = processes.new_folder(in_memory=False)
    early_config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ[FOLDER] = str(folder)
    labels = early_config.stash.setdefault(LABELS, [])
    for variable in (DATABASE, BROKER):
        if variable in os.environ or choice == "none":
            labels.append(f"{variable} {'as given' if variable in os.environ else 'not set'}")
            continue
        server = _start(variable, wheel_only=choice == "wheels")
        early_config.add_cleanup(server.stop)
        os.environ[variable] = server.url
        labels.append(server.label)


def pytest_report_header(config: pytest.Config) -> str:
    """Say which servers and browser this run uses."""
    return "using: " + ", ".join([*config.stash[LABELS], chromium.label()])


def _start(variable: str, *, wheel_only: bool) -> processes.Server:
    if variable == DATABASE:
        return postgres.start(postgres.find(wheel_only=wheel_only))
    return broker.start(*broker.find(wheel_only=wheel_only))
