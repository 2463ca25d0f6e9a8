"""Drafts that all wait for one address: its contact is added, each goes out exactly once.

`BENCH_DRAFTS` is how many (2,000; the story has 100,000). Side by side in one run: the time to take
a draft in against the time to judge and release it, the memory of the worker after the first tenth
and at the end, and how fast the page of drafts answers meanwhile and alone.
"""

import os
import resource
import statistics
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.actions import create_organization
from accounts.models import User
from accounts.policy import ORGANIZATION, Policy
from bench.tables import say, timed
from contacts.actions import save_contact
from contacts.entries import ContactEntry
from delivery.models import MessageRecipient
from drafts import actions, states
from drafts.incoming import IncomingMail, IncomingRecipient
from drafts.models import Draft

DRAFTS = int(os.environ.get("BENCH_DRAFTS", "2000"))
SENDERS = 20
ADDRESS = "balie@ziekenhuis.example"


def run() -> None:
    """Hold the drafts, add the contact, follow the change to its end."""
    settings.ALLOWED_HOSTS = ["*"]
    senders = _people()
    taking, _ = timed(lambda: [_hold(senders[n % SENDERS], n) for n in range(DRAFTS)])
    alone = _answers(senders[0], lambda: time.sleep(3))
    entry = ContactEntry(
        book=ORGANIZATION, address=ADDRESS, name="", phone="+31612345678", code=None, hint=""
    )
    save_contact(senders[0], entry)
    memory: list[float] = []
    meanwhile = _answers(senders[0], lambda: _follow(memory))
    sent = Draft.objects.filter(state=states.SENT).count()
    messages = MessageRecipient.objects.filter(address=ADDRESS).count()
    say(f"{DRAFTS} drafts waited, {sent} were sent, {messages} messages to the address")
    say(f"judged and released {DRAFTS / meanwhile[1]:,.0f} a second")
    say(f"ratio to taking a draft in {meanwhile[1] / taking:.2f}")
    say(f"memory {memory[0]:.0f} MB after the first batches, {memory[-1]:.0f} MB at the end")
    say(f"page p95 {alone[0]:.0f} ms alone, {meanwhile[0]:.0f} ms meanwhile (one process)")


def _people() -> list[User]:
    organization = create_organization(
        "Bench drafts", ["drafts.example"], policy=Policy(send_when_complete=True)
    )
    return [
        User.objects.create_user(f"p{n}@drafts.example", "x", organization=organization)
        for n in range(SENDERS)
    ]


def _hold(sender: User, number: int) -> Draft:
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
    return draft


def _follow(memory: list[float]) -> None:
    while actions.judge_changes():
        memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _answers(person: User, work: Callable[[], None]) -> tuple[float, float]:
    """Look at the page of drafts again and again while this is done; return p95 ms, seconds."""
    browser, times, over = Client(), list[float](), threading.Event()
    browser.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")

    def look() -> None:
        while not over.is_set():
            seconds, _ = timed(lambda: browser.get("/"))
            times.append(seconds * 1000)
            time.sleep(0.05)
        connection.close()

    looker = threading.Thread(target=look)
    looker.start()
    seconds, _ = timed(work)
    over.set()
    looker.join()
    return statistics.quantiles(times, n=20)[-1], seconds
