"""Whatever is killed comes back, and nothing outlives `serve`. Some 40 idle seconds."""

import json
import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.zivweb.programs import wait_for
from tests.zivweb.serving import Serving, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc"),
]
WORKERS = [" --queues celery ", " --queues outbound "]
CHILDREN = ["granian", *WORKERS, " beat ", "smtpd", "-server", "keeper.py"]


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("serve") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """Return the address of an empty PostgreSQL database."""
    server = os.environ.get("ZIVWEB_TEST_DATABASE_URL", "sqlite")
    if not server.startswith("postgres"):
        pytest.skip("needs a PostgreSQL of the tests")
    name = f"serve_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield f"{server.rpartition('/')[0]}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def well(serve: Serving) -> bool:
    """Tell whether everything answers, and there is one of each."""
    return (
        serve.health() == 200
        and serve.greeting() == b"220"
        and [len(serve.children(part)) for part in CHILDREN] == [1] * len(CHILDREN)
    )


@pytest.mark.parametrize("part", CHILDREN)
def test_a_killed_child_comes_back_once(serve: Serving, part: str) -> None:
    (killed,) = serve.children(part)

    os.kill(killed, signal.SIGKILL)

    assert wait_for(lambda: killed not in serve.processes() and well(serve))


def test_a_killed_web_worker_comes_back(serve: Serving) -> None:
    killed = max(set(serve.processes("granian")) - set(serve.children("granian")))

    os.kill(killed, signal.SIGKILL)

    assert wait_for(lambda: killed not in serve.processes() and well(serve))


def test_mail_is_handled_after_all_of_that(serve: Serving) -> None:
    serve.run(serve.line("send_example"))

    assert wait_for(lambda: "/finish/" in serve.mailbox())


def test_the_broker_keeps_its_address(serve: Serving) -> None:
    (broker,) = serve.children("-server")
    url = json.loads((serve.folder / "serve.json").read_text())["broker"]

    os.kill(broker, signal.SIGKILL)

    health = f"curl -sS localhost:{serve.port('HTTP')}/healthz"
    assert wait_for(lambda: broker not in serve.processes() and well(serve))
    assert wait_for(lambda: '"broker": "ok"' in serve.run(health).stdout)
    assert json.loads((serve.folder / "serve.json").read_text())["broker"] == url


def test_nothing_outlives_a_killed_serve_and_it_starts_again(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as serve:
        same = serve.environment
        serve.process.kill()

        assert wait_for(lambda: serve.processes() == {}, 5), serve.processes()

    with serving(tmp_path / "data", **same) as again:
        assert well(again)
        assert stopped_by(again, signal.SIGTERM) == (0, {})


def test_no_process_of_a_pool_outlives_a_killed_serve(tmp_path: Path, database: str) -> None:
    with serving(tmp_path / "data", DATABASE_URL=database) as serve:
        assert wait_for(lambda: len(serve.processes(" worker ")) == 6)

        serve.process.kill()

        assert wait_for(lambda: serve.processes() == {}, 5), serve.processes()


def test_a_pool_stops_cleanly(tmp_path: Path, database: str) -> None:
    with serving(tmp_path / "data", DATABASE_URL=database) as serve:
        assert wait_for(lambda: len(serve.processes(" worker ")) == 6)

        assert stopped_by(serve, signal.SIGINT) == (0, {})


def stopped_by(serve: Serving, number: int) -> tuple[int, dict[int, str]]:
    """Return the exit code and what is left; fails when it takes 10 seconds."""
    started = time.monotonic()
    serve.process.send_signal(number)
    code = serve.process.wait(20)
    assert time.monotonic() - started < 10
    return code, serve.processes()
