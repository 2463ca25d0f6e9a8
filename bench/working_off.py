"""Working off mails that came in: parse, draft, resolve, notice row, against a plain ORM version.

The plain version does the same row by row, in one transaction a mail, with the standard library's
parser: what a first version in Django looks like. Both seal; each mail has a sender of its own, so
both write a notice for each.
"""

import email
import email.policy
import json
import time
from collections.abc import Callable, Sequence
from email.message import EmailMessage

from django.db import connection, transaction
from django.utils import timezone

from accounts.actions import create_organization
from accounts.models import AuditEntry, User
from bench.runner import Goal, compare
from bench.tables import person
from contacts.models import Datum
from drafts import states
from drafts.fingerprint import message_id_index
from drafts.models import Draft, Recipient
from drafts.tasks import detect_missing, tell_due
from intake.actions import SealedMail, Submission, open_mail, store_mails
from intake.models import RawMail
from intake.tasks import make_drafts
from notifications.actions import queue_mail
from notifications.letters import Mail
from notifications.models import Notification
from vault.keys import keyed_digest
from vault.tokens import link_token_hash

MAILS = 100
RECIPIENTS = 3


def run() -> None:
    """Work the same mails off in turns."""
    organization = create_organization("Bench of working off", ["work.bench.example"])
    senders = [
        User.objects.create_user(f"w{number}@work.bench.example", organization=organization)
        for number in range(MAILS)
    ]
    goal = Goal("working off a held mail", "a plain ORM version", 4, "mails/s")
    compare(goal, lambda: _rate(senders, _ours), lambda: _rate(senders, _plain))


def _rate(senders: Sequence[User], work: Callable[[], None]) -> float:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE drafts_draft, notifications_notification CASCADE")
    store_mails(
        [_sealed(sender, number) for number, sender in enumerate(senders)],
        before_commit=lambda: None,
    )
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    drafts = Draft.objects.filter(state=states.WAITING).count()
    notices = Notification.objects.count()
    if (drafts, notices) != (MAILS, MAILS):
        raise AssertionError(f"{drafts} drafts, {notices} notices of {MAILS} mails")
    return MAILS / seconds


def _ours() -> None:
    """Run the tasks that the worker runs, without the moment that it waits for more mails."""
    make_drafts()
    detect_missing()
    Draft.objects.update(tell_at=timezone.now())
    tell_due()


def _plain() -> None:
    for raw_mail in RawMail.objects.filter(state="stored").order_by("id"):
        with transaction.atomic():
            _work_off(raw_mail)


def _work_off(raw_mail: RawMail) -> None:
    mail = email.message_from_bytes(open_mail(raw_mail), policy=email.policy.default)
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body is not None else ""
    draft = Draft(
        organization=raw_mail.organization,
        sender=raw_mail.sender,
        fingerprint=keyed_digest("fingerprint", f"{mail['Subject']}\n{text}"),
        message_id_index=message_id_index(str(mail["Message-ID"])),
        keep_message_days=raw_mail.organization.policy.keep_messages_days,
    )
    draft.subject = draft.seal("subject", str(mail["Subject"]).encode())
    draft.content = draft.seal("content", json.dumps({"text": text}).encode())
    draft.token_hash = link_token_hash("finish", draft.uid)
    draft.save()
    missing = [
        address
        for position, address in enumerate(raw_mail.recipients)
        if not _is_known(_recipient(draft, address, position))
    ]
    draft.state = states.WAITING if missing else states.READY
    draft.save()
    AuditEntry.objects.create(
        organization=draft.organization, verb="hold", about=str(draft), data={}
    )
    raw_mail.draft, raw_mail.state = draft, "drafted"
    raw_mail.save()
    _tell(draft, str(mail["Subject"]), missing)


def _recipient(draft: Draft, address: str, position: int) -> Recipient:
    domain = address.partition("@")[2]
    return Recipient.objects.create(
        draft=draft, address=address, domain=domain, kind="to", position=position
    )


def _is_known(recipient: Recipient) -> bool:
    """Look where a number may be known: the sender's own book, the organization's, the domain."""
    draft, address = recipient.draft, recipient.address
    every = Datum.objects.filter(contact__organization=draft.organization)
    found = (
        every.filter(contact__owner=draft.sender, contact__address=address).first()
        or every.filter(contact__owner=None, contact__address=address).first()
        or every.filter(contact__owner=None, contact__address=f"@{recipient.domain}").first()
    )
    recipient.reason = "" if found else "missing"
    recipient.save()
    return found is not None


def _tell(draft: Draft, subject: str, missing: Sequence[str]) -> None:
    people = [{"address": address, "name": "", "reason_text": "No number."} for address in missing]
    letter = Mail(
        kind="finish_sending",
        to=draft.sender.email,
        to_name=draft.sender.name,
        language=draft.sender.language,
        context={
            "organization_name": draft.organization.name,
            "sender_name": draft.sender.display_name,
            "subject": subject,
            "link": "https://mail.example/finish/x",
            "incomplete": people,
            "complete": [],
            "web_sending": True,
        },
    )
    key = f"{draft}:told"
    queue_mail(letter, organization_id=draft.organization_id, about=str(draft), key=key)


def _sealed(sender: User, number: int) -> SealedMail:
    addresses = [person(number * RECIPIENTS + step)[0] for step in range(RECIPIENTS)]
    mail = EmailMessage()
    mail["From"], mail["To"] = sender.email, ", ".join(addresses)
    mail["Subject"], mail["Message-ID"] = f"Results {number}", f"<{number}@work.bench.example>"
    mail.set_content("Dear all,\n\nthese are the results of last week.\n" * 40)
    sealed = SealedMail()
    sealed.add(mail.as_bytes().replace(b"\n", b"\r\n"))
    sealed.finish(Submission(sender.organization_id, sender.pk, tuple(addresses)))
    return sealed
