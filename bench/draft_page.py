"""The draft page of 200 recipients, 30 of them incomplete, against that of 2 (goal 2)."""

import statistics
from hashlib import sha256

from django.test import Client

from accounts.actions import create_organization
from accounts.models import User
from accounts.policy import PERSONAL
from bench.tables import say, spread, timed
from contacts.actions import save_contact
from contacts.entries import ContactEntry
from drafts import actions
from drafts.incoming import IncomingMail, IncomingRecipient
from drafts.models import Draft

ROUNDS = 10


def run() -> None:
    """Ask for the two pages in turns."""
    organization = create_organization("Bench of drafts", ["drafts.bench.example"])
    sender = User.objects.create_user("anna@drafts.bench.example", organization=organization)
    browser = Client(headers={"host": "localhost"})
    browser.force_login(sender, "allauth.account.auth_backends.AuthenticationBackend")
    small, big = _draft(sender, 2, 1), _draft(sender, 200, 30)
    times: dict[int, list[float]] = {small.pk: [], big.pk: []}
    sizes: dict[int, int] = {}
    for _ in range(ROUNDS):
        for pk, taken in times.items():
            seconds, page = timed(lambda pk=pk: browser.get(f"/drafts/{pk}/"))  # type: ignore[misc]
            taken.append(seconds)
            sizes[pk] = len(page.content)
    ratio = statistics.median(times[big.pk]) / statistics.median(times[small.pk])
    say(f"2 recipients: {spread(times[small.pk])} s, {sizes[small.pk] / 1000:.0f} kB")
    say(f"200 recipients: {spread(times[big.pk])} s, {sizes[big.pk] / 1000:.0f} kB")
    say(f"ratio {ratio:.2f} (goal at most 2)")


def _draft(sender: User, count: int, missing: int) -> Draft:
    people = [f"{sha256(bytes([n])).hexdigest()[:12]}@{count}.example" for n in range(count)]
    for number, address in enumerate(people[missing:]):
        entry = ContactEntry(
            book=PERSONAL, address=address, name="", phone=f"+3163636{number:04}",
            code=None, hint="", fixed=False,
        )  # fmt: skip
        save_contact(sender, entry)
    mail = IncomingMail(
        organization_id=sender.organization_id,
        sender_id=sender.pk,
        subject=f"To {count}",
        text="The results.",
        html=None,
        message_id=f"<{count}@bench.example>",
        recipients=tuple(IncomingRecipient(address, "", "to", None) for address in people),
    )
    held = actions.hold_mail(mail)
    actions.judge_new(held.pk)
    return held
