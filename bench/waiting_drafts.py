"""Drafts that all wait for one address: its contact is added, each goes out exactly once.

`BENCH_DRAFTS` is how many (2,000; the story has 100,000). Side by side in one run: the time to take
a draft in against the time to judge and release one, the memory of the worker (a process of its
own) after the first batches and at the end, and how fast the page of drafts answers meanwhile and
alone.
"""

import multiprocessing
import os
import resource
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connections
from django.db.models import Count
from django.test import Client
from django.utils import timezone

from accounts.actions import create_organization
from accounts.models import User
from accounts.policy import ORGANIZATION, Policy
from bench.tables import percentile, say, timed
from contacts.actions import save_contact
from contacts.entries import ContactEntry
from delivery.models import MessageRecipient
from drafts import actions, states
from drafts.content import Content
from drafts.incoming import IncomingMail, IncomingRecipient
from drafts.models import Draft, Recipient
from drafts.tasks import tell_due
from notifications.models import Notification
from vault.tokens import link_token_hash

DRAFTS = int(os.environ.get("BENCH_DRAFTS", "2000"))
TAKEN_IN = 200  # of which so many come in as mails do; the others are stored in bulk
SENDERS = 20
LOOKS_EVERY = 0.5  # seconds between two looks at the page
ADDRESS = "balie@ziekenhuis.example"
DOMAIN = "ziekenhuis.example"
_fork = multiprocessing.get_context("fork")


def run() -> None:
    """Hold the drafts, add the contact, follow the change to its end."""
    settings.ALLOWED_HOSTS = ["*"]
    senders = _people()
    taking, _ = timed(lambda: _take_in(senders))
    for first in range(TAKEN_IN, DRAFTS, 1000):
        _store(senders, range(first, min(first + 1000, DRAFTS)))
    alone = _answers(senders[0], lambda: time.sleep(10))
    entry = ContactEntry(
        book=ORGANIZATION, address=ADDRESS, name="", phone="+31612345678", code=None, hint=""
    )
    save_contact(senders[0], entry)
    memory = _fork.SimpleQueue()
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


def _take_in(senders: list[User]) -> None:
    for number in range(TAKEN_IN):
        _hold(senders[number % SENDERS], number)


def _hold(sender: User, number: int) -> None:
    draft = actions.hold_mail(
        IncomingMail(
            organization_id=sender.organization_id,
            sender_id=sender.pk,
            subject=f"Mail {number}",
            text=f"This is mail {number}.",
            html=None,
            recipients=(IncomingRecipient(ADDRESS, "", "to", None),),
            message_id=f"<{number}@drafts.example>",
        )
    )
    actions.judge_new(draft.pk)


def _store(senders: list[User], numbers: range) -> None:
    """Store drafts as they wait after they were judged, and told of."""
    model = Draft.objects.latest("pk")
    drafts = [_copy(model, senders[number % SENDERS], number) for number in numbers]
    Draft.objects.bulk_create(drafts)
    Recipient.objects.bulk_create(
        Recipient(draft=draft, address=ADDRESS, domain=DOMAIN, kind="to", position=0)
        for draft in drafts
    )


def _copy(model: Draft, sender: User, number: int) -> Draft:
    draft = Draft(
        organization=sender.organization,
        sender=sender,
        state=states.WAITING,
        fingerprint=f"{number:064}",
        keep_message_days=model.keep_message_days,
        expires_at=model.expires_at,
        remind_at=model.remind_at,
    )
    draft.subject = draft.seal("subject", f"Mail {number}".encode())
    draft.content = draft.seal("content", Content(f"This is mail {number}.", None).to_bytes())
    draft.token_hash = link_token_hash("finish", draft.uid)
    return draft


def _follow(report: Callable[[tuple[float, float, float, float]], None]) -> None:
    """What the worker does; reports memory in MB early and late, its seconds, and those of CPU."""
    started, worked, early = time.perf_counter(), time.process_time(), 0.0
    while actions.judge_changes():
        early = early or _memory()
    seconds, work = time.perf_counter() - started, time.process_time() - worked
    report((early, _memory(), seconds, work))


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
