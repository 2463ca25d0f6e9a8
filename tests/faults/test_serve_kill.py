"""Whatever is killed comes back, and nothing outlives `serve`. Some 30 idle seconds."""

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import looking_at
from tests.faults.killing import Killed
from tests.faults.mails import complete_mails, handing_in, incomplete_mails
from tests.product import Product, running_product
from tests.zivweb.programs import wait_for
from tests.zivweb.serving import Serving, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc"),
]
WORKERS = [" --queues celery ", " --queues outbound ", " --queues texts ", " --queues long "]
WEB, MONITORING = "zivweb.wsgi:", "zivweb.monitoring:"
CHILDREN = [WEB, MONITORING, *WORKERS, " beat ", "smtpd", "-server", "keeper.py"]


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("serve") / "data") as running:
        yield running


def well(serve: Serving) -> bool:
    """Tell whether everything answers, and there is one of each."""
    return (
        serve.health() == 200
        and serve.greeting() == b"220"
        and [len(serve.children(part)) for part in CHILDREN] == [1] * len(CHILDREN)
    )


def test_children_that_are_killed_come_back_once(serve: Serving) -> None:
    killed = {serve.children(part)[0] for part in CHILDREN}

    _ = [os.kill(child, signal.SIGKILL) for child in killed]  # type: ignore[func-returns-value]

    assert len(killed) == len(CHILDREN)
    assert wait_for(lambda: not killed & set(serve.processes()) and well(serve))


def test_a_killed_web_worker_comes_back(serve: Serving) -> None:
    killed = max(set(serve.processes(WEB)) - set(serve.children(WEB)))

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

        assert wait_for(lambda: serve.processes() == {}), serve.processes()

    with serving(tmp_path / "data", **same) as again:
        assert well(again)
        assert stopped_by(again, signal.SIGTERM) == (0, {})


def test_what_was_taken_outlives_serve_and_all_its_processes(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    mails = complete_mails("all-out", 14) + incomplete_mails("all-in", 6)
    with running_product(tmp_path) as product:
        look = looking_at(product, request.config)
        with handing_in(product, mails[::-1], seconds=4):
            time.sleep(2)
            killed = kill_everything(product)
            product.start()

        assert look("serve itself killed", mails, killed) == []
        product.stop()
        assert processes_of(product) == []


def kill_everything(product: Product) -> Killed:
    """Kill `serve` itself, and wait until nothing of it is left."""
    killed = Killed()
    assert product.process is not None
    assert wait_for(lambda: len(processes_of(product)) >= 12)
    product.process.kill()
    product.process.wait()
    assert wait_for(lambda: not processes_of(product)), processes_of(product)
    killed.note("all", product)
    return killed


def processes_of(product: Product) -> list[int]:
    """Return every process that works on the product's data."""
    data = product.environment["ZIVWEB_DATA_DIR"]
    mark = f"ZIVWEB_DATA_DIR={data}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            variables = (folder / "environ").read_bytes().split(b"\0")
            if mark in variables or (folder / "cwd").readlink().is_relative_to(data):
                found.append(int(folder.name))
    return found


def stopped_by(serve: Serving, number: int) -> tuple[int, dict[int, str]]:
    """Return the exit code and what is left; fails when it takes 30 seconds."""
    serve.process.send_signal(number)
    code = serve.process.wait(30)
    return code, serve.processes()
