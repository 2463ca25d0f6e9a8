"""What a system says against a person: parked, told to the admins once, and decided by them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import Role, User
from accounts.policy import ACCESS_CODE, SMS
from addresses.mail import mask_address
from contacts.actions.writing import Origin, end_datum, finish, lock
from contacts.models import Conflict, Contact, Datum, FieldLock, ImportRun
from contacts.states import KEPT, OPEN, TAKEN
from notifications.actions import queue_mail
from notifications.letters import Mail

AGAIN = 2  # times after which the admins are told


@dataclass(frozen=True, slots=True)
class Said:
    """A value that a system says a contact has."""

    contact_id: int
    method: str
    phone: str = ""
    code_sealed: bytes = b""
    digest: str = ""


def park(run: ImportRun, rows: Iterable[Sequence[object]]) -> None:
    """Park what the judged rows say; count it where it was said before, and tell when again."""
    for said in _said(rows):
        conflict = _park(run, said)
        if conflict.times >= AGAIN and conflict.alerted_at is None:
            _tell_editors(conflict)


@transaction.atomic
def keep_ours(actor: User, conflict: Conflict) -> None:
    """Keep what the contact has, and listen to that system no longer about it."""
    row = Conflict.objects.select_for_update().get(pk=conflict.pk)
    if row.state != OPEN:
        return
    FieldLock.objects.get_or_create(
        contact_id=row.contact_id,
        method=row.method,
        source=row.source,
        defaults={"actor": actor},
    )
    _decide(row, KEPT, actor)


@transaction.atomic
def take_theirs(actor: User, conflict: Conflict) -> None:
    """Take what the system says; what the contact had stays in its history."""
    contact = lock(conflict.contact_id)
    row = Conflict.objects.select_for_update().get(pk=conflict.pk)
    if row.state != OPEN:
        return
    by = Origin(row.source, actor, row.run_id)
    stored = contact.data.filter(method=row.method, preferred=True).first()
    if stored is not None:
        end_datum(stored, by)
    contact.data.filter(method=row.method, phone_number=row.phone_number).delete()
    datum = Datum(contact=contact, method=row.method, source=row.source, run_id=row.run_id)
    if row.method == SMS:
        datum.phone_number = row.phone_number
    datum.code_sealed, datum.digest = bytes(row.code_sealed), row.digest
    datum.save()
    _decide(row, TAKEN, actor)
    finish(contact, {contact.address}, "take_theirs", actor)


@transaction.atomic
def unlock(actor: User, locked: FieldLock) -> None:
    """Listen to a system again about a datum."""
    audit.record(
        "unlock_contact",
        f"contact:{locked.contact_id}",
        organization_id=actor.organization_id,
        actor_id=actor.pk,
        method=locked.method,
    )
    locked.delete()


def _said(rows: Iterable[Sequence[object]]) -> Iterable[Said]:
    for contact_id, phone_part, phone, code_part, sealed, digest in rows:
        if phone_part in {"conflict", "change"}:
            yield Said(int(str(contact_id)), SMS, str(phone))
        if code_part in {"conflict", "change"}:
            code = bytes(sealed or b"")  # type: ignore[call-overload]
            yield Said(int(str(contact_id)), ACCESS_CODE, "", code, str(digest))


def _park(run: ImportRun, said: Said) -> Conflict:
    """Store one conflict; a newer correction by a person starts the count again."""
    now = timezone.now()
    value = {
        "phone_number": said.phone,
        "code_sealed": said.code_sealed,
        "digest": said.digest,
        "run": run if run.file_id or run.source == "import" else None,
        "last_at": now,
    }
    conflict, is_new = Conflict.objects.get_or_create(
        contact_id=said.contact_id,
        method=said.method,
        source=run.source,
        state=OPEN,
        defaults={**value, "organization_id": run.organization_id, "first_at": now},
    )
    if is_new:
        return conflict
    ours = Datum.objects.filter(contact=said.contact_id, method=said.method, preferred=True).first()
    if ours is not None and ours.entered_at > conflict.first_at:
        conflict.times, conflict.first_at, conflict.alerted_at = 0, now, None
    conflict.times += 1
    for name, new in value.items():
        setattr(conflict, name, new)
    conflict.save()
    return conflict


def _tell_editors(conflict: Conflict) -> None:
    contact = Contact.objects.select_related("organization").get(pk=conflict.contact_id)
    if contact.owner_id is not None:
        return
    ours = contact.data.filter(method=conflict.method, preferred=True).select_related("actor")
    actor = next((datum.actor for datum in ours if datum.actor), None)
    for admin in User.objects.holding(Role.EDITOR, contact.organization_id):
        mail = Mail(
            kind="overwriting",
            to=admin.email,
            to_name=admin.name,
            language=admin.language,
            context={
                "system": conflict.source.partition(":")[2],
                "name": contact.name or contact.address,
                "address": mask_address(contact.address),
                "is_number": conflict.method == SMS,
                "times": conflict.times,
                "since": conflict.first_at.date(),
                "actor_name": actor.display_name if actor else "",
                "link": settings.BASE_URL + reverse("contact_conflicts"),
                "organization_name": contact.organization.name,
            },
        )
        key = f"overwriting:{conflict.pk}:{admin.pk}:{conflict.first_at.isoformat()}"
        queue_mail(mail, organization_id=contact.organization_id, about=str(contact), key=key)
    conflict.alerted_at = timezone.now()
    conflict.save(update_fields=["alerted_at"])


def _decide(row: Conflict, state: str, actor: User) -> None:
    Conflict.objects.filter(pk=row.pk).update(state=state, decided_by=actor)
    audit.record(
        f"conflict_{state}",
        f"contact:{row.contact_id}",
        organization_id=row.organization_id,
        actor_id=actor.pk,
        method=row.method,
        source=row.source,
    )
