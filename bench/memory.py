"""Memory of each process after 10,000 mails (goal: a tenth more), and with 4 x 25 MB at once.

The mails go all the way: in, judged, released, and their notices out to a relay. A process grows
while it does everything for the first time, so it is compared with itself after the first mails.
`BENCH_MEMORY_MAILS` is how many.
"""

import os
import smtplib
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from email.message import EmailMessage
from pathlib import Path

from accounts.actions import create_organization
from accounts.models import Organization, User
from accounts.policy import ORGANIZATION
from bench import postfix
from bench.product import smtp_processes, worker
from bench.runner import Goal, note, say, skip
from bench.sink import Sink
from contacts.actions import save_contact
from contacts.entries import ContactEntry
from flow.sweeps import wake_now
from notifications import states
from notifications.models import Notification

MAILS, FIRST = int(os.environ.get("BENCH_MEMORY_MAILS", "10000")), 1000
SENDERS, CLIENTS = 50, 8
KIND = "message_ready"
LARGE, AT_ONCE, MOST = 25_000_000, 4, 400.0
SWEEPS = (
    "intake.tasks.make_drafts",
    "drafts.tasks.detect_missing",
    "drafts.tasks.release_due",
    "notifications.tasks.send_due",
)
PATIENCE = 600.0
TEXT = "Dear Jan,\n\nthese are the results of last week.\n" * 200


def run() -> None:
    """Measure both."""
    senders = _senders()
    with Sink().running() as relay:
        _many(senders, relay.port)
    try:
        _large(senders[0])
    except postfix.Missing as missing:
        skip("memory of an SMTP process with large mails", str(missing))


def _large(sender: User) -> None:
    with smtp_processes(ZIVWEB_SMTP_PROCESSES="1") as (port, [process]):
        idle = _status(process, "VmRSS")
        postfix.send(port, 2 * AT_ONCE, LARGE, AT_ONCE, sender.email, "jan@elsewhere.example")
        peak = _status(process, "VmHWM")
    say(f"an SMTP process: {idle:.0f} MB idle, {peak:.0f} MB at most")
    job = f"memory of an SMTP process, {AT_ONCE} x 25 MB at once"
    note(Goal(job, "400 MB", 1, "MB", at_most=True), [peak], [MOST])


def _many(senders: list[User], relay: int) -> None:
    with ExitStack() as stack:
        port, smtp = stack.enter_context(smtp_processes())
        mail = {"EMAIL_URL": f"smtp://127.0.0.1:{relay}"}
        workers = {q: stack.enter_context(worker(q, **mail)) for q in ("celery", "outbound")}
        _send(port, senders, range(FIRST))
        every = {f"SMTP {n}": pid for n, pid in enumerate(smtp, start=1)} | {
            f"worker {queue}, process {n}": pid
            for queue, parent in workers.items()
            for n, pid in enumerate(_family(parent), start=1)
        }
        before = {name: _status(pid, "VmRSS") for name, pid in every.items()}
        _send(port, senders, range(FIRST, MAILS))
        for name, pid in every.items():
            job = f"memory after {MAILS:,} mails: {name}"
            goal = Goal(job, f"after {FIRST:,}", 1.1, "MB", at_most=True)
            note(goal, [_status(pid, "VmRSS")], [before[name]])


def _send(port: int, senders: list[User], numbers: range) -> None:
    """Hand mails in over several connections, and wait until the relay has the notices of all."""

    def hand_in(first: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            for number in numbers[first::CLIENTS]:
                client.send_message(_mail(senders[number % SENDERS], number))

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(hand_in, range(CLIENTS)))
    ends = time.monotonic() + PATIENCE
    while (sent := _sent()) < numbers[-1] + 1:
        assert time.monotonic() < ends, f"{sent} of {numbers[-1] + 1} notices sent"
        for task in SWEEPS:
            wake_now(task)
        time.sleep(1)


def _sent() -> int:
    return Notification.objects.filter(
        organization__name="Bench of memory", kind=KIND, state=states.SENT
    ).count()


def _mail(sender: User, number: int) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = sender.email, f"jan{number}@known.example"
    mail["Subject"], mail["Message-ID"] = f"Results {number}", f"<{number}@memory.bench.example>"
    mail.set_content(f"{TEXT}{number}")
    return mail


def _senders() -> list[User]:
    Organization.objects.update(trusted_networks=[])  # those of other benchmarks
    organization = create_organization("Bench of memory", ["memory.bench.example"])
    organization.trusted_networks = ["127.0.0.1/32"]
    organization.save()
    admin = User.objects.create_user(
        "admin@memory.bench.example", organization=organization, role=User.Role.ADMIN
    )
    entry = ContactEntry(
        book=ORGANIZATION,
        address="@known.example",
        name="",
        phone="",
        code="kwikstaart-71",
        hint="",
    )
    save_contact(admin, entry)
    return [
        User.objects.create_user(f"s{number}@memory.bench.example", organization=organization)
        for number in range(SENDERS)
    ]


def _family(parent: int) -> list[int]:
    """Return a process and its children (Linux)."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *map(int, children)]


def _status(process: int, name: str) -> float:
    """Return a figure of a process in MB (Linux)."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    found = next(line for line in lines if line.startswith(f"{name}:"))
    return int(found.split()[1]) / 1024
