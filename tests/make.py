"""Builders: plain typed functions that store one thing each, with sensible defaults."""

import time
from datetime import datetime
from itertools import count
from typing import Any

from django.test import Client

from accounts.actions import ProviderSettings, create_organization, set_identity_provider
from accounts.models import IdentityProvider, Organization, User
from accounts.policy import ORGANIZATION, PERSONAL, Policy
from contacts.actions import save_contact
from contacts.entries import ContactEntry
from contacts.models import Contact, Datum
from drafts import actions
from drafts.incoming import (
    Choice,
    IncomingAttachment,
    IncomingMail,
    IncomingRecipient,
    LineProblem,
)
from drafts.models import Draft
from drafts.preparing import prepared
from intake.actions import SealedMail, Submission
from intake.models import RawMail
from intake.smtpd.data import PIECE_BYTES

PASSWORD = "a password of the tests"
NUMBER, OTHER_NUMBER = "+31636363636", "+31612345678"
_number = count(1)


def organization(
    *, policy: Policy | None = None, domain: str = "", language: str = "en"
) -> Organization:
    """Store an organization with one domain."""
    name = domain or f"org{next(_number)}.example"
    return create_organization(f"Organization {name}", [name], policy=policy, language=language)


def user(
    place: Organization | None = None, *, role: str = User.Role.SENDER, language: str = "en"
) -> User:
    """Store a person, of an organization of their own when none is given."""
    place = place or organization()
    domain = place.domains.get().name
    email = f"{role}{next(_number)}@{domain}"
    return User.objects.create_user(
        email, PASSWORD, organization=place, role=role, language=language, name=f"Name of {role}"
    )


def identity_provider(admin: User, server_url: str) -> IdentityProvider:
    """Have the people of the admin's domain sign in at this server."""
    domain = admin.organization.domains.get()
    wanted = ProviderSettings("Own sign-in", server_url, "client", "secret", only=False)
    set_identity_provider(domain, wanted, admin)
    return IdentityProvider.objects.get(domain=domain)


def signed_in(person: User, *, minutes_ago: int = 0) -> Client:
    """Return the browser of somebody who signed in so long ago."""
    browser = Client()
    browser.force_login(person)
    session = browser.session
    proof = {"method": "password", "at": time.time() - 60 * minutes_ago}
    session["account_authentication_methods"] = [proof]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return browser


def contact(
    owner: User,
    address: str = "jan@example.nl",
    *,
    phone: str = "",
    code: str | None = None,
    book: str = PERSONAL,
    **more: Any,
) -> Contact:
    """Store a contact in the owner's book, or in the book of the owner's organization."""
    entry = ContactEntry(book=book, address=address, phone=phone, code=code, **more)
    return save_contact(owner, entry)


def shared_contact(
    admin: User, address: str, *, phone: str = "", code: str | None = None
) -> Contact:
    """Store a contact in the organization's book."""
    return contact(admin, address, phone=phone, code=code, book=ORGANIZATION)


def proven(datum: Datum, at: datetime) -> Datum:
    """Mark a datum as proven at this time."""
    datum.confirmed_at = at
    datum.save(update_fields=["confirmed_at"])
    return datum


def recipient(
    address: str = "jan@example.nl",
    *,
    kind: str = "to",
    name: str = "",
    header: Choice | None = None,
) -> IncomingRecipient:
    """Return a recipient of an incoming mail."""
    return IncomingRecipient(address, name, kind, header)


def mail(
    sender: User,
    *recipients: IncomingRecipient | str,
    subject: str = "Test results",
    **more: object,
) -> IncomingMail:
    """Return an incoming mail, prepared; a recipient may be given by the address alone."""
    people = tuple(
        recipient(person) if isinstance(person, str) else person for person in recipients
    )
    values: dict[str, object] = {
        "text": "Dear Jan, your results are in.",
        "html": None,
        "message_id": f"<{next(_number)}@client.example>",
    } | more
    mail = IncomingMail(
        organization_id=sender.organization_id,
        sender_id=sender.pk,
        subject=subject,
        recipients=people or (recipient(),),
        **values,  # type: ignore[arg-type]
    )
    return prepared(mail)


def draft(sender: User, *recipients: IncomingRecipient | str, **more: object) -> Draft:
    """Store a draft, judge it, and tell its sender, as the worker does."""
    held = actions.hold_mail(mail(sender, *recipients, **more))  # type: ignore[arg-type]
    actions.judge_new(held.pk)
    actions.tell_sender(sender.pk, at_once=True)
    return Draft.objects.get(pk=held.pk)


def sealed_mail(sender: User, raw: bytes, *people: str) -> SealedMail:
    """Seal a mail as the SMTP server does, ready to be stored."""
    mail = SealedMail()
    for at in range(0, len(raw), PIECE_BYTES):
        mail.add(raw[at : at + PIECE_BYTES])
    mail.finish(Submission(sender.organization_id, sender.pk, people or ("jan@example.nl",)))
    return mail


def raw_mail(sender: User, raw: bytes, *people: str, **more: object) -> RawMail:
    """Store a mail as it came in."""
    row = sealed_mail(sender, raw, *people).row
    for name, value in more.items():
        setattr(row, name, value)
    row.save()
    return row


def attachment(
    content: bytes = b"%PDF-1.4 results", name: str = "results.pdf"
) -> IncomingAttachment:
    """Return a file of an incoming mail."""
    return IncomingAttachment(name, "application/pdf", content)


def problem(reason: str = "unknown_key") -> LineProblem:
    """Return a line of a header block that cannot be obeyed."""
    return LineProblem("zivver-colour: blue", reason)
