"""Debian's Postfix with a folder of its own: what is handed in waits in its hold queue, synced.

It never runs as a service of the system, and nothing that it takes ever leaves.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.plugins import processes
from zivweb.broker import free_port

SOURCE, SINK = "smtp-source", "smtp-sink"
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = yardstick.example
mydestination =
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_data_restrictions = check_client_access static:HOLD
in_flow_delay = 0
alias_maps =
local_recipient_maps =
"""
MASTER = """\
{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


class Missing(Exception):
    """The tool is not there; the text says which, and how to get it."""


def tool(name: str) -> str:
    """Return the path of a tool of Debian's package. Raises Missing."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise Missing(f"{name} is not installed (make bench-tools)")
    return found


@contextmanager
def hold_queue() -> Iterator[tuple[int, Path]]:
    """Run Postfix on a free port; give the port and the folder of the hold queue.

    Raises Missing.
    """
    program = tool("postfix")
    if os.geteuid() != 0:
        raise Missing("Postfix starts as root only")
    folder = Path(tempfile.mkdtemp(prefix="bench-postfix-"))
    folder.chmod(0o755)
    port = free_port()
    _write(folder, port)
    process = processes.start(
        [program, "-c", str(folder), "start-fg"], folder / "out", user={}, stop=signal.SIGTERM
    )
    try:
        processes.wait_until(lambda: processes.answers(port), process, folder / "out")
        yield port, folder / "queue" / "hold"
    finally:
        # Its master has a session of its own, and outlives the script that started it.
        master = (folder / "queue" / "pid" / "master.pid").read_text()
        os.kill(int(master), signal.SIGTERM)
        processes.end(process, signal.SIGTERM, [folder])


def empty(hold: Path) -> None:
    """Remove the held mails."""
    for file in hold.iterdir():
        file.unlink()


def send(port: int, count: int, size: int, sessions: int, sender: str, to: str) -> None:
    """Hand in mails with `smtp-source`, over connections that stay open."""
    command = [tool(SOURCE), "-d", "-s", str(sessions), "-m", str(count), "-l", str(size)]
    command += ["-f", sender, "-t", to, f"127.0.0.1:{port}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=600)  # noqa: S603


def _write(folder: Path, port: int) -> None:
    (folder / "main.cf").write_text(MAIN.format(folder=folder))
    (folder / "master.cf").write_text(MASTER.format(port=port))
    (folder / "queue").mkdir()
    (folder / "data").mkdir()
    shutil.chown(folder / "data", "postfix")
