"""Drafts that all wait for one address: its contact is added, each goes out exactly once.

`BENCH_DRAFTS` is how many (2,000; the story has 100,000). Side by side in one run: the time to take
a draft in against the time to judge and release one, the memory of the worker (a process of its
own) after the first batches and at the end, and how fast the page of drafts answers meanwhile and
alone. A further process sends the mails to a relay that counts the copies.
"""

import multiprocessing
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections
from django.db.models import Count
from django.test import Client
from django.utils import timezone

from accounts.actions import create_organization
from accounts.models import User
from accounts.policy import ORGANIZATION, Policy
from bench.held import ADDRESS, compare, store, take_in
from bench.sink import Sink
from bench.tables import percentile, say, timed
from contacts.access import pending_changes
from contacts.actions import save_contact
from contacts.entries import ContactEntry
from delivery.models import MessageRecipient
from drafts import actions, states
from drafts.models import Draft
from drafts.tasks import tell_due
from notifications import actions as outbox
from notifications.models import Notification

DRAFTS = int(os.environ.get("BENCH_DRAFTS", "2000"))
TAKEN_IN = 200  # of which so many come in as mails do; the others are stored in bulk
SENDERS = 20
LOOKS_EVERY = 0.5  # seconds between two looks at the page
_fork = multiprocessing.get_context("fork")


def run() -> None:
    """Hold the drafts, add the contact, follow the change to its end."""
    settings.ALLOWED_HOSTS = ["*"]
    senders = _people()
    with Sink().running() as sink:
        settings.MAIL_RELAY = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": sink.port}
        _measure(senders)
        _tell_what_the_relay_got(sink)


def _measure(senders: list[User]) -> None:
    taking, _ = timed(lambda: take_in(senders, TAKEN_IN))
    for first in range(TAKEN_IN, DRAFTS, 1000):
        store(senders, range(first, min(first + 1000, DRAFTS)))
    compare(senders[0], TAKEN_IN // SENDERS)
    while pending_changes().exists():  # of other benchmarks, before
        actions.judge_changes()
    alone = _answers(senders[0], lambda: time.sleep(10))
    entry = ContactEntry(
        book=ORGANIZATION, address=ADDRESS, name="", phone="+31612345678", code=None, hint=""
    )
    save_contact(senders[0], entry)
    memory = _fork.SimpleQueue()
    with _outbound():
        meanwhile = _answers(senders[0], lambda: _follow(memory.put))
    start, end, seconds, work = memory.get()
    _tell_what_came_of_it()
    say(f"judged and released {DRAFTS / seconds:,.0f} a second")
    say(f"{work / DRAFTS * 1000:.1f} ms of the worker's own CPU each")
    say(f"time of one, ratio to taking one in {seconds / DRAFTS / (taking / TAKEN_IN):.2f}")
    say(f"memory of the worker {start:.0f} MB after the first batches, {end:.0f} MB at the end")
    say(f"page p95 {alone:.0f} ms alone, {meanwhile:.0f} ms meanwhile")


def _people() -> list[User]:
    organization = create_organization(
        "Bench drafts", ["drafts.example"], policy=Policy(send_when_complete=True)
    )
    return [
        User.objects.create_user(f"p{n}@drafts.example", "x", organization=organization)
        for n in range(SENDERS)
    ]


def _follow(report: Callable[[tuple[float, float, float, float]], None]) -> None:
    """What the worker does; reports memory in MB early and late, its seconds, and those of CPU."""
    started, worked, early = time.perf_counter(), time.process_time(), 0.0
    while actions.judge_changes():
        early = early or _memory()
    seconds, work = time.perf_counter() - started, time.process_time() - worked
    report((early, _memory(), seconds, work))


@contextmanager
def _outbound() -> Iterator[None]:
    """Send mails meanwhile in a process of its own, and afterwards until none is due."""
    released = _fork.Event()
    connections.close_all()
    sender = _fork.Process(target=lambda: _send_until(released.is_set))
    sender.start()
    yield
    released.set()
    sender.join()


def _send_until(over: Callable[[], bool]) -> None:
    while True:
        last = over()
        while outbox.send_due():
            pass
        if last:
            return
        time.sleep(0.2)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _tell_what_came_of_it() -> None:
    sent = Draft.objects.filter(state=states.SENT).count()
    links = MessageRecipient.objects.filter(address=ADDRESS)
    mails = Notification.objects.filter(kind="message_ready").count()
    twice = links.values("message").annotate(times=Count("pk")).filter(times__gt=1).count()
    Draft.objects.exclude(tell_at=None).update(tell_at=timezone.now())
    tell_due()
    told = Notification.objects.filter(kind__startswith="sent_").count()
    say(f"{DRAFTS} drafts waited, {sent} were sent, {links.count()} links, {mails} mails with one")
    say(f"{twice} messages with the address twice; {SENDERS} senders got {told} mails about it")


def _tell_what_the_relay_got(sink: Sink) -> None:
    copies = [count for (to, _), count in sink.taken().items() if to == ADDRESS.encode()]
    say(
        f"the relay got {len(copies)} mails to {ADDRESS}, {sum(copies) - len(copies)} of them again"
    )


def _answers(person: User, work: Callable[[], None]) -> float:
    """Look at the page of drafts again and again while a worker does this; return p95 in ms."""
    browser, times = Client(), list[float]()
    browser.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
    connections.close_all()
    worker = _fork.Process(target=work)
    worker.start()
    while worker.is_alive():
        seconds, _ = timed(lambda: browser.get("/"))
        times.append(seconds * 1000)
        time.sleep(LOOKS_EVERY)
    worker.join()
    return percentile(times, 0.95)
