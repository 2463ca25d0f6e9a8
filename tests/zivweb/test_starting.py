"""No program runs with the accounts of a demo outside of it, and no demo where others reach it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.zivweb.serving import ROOT, environment
from zivweb.broker import free_port
from zivweb.environment import is_local

REAL = {"ZIVWEB_DEMO": "0", "EMAIL_URL": "smtp://127.0.0.1:9", "SMS_URL": "json://127.0.0.1:9/"}
MAKE = (
    "from django.core.management import call_command; call_command('migrate', verbosity=0);"
    "from zivweb import demo; demo.load()"
)
PROGRAMS = {
    "serve": ["manage.py", "serve"],
    "smtp": ["manage.py", "smtpd"],
    "worker": ["-m", "celery", "-A", "zivweb", "worker", "--pool", "solo"],
    "beat": ["-m", "celery", "-A", "zivweb", "beat"],
    "web": ["-m", "granian", "--interface", "wsgi", "zivweb.wsgi:application", "--port", "{port}"],
}


def run(folder: Path, *arguments: str, **more: str) -> tuple[int, str]:
    """Run a program; return how it ended, and what it wrote."""
    done = subprocess.run(
        [sys.executable, *(part.format(port=free_port()) for part in arguments)],
        cwd=ROOT, env=environment(folder, CELERY_BROKER_URL="memory://", **more),
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def was_a_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the people of the demo."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    folder.mkdir()
    assert run(folder, "manage.py", "shell", "-v0", "-c", MAKE)[0] == 0
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_starts_with_the_people_of_a_demo(was_a_demo: Path, name: str) -> None:
    code, said = run(was_a_demo, *PROGRAMS[name], **REAL)
    assert (code, "run manage.py disable_demo_accounts" in said) == (1, True)


@pytest.mark.parametrize(("variable", "value"), [
    ("ZIVWEB_BIND", "0.0.0.0"),  # noqa: S104
    ("ZIVWEB_BIND", "192.0.2.1"),
    ("ZIVWEB_BIND", "::"),
    ("ZIVWEB_BASE_URL", "https://mail.example.org"),
])  # fmt: skip
def test_no_demo_starts_where_others_reach_it(tmp_path: Path, variable: str, value: str) -> None:
    code, said = run(tmp_path, "-c", "import zivweb.settings", **{variable: value})
    assert (code, said.startswith(f"zivweb: {variable} is "), said.count("\n")) == (1, True, 1)


@pytest.mark.parametrize(("bind", "local"), [
    ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
    ("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("mail.example.org", False),  # noqa: S104
])  # fmt: skip
def test_what_only_this_machine_reaches(bind: str, local: bool) -> None:
    assert is_local(bind) is local
