"""The fleet that is killed is the product: it runs whatever `manage.py serve` runs."""

from pathlib import Path

import pytest

from tests.faults.fleet import ROLES, Member
from zivweb.celery import QUEUES
from zivweb.management.commands.serve import our_programs

COMMANDS = {"web": "zivweb.wsgi:application", "monitoring": "zivweb.monitoring:application"}


def test_every_role_of_serve_is_in_the_fleet(tmp_path: Path) -> None:
    programs = our_programs(tmp_path, "memory://")

    assert {program.name.split("-")[0] for program in programs} == {*ROLES, "beat"}


@pytest.mark.parametrize("role", [*ROLES, "beat"])
def test_a_role_runs_the_same_in_both(tmp_path: Path, role: str) -> None:
    programs = {program.name.split("-")[0]: program for program in our_programs(tmp_path, "")}
    member = Member(role, "one", {"ZIVWEB_DATA_DIR": str(tmp_path)}, tmp_path / "log")

    theirs, ours = programs[role], member.command()
    what = {QUEUES.get(role, ""), COMMANDS.get(role, "")} - {""}

    assert member.environment["ZIVWEB_PROCESS"] == theirs.environment["ZIVWEB_PROCESS"]
    assert what <= {*theirs.command} & {*ours}
    assert ("solo" in ours) == ("solo" in theirs.command)
