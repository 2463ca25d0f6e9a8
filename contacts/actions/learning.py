"""What senders typed is kept in their own books: for hundreds in as many statements as for one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.policy import SMS
from contacts.actions.writing import Origin, Value, past_of, search_text, value_of
from contacts.entries import LEARNED
from contacts.models import AddressChange, Contact, Datum, PastDatum
from flow.sweeps import wake

Key = tuple[int, str]  # of a contact: its owner's id, and its address


@dataclass(frozen=True, slots=True)
class Lesson:
    """A number (E.164) or access code typed for a recipient; `address` is normalized."""

    owner: User
    address: str
    name: str
    method: str
    secret: str
    hint: str = ""

    @property
    def value(self) -> Value:
        """What its method needs."""
        return Value(self.secret, self.hint)

    @property
    def key(self) -> Key:
        """The contact that it is about."""
        return self.owner.pk, self.address


@dataclass(slots=True)
class _Changes:
    """What is to be written, and of which contacts."""

    ended: list[tuple[Datum, User]] = field(default_factory=list)
    new: list[Datum] = field(default_factory=list)
    hints: list[Datum] = field(default_factory=list)
    preferred: list[int] = field(default_factory=list)
    no_more: list[int] = field(default_factory=list)
    contacts: dict[int, tuple[Contact, User]] = field(default_factory=dict)


@transaction.atomic
def learn_all(lessons: Iterable[Lesson]) -> None:
    """Keep what was typed; the same again changes nothing, and the last of several counts.

    A number that was typed again is no longer disputed.
    """
    last = {(*lesson.key, lesson.method): lesson for lesson in lessons}
    typed = [last[key] for key in sorted(last)]
    if not typed:
        return
    rows = _locked(typed)
    stored: dict[tuple[int, str], list[Datum]] = defaultdict(list)
    for datum in Datum.objects.filter(contact__in=rows.values()).select_related("contact"):
        stored[datum.contact_id, datum.method].append(datum)
    changes = _Changes()
    for lesson in typed:
        row = rows[lesson.key]
        _compare(lesson, row, stored[row.pk, lesson.method], changes)
    _settle(typed, stored)
    _write(changes)
    _finish(changes)


def _locked(typed: Sequence[Lesson]) -> dict[Key, Contact]:
    """Return the contacts, made where there are none, all locked in the same order by everybody."""
    owners, addresses = {one.owner.pk for one in typed}, {one.address for one in typed}
    found = Contact.objects.filter(owner__in=owners, address__in=addresses)
    known = set(found.values_list("owner", "address"))
    missing = {one.key: one for one in typed if one.key not in known}
    Contact.objects.bulk_create(
        (
            Contact(
                organization_id=one.owner.organization_id,
                owner=one.owner,
                address=one.address,
                name=one.name[:200],
            )
            for one in missing.values()
        ),
        ignore_conflicts=True,
    )
    rows = found.order_by("pk").select_for_update()
    return {(row.owner_id or 0, row.address): row for row in rows}


def _compare(lesson: Lesson, row: Contact, stored: Sequence[Datum], changes: _Changes) -> None:
    in_use = next((datum for datum in stored if datum.preferred), None)
    old = value_of(in_use) if in_use else None
    if old == lesson.value:
        return
    changes.contacts[row.pk] = (row, lesson.owner)
    if in_use and old and old.secret == lesson.secret:
        in_use.seal_code(lesson.secret, lesson.hint)
        changes.hints.append(in_use)
        return
    known = [each for each in stored if each.e164 and each.e164 == lesson.secret]
    if known and in_use:
        changes.no_more.append(in_use.pk)
    elif in_use:
        changes.ended.append((in_use, lesson.owner))
    if known:
        changes.preferred.append(known[0].pk)
    else:
        changes.new.append(_datum(row, lesson))


def _datum(row: Contact, lesson: Lesson) -> Datum:
    datum = Datum(contact=row, method=lesson.method, source=LEARNED, actor=lesson.owner)
    if lesson.method == SMS:
        datum.phone_number = lesson.secret
    else:
        datum.seal_code(lesson.secret, lesson.hint)
    return datum


def _settle(typed: Sequence[Lesson], stored: dict[tuple[int, str], list[Datum]]) -> None:
    numbers = {(*one.key, one.secret) for one in typed if one.method == SMS}
    right = [
        datum.pk
        for data in stored.values()
        for datum in data
        if datum.disputed_at
        and (datum.contact.owner_id, datum.contact.address, datum.e164) in numbers
    ]
    if right:
        Datum.objects.filter(pk__in=right).update(disputed_at=None)


def _write(changes: _Changes) -> None:
    past = [past_of(datum, Origin(LEARNED, owner)) for datum, owner in changes.ended]
    PastDatum.objects.bulk_create(past)
    Datum.objects.filter(pk__in=[datum.pk for datum, _ in changes.ended]).delete()
    Datum.objects.filter(pk__in=changes.no_more).update(preferred=False)
    Datum.objects.filter(pk__in=changes.preferred).update(preferred=True)
    Datum.objects.bulk_update(changes.hints, ["code_sealed", "digest"])
    Datum.objects.bulk_create(changes.new)


def _finish(changes: _Changes) -> None:
    """Close the changes: the search, the drafts that wait, the audit."""
    data: dict[int, list[Datum]] = defaultdict(list)
    for datum in Datum.objects.filter(contact__in=changes.contacts).order_by("pk"):
        data[datum.contact_id].append(datum)
    now, rows = timezone.now(), [row for row, _ in changes.contacts.values()]
    for row in rows:
        numbers = [datum.e164 for datum in data[row.pk] if datum.e164]
        row.search, row.changed_at = search_text(row.name, row.address, numbers), now
    Contact.objects.bulk_update(rows, ["search", "changed_at"])
    AddressChange.objects.bulk_create(
        AddressChange(
            organization_id=row.organization_id, owner_id=row.owner_id, address=row.address, at=now
        )
        for row in rows
    )
    audit.record_all(
        audit.line(
            "learn_contact", str(row), organization_id=row.organization_id, actor_id=owner.pk,
            book=row.book, methods=sorted({datum.method for datum in data[row.pk]}),
        )
        for row, owner in changes.contacts.values()
    )  # fmt: skip
    if rows:
        wake("drafts.tasks.judge_changed")
