"""What a user does with a new machine, run on it as its first process: `journey.py WHAT USER`.

Whatever is left running is seen here: a process without a parent becomes a child of the first.
"""

import fcntl
import os
import pwd
import re
import shlex
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.product import Person, wait_for

ROOT = Path(__file__).parents[2]
BASE = "http://localhost:8000"
STRANGERS_BROKER = ("127.0.0.1", 6379)
LOG = Path("/tmp/make.log")  # noqa: S108  of a machine that nobody else is on
SET_FLAGS, UP = 0x8914, struct.pack("16sh", b"lo", 1)  # netdevice(7)
TESTS = (
    "tests/test_servers.py tests/zivweb/test_broker.py tests/zivweb/test_preparation.py"
    " tests/contacts/test_importer.py tests/browser/test_ways.py"
)
PORTS = {
    "ZIVWEB_HTTP_PORT": [("127.0.0.1", 8000), ("::1", 8000), ("::", 8000)],
    "ZIVWEB_SMTP_PORT": [("127.0.0.1", 2525), ("0.0.0.0", 2525)],  # noqa: S104
    "ZIVWEB_MONITORING_PORT": [("127.0.0.1", 9108)],
}


def main(what: str, user: str) -> None:
    """Do it; what comes out otherwise is an AssertionError."""
    Path("/etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, UP)
    {"run": run_and_finish, "ports": find_ports_taken, "tests": run_tests}[what](user)
    assert others() == [], f"left running: {others()}"


def run_and_finish(user: str) -> None:
    """Start it, send the example, finish it, and stop it, beside a broker of somebody else."""
    with socket.create_server(STRANGERS_BROKER) as stranger:
        with running(user):
            send_example_and_finish(user)
        assert not said("is not used as the broker"), LOG.read_text()
        stranger.settimeout(0)
        assert asked(stranger) == [], "the broker of somebody else was asked something"
    sys.stdout.write(LOG.read_text())


@contextmanager
def running(user: str) -> Iterator[None]:
    """Run `make run` until it says so, and end it as Ctrl-C does."""
    process = make(user, "run")
    wait_for("zivweb runs.", lambda: said("zivweb runs.") or process.poll() is not None)
    assert process.poll() is None, LOG.read_text()
    yield
    os.killpg(process.pid, signal.SIGINT)
    process.wait(60)
    assert said("zivweb: stopped. Start again with: make run"), LOG.read_text()
    assert others() == [], f"left running: {others()}"


def send_example_and_finish(user: str) -> None:
    """Do what the banner and the README say, up to the mail to the recipient."""
    line = next(line for line in LOG.read_text().splitlines() if "send_example" in line)
    sent = subprocess.run(["sh", "-c", line], cwd=ROOT, check=False, **rights(user))
    assert sent.returncode == 0, line
    notice = wait_for("the notification", lambda: mails_to("anna@zorg.example"))[0]
    link = re.search(r"http\S+/finish/\S+", notice["text"])
    assert link, notice["text"]
    anna = Person(BASE).sign_in("anna@zorg.example", link.group())
    form = re.search(r'action="(/drafts/\d+/send/)"', anna.page)
    assert form, anna.page
    typed = dict.fromkeys(re.findall(r'name="(r\d+-phone)"', anna.page), "06 12345678")
    anna.post(form.group(1), **typed)
    wait_for("the mail to the recipient", lambda: mails_to("lotte@example.nl"))


def mails_to(address: str) -> list[dict[str, Any]]:
    """Return what the demo mailbox holds for an address."""
    mails = requests.get(f"{BASE}/demo/mailbox.json", timeout=30).json()
    return [mail for mail in mails if address in str(mail["to"]) and mail["channel"] == "mail"]


def find_ports_taken(user: str) -> None:
    """Start it where another program has a port already: one line says what to do."""
    for variable, listeners in PORTS.items():
        for address, port in listeners:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            with ExitStack() as stack:
                stack.enter_context(socket.create_server((address, port), family=family))
                process = make(user, "run")
                code = process.wait(120)
            lines = [line for line in LOG.read_text().splitlines() if line.startswith("zivweb: ")]
            assert code != 0, f"{address} {port}: started"
            assert len(lines) == 1, lines
            assert f"{variable} is {port}" in lines[0], lines
            assert f"{variable}={port + 1} make run" in lines[0], lines
            assert others() == [], f"left running: {others()}"
            sys.stdout.write(f"{lines[0]}\n")


def run_tests(user: str) -> None:
    """Run a part of `make test` that has something of everything."""
    code = make(user, "test", f"T={TESTS}").wait(600)
    sys.stdout.write(LOG.read_text())
    assert code == 0, f"make test ended with {code}"


def make(user: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start make as this user, in a session of its own."""
    with LOG.open("wb") as output:
        return subprocess.Popen(
            ["make", *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            umask=0o077,
            **rights(user),
        )


def rights(user: str) -> dict[str, Any]:
    """Return the arguments that give a child the rights and the home of this user."""
    entry = pwd.getpwnam(user)
    environment = os.environ | {"HOME": entry.pw_dir, "USER": user, "LOGNAME": user}
    account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return {**account, "env": environment}


def said(text: str) -> bool:
    """Tell whether make has printed this."""
    return text in LOG.read_text()


def asked(server: socket.socket) -> list[str]:
    """Return from where somebody has connected."""
    try:
        return [str(server.accept()[1])]
    except BlockingIOError:
        return []


def others() -> list[str]:
    """Return what runs here beside this process; what has ended and waits for nobody does not."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            command = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if process.name != str(os.getpid()) and state not in "ZX":
            found.append(shlex.join(word.decode() for word in command if word))
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
