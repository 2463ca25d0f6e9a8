"""Who waits for a relay holds up nothing else, and no sweep waits behind another."""

from pathlib import Path

import pytest

from zivweb.celery import BEAT, app
from zivweb.management.commands.serve import our_programs


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("notifications.tasks.send_due", "outbound"),
        ("notifications.tasks.send_texts", "texts"),
        ("contacts.tasks.work_imports", "long"),
        ("drafts.tasks.tell_due", "outbound"),
        ("intake.tasks.make_drafts", "celery"),
    ],
)
def test_what_goes_out_and_what_takes_long_has_a_queue_of_its_own(task: str, queue: str) -> None:
    assert app.amqp.router.route({}, task)["queue"].name == queue


@pytest.mark.parametrize(
    ("name", "queue"),
    [("worker", "celery"), ("outbound", "outbound"), ("texts", "texts"), ("long", "long")],
)
def test_every_queue_has_a_process_of_its_own(tmp_path: Path, name: str, queue: str) -> None:
    programs = {program.name: program for program in our_programs(tmp_path, "memory://")}

    command = programs[name].command

    assert command[command.index("--queues") + 1] == queue
    assert programs[name].environment["ZIVWEB_PROCESS"] == "worker"


@pytest.mark.parametrize("name", BEAT)
def test_a_sweep_ends_when_the_next_one_comes_but_not_before_its_turn(name: str) -> None:
    entry = app.conf.beat_schedule[name]

    assert entry["options"]["expires"] == max(entry["schedule"], 30)


@pytest.mark.parametrize("name", BEAT)
def test_every_sweep_is_a_task_that_exists(name: str) -> None:
    app.loader.import_default_modules()

    assert name in app.tasks
