"""The files under deploy/ are understood by what reads them, and run every process there is."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from zivweb.celery import QUEUES
from zivweb.shares import THREADS

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())


@pytest.mark.slow
def test_the_compose_file_fits_its_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]

    checked = subprocess.run([*command, DEPLOY / "compose.yaml"], capture_output=True, check=False)

    assert checked.returncode == 0, checked.stdout


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_understands_every_unit(tmp_path: Path) -> None:
    units = [installed(unit, tmp_path / unit.name) for unit in UNITS]

    checked = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
    )

    assert [line for line in checked.stderr.splitlines() if "zivweb" in line] == []


def installed(unit: Path, copy: Path) -> Path:
    """Copy a unit for a machine on which the program is not installed: /bin/true stands for it."""
    copy.write_text(unit.read_text().replace("/opt/zivweb/.venv/bin/", "/bin/true "))
    return copy


def test_every_queue_has_a_unit_and_a_container() -> None:
    units = "".join(unit.read_text() for unit in UNITS)
    containers = (DEPLOY / "compose.yaml").read_text()

    assert [queue for queue in QUEUES.values() if f"-Q {queue} " not in units] == []
    assert [queue for queue in QUEUES.values() if f"-Q, {queue}," not in containers] == []


@pytest.mark.parametrize("process", ["web", "monitoring", "smtp", "worker", "beat"])
def test_every_process_has_a_unit_and_a_container(process: str) -> None:
    units = "".join(unit.read_text() for unit in UNITS)
    containers = (DEPLOY / "compose.yaml").read_text()

    assert f"ZIVWEB_PROCESS={process} " in units
    assert f"ZIVWEB_PROCESS: {process}," in containers


def test_the_web_has_the_threads_that_its_shares_need() -> None:
    assert f"--blocking-threads {THREADS} " in (DEPLOY / "systemd/zivweb-web.service").read_text()
    assert f"--blocking-threads={THREADS}\n" in (DEPLOY / "compose.yaml").read_text()


def test_nothing_that_git_ignores_goes_into_an_image() -> None:
    ignored = set((DEPLOY.parent / ".dockerignore").read_text().splitlines())

    assert {".git", ".env", "*.env", ".venv", "var"} <= ignored
