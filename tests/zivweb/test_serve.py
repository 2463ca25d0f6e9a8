"""One command runs everything, says how to use it, and stops cleanly."""

import json
import os
import smtplib
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from tests.zivweb.programs import processes_of, wait_for
from tests.zivweb.serving import ROOT, SERVE, Serving, environment, serving
from zivweb.broker import free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Return one that runs, for all tests that leave it running."""
    with serving(tmp_path_factory.mktemp("serve") / "data") as running:
        yield running


def refused(folder: Path, **more: str) -> str:
    """Return what it prints when it must not start; fails when it starts all the same."""
    command = subprocess.run(
        SERVE,
        cwd=ROOT,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert command.returncode == 1
    return command.stderr


@pytest.mark.parametrize("which", ["HTTP", "MONITORING"])
def test_the_web_answers_once_it_says_so(serve: Serving, which: str) -> None:
    assert serve.health(which) == 200


@contextmanager
def without_bodies(serve: Serving, path: str) -> Iterator[None]:
    """Let more clients than there are threads begin to post something here, and send no body."""
    secret = "a" * 32
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: csrf={secret}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\n"
    )
    with ExitStack() as opened:
        for _ in range(12):
            line = opened.enter_context(socket.create_connection(("127.0.0.1", serve.port("HTTP"))))
            line.sendall(head.encode())
        yield


def test_monitoring_is_answered_while_every_web_thread_waits_for_a_body(serve: Serving) -> None:
    with without_bodies(serve, "/m/x/verify/"), without_bodies(serve, "/account/login/"):
        assert serve.health("MONITORING") == 200


@pytest.mark.parametrize(
    ("taken", "other"),
    [("/m/x/verify/", "/account/login/"), ("/account/login/", "/m/x/"), ("/m/x/", "/api/v1/x")],
)
def test_the_threads_of_one_kind_are_no_other_ones(serve: Serving, taken: str, other: str) -> None:
    web = f"http://127.0.0.1:{serve.port('HTTP')}"
    with without_bodies(serve, taken):
        assert wait_for(lambda: requests.post(web + taken, timeout=60).status_code == 503, 60)
        answer = requests.get(web + other, timeout=60)

    assert answer.status_code in {200, 404}


def test_nothing_else_stands_at_the_port_of_monitoring(serve: Serving) -> None:
    url = f"http://127.0.0.1:{serve.port('MONITORING')}"
    statuses = [
        requests.get(url + path, timeout=60).status_code for path in ("/metrics", "/", "/m/x/")
    ]

    assert statuses == [200, 404, 404]


def test_the_smtp_port_greets_once_it_says_so(serve: Serving) -> None:
    assert serve.greeting() == b"220"


@pytest.mark.parametrize("email", ["anna@zorg.example", "carla@gemeente.example"])
def test_people_it_names_can_sign_in(serve: Serving, email: str) -> None:
    assert email in serve.log

    with smtplib.SMTP("127.0.0.1", serve.port("SMTP"), timeout=60) as session:
        assert session.login(email, "demo")[0] == 235


@pytest.mark.parametrize("part", ["curl", "send_example"])
def test_a_line_it_prints_sends_a_mail(serve: Serving, part: str) -> None:
    before = serve.log.count("stored")

    result = serve.run(serve.line(part))

    assert result.returncode == 0, result.stderr
    assert wait_for(lambda: serve.log.count("stored") == before + 1, 60)


def test_a_mail_comes_back_as_a_link_in_the_mailbox(serve: Serving) -> None:
    serve.run(serve.line("send_example"))

    assert wait_for(lambda: "/finish/" in serve.mailbox(), 120)


def test_only_its_owner_reads_the_data(serve: Serving) -> None:
    assert serve.folder.stat().st_mode & 0o777 == 0o700
    assert (serve.folder / "serve.json").stat().st_mode & 0o777 == 0o600


def test_commands_beside_it_find_ports_and_broker(serve: Serving) -> None:
    chosen = json.loads((serve.folder / "serve.json").read_text())

    assert chosen["http_port"] == serve.port("HTTP")
    assert chosen["smtp_port"] == serve.port("SMTP")
    assert chosen["monitoring_port"] == serve.port("MONITORING")
    assert chosen["broker"].startswith("redis://:")


def test_no_key_is_written_into_the_data_directory(serve: Serving) -> None:
    found = subprocess.run(
        ["grep", "-rlF", serve.environment["ZIVWEB_ENCRYPTION_KEYS"], serve.folder],
        capture_output=True,
    )

    assert found.stdout == b""


def test_a_second_one_keeps_out_of_the_data_directory(serve: Serving) -> None:
    line = refused(serve.folder)

    assert line.count("\n") == 1
    assert "ZIVWEB_DATA_DIR" in line


@pytest.mark.parametrize(
    ("variable", "address", "family"),
    [
        ("ZIVWEB_HTTP_PORT", "127.0.0.1", socket.AF_INET),
        ("ZIVWEB_HTTP_PORT", "::1", socket.AF_INET6),
        ("ZIVWEB_SMTP_PORT", "127.0.0.1", socket.AF_INET),
        ("ZIVWEB_MONITORING_PORT", "127.0.0.1", socket.AF_INET),
    ],
)
def test_a_taken_port_is_one_line_and_leaves_nothing(
    tmp_path: Path, variable: str, address: str, family: int
) -> None:
    with socket.create_server((address, free_port()), family=family) as other:
        port = other.getsockname()[1]
        line = refused(tmp_path / "data", **{variable: str(port)})

    assert line.count("\n") == 1
    assert f"{variable} is {port}" in line
    assert f"{variable}={port + 1} make run" in line
    assert processes_of(tmp_path / "data") == {}


def polite(serve: Serving) -> list[str]:
    """Return the commands of the processes that let all others go first."""
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    return [
        command
        for pid, command in processes_of(serve.folder).items()
        if os.getpriority(os.PRIO_PROCESS, pid) > usual
    ]


def test_long_work_alone_lets_all_others_go_first(serve: Serving) -> None:
    assert wait_for(lambda: bool(polite(serve)))

    assert ["--queues long" in command for command in polite(serve)] == [True]
