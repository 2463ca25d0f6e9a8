"""The settings keep what the operator asks for."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.engines import SHOWN_DEADLINES
from tests.zivweb.serving import ROOT, environment

WANTED = ("statement_timeout=", "lock_timeout=", "idle_in_transaction_session_timeout=")
SHOW = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "zivweb.settings"
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SHOW statement_timeout")
    print(cursor.fetchone()[0])
connection.close()
"""
PRINT = "import json; from zivweb import settings; print(json.dumps(settings.DATABASES))"


def options(folder: Path, url: str, process: str) -> dict[str, Any]:
    """Return the options of the database that a process of this kind uses."""
    variables = environment(folder, DATABASE_URL=url, ZIVWEB_PROCESS=process)
    command = [sys.executable, "-c", PRINT]
    printed = subprocess.check_output(command, cwd=ROOT, env=variables)
    found: dict[str, Any] = json.loads(printed)["default"]["OPTIONS"]
    return found


@pytest.mark.parametrize("process", ["web", "worker", ""])
def test_options_of_the_database_address_are_kept(tmp_path: Path, process: str) -> None:
    found = options(tmp_path, "postgres://u:p@db/z?sslmode=require", process)

    assert (found["sslmode"], found["connect_timeout"]) == ("require", 3)


def test_options_of_the_database_address_go_first(tmp_path: Path) -> None:
    found = options(tmp_path, "postgres://u:p@db/z?connect_timeout=7", "worker")

    assert found["connect_timeout"] == 7


def test_deadlines_of_the_database_address_go_before_ours(tmp_path: Path) -> None:
    url = "postgres://u:p@db/z?options=-c%20statement_timeout%3D5s"

    found = options(tmp_path, url, "worker")["options"]

    assert found.split("-c ")[-1] == "statement_timeout=5s"


@pytest.mark.parametrize("url", ["postgres://u:p@db/z", "sqlite:////nowhere/z.sqlite3"])
def test_a_command_has_no_deadline(tmp_path: Path, url: str) -> None:
    found = options(tmp_path, url, "")

    assert {"options", "statement_seconds"} & set(found) == set()


@pytest.mark.parametrize("process", ["web", "smtp", "worker", "beat"])
def test_every_process_has_deadlines(tmp_path: Path, process: str) -> None:
    found = options(tmp_path, "postgres://u:p@db/z", process)["options"]

    assert [name for name in WANTED if name not in found] == []


@SHOWN_DEADLINES
@pytest.mark.slow
@pytest.mark.parametrize(("process", "told"), [("web", "20s"), ("worker", "10min"), ("", "0")])
def test_the_database_itself_knows_the_deadline_of_a_process(
    tmp_path: Path, process: str, told: str
) -> None:
    url = os.environ["DATABASE_URL"]
    variables = environment(tmp_path, DATABASE_URL=url, ZIVWEB_PROCESS=process)

    shown = subprocess.check_output([sys.executable, "-c", SHOW], cwd=ROOT, env=variables)

    assert shown.decode().strip() == told


def test_options_for_sqlite_stay(tmp_path: Path) -> None:
    found = options(tmp_path, f"sqlite:///{tmp_path}/z.sqlite3", "worker")

    assert found["transaction_mode"] == "IMMEDIATE"


def test_a_proxy_that_is_no_network_stops_the_start(tmp_path: Path) -> None:
    variables = environment(tmp_path, ZIVWEB_TRUSTED_PROXIES="10.0.0.0/8, proxy.example")
    command = [sys.executable, "-c", "import zivweb.settings"]

    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True)

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("zivweb: ZIVWEB_TRUSTED_PROXIES has a bad value: 'proxy.example'")


@pytest.mark.slow
def test_the_settings_of_a_real_installation_pass_every_check(tmp_path: Path) -> None:
    real = {
        "EMAIL_URL": "smtp+tls://relay.example.org:587",
        "SMS_URL": "json://127.0.0.1:9000/sms",
        "ZIVWEB_BASE_URL": "https://mail.example.org",
        "ZIVWEB_DEMO": "0",
        "ZIVWEB_SECRET_KEY": "kJ8uS2-qVw0eXcR7mZyT4bNfHdLgPiA9oU5x3CvB1rE6tQWsZ3fG7hJ",
        "ZIVWEB_TRUSTED_PROXIES": "10.0.0.0/8",
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"]

    done = subprocess.run(
        command, cwd=ROOT, env=environment(tmp_path, **real), capture_output=True, text=True
    )

    assert (done.returncode, done.stderr) == (0, "")
