"""Clients that send a byte now and then keep nobody out, and are cut (slowloris)."""

import contextlib
import socket
from collections.abc import Iterator

import pytest

from tests.faults.fleet import Fleet
from tests.faults.mails import complete_mails, handing_in
from tests.product import wait_for

pytestmark = pytest.mark.slow

PAGES, SESSIONS = 150, 15
HEAD = b"GET /account/login/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


@contextlib.contextmanager
def slow(port: int, count: int, first: bytes) -> Iterator[list[socket.socket]]:
    """Open so many connections that begin with this."""
    with contextlib.ExitStack() as stack:
        opened = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), 30))
            for _ in range(count)
        ]
        for client in opened:
            client.sendall(first)
            client.settimeout(0)
        yield opened


def is_cut(client: socket.socket) -> bool:
    """Send one more byte; tell whether the server has hung up."""
    try:
        client.send(b"x")
        return not client.recv(1000)
    except BlockingIOError:
        return False
    except OSError:
        return True


def test_slow_clients_hold_nobody_up_and_are_cut(fleet: Fleet) -> None:
    web, smtp = fleet.of("web")[0].http, fleet.of("smtp")[0].smtp
    page = f"http://127.0.0.1:{web}/account/login/"

    with slow(web, PAGES, HEAD) as heads, slow(smtp, SESSIONS, b"EHLO s"):
        served = fleet.person().session.get(page, timeout=90).ok
        cut_meanwhile = is_cut(heads[0])
        with handing_in(fleet, complete_mails("beside-slow", 1), seconds=0):
            pass
        wait_for("their end", lambda: all(map(is_cut, heads)))

    assert (served, cut_meanwhile) == (True, False)
