"""The only way from a request to a draft, and the lists of drafts."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, Prefetch, Q, QuerySet, Value, When
from django.http import Http404

from accounts.models import Role, User
from addresses.mail import stored_form
from contacts.models import Contact
from drafts import states
from drafts.access.reading import listed_subject
from drafts.models import Attachment, Draft, Recipient
from flow.paging import PAGE_SIZE, Page, cursor_of, id_in, key_in
from vault.tokens import is_token, token_hash

WAITING_FOR_SENDER = (states.WAITING, states.READY, states.SENDING)


def drafts_of(user: User) -> QuerySet[Draft]:
    """Return the drafts that this person may see: of themselves, of those for whom they stand in,
    and what a colleague handed over."""
    if not user.is_sender:
        return Draft.objects.none()
    mine = Q(sender__in=user.covers)
    if user.policy.hand_over:
        mine |= Q(shared_with=user, organization=user.organization_id)
    return Draft.objects.filter(mine)


def draft_for(user: User, pk: int) -> Draft:
    """Return the draft. Raises Http404 when it is not this person's, or is none."""
    draft = drafts_of(user).select_related("organization", "sender__organization").filter(pk=pk)
    return _found(draft.first())


def draft_for_link(user: User, token: str) -> Draft:
    """Return the draft of a finish link. Raises Http404, also for somebody else's draft."""
    hashed = token_hash(token) if is_token(token) else ""
    return _found(drafts_of(user).filter(token_hash=hashed).first())


def draft_of_organization(admin: User, pk: int) -> Draft:
    """Return a draft of the admin's organization, for its timeline alone. Raises Http404."""
    drafts = Draft.objects.select_related("organization", "sender", "message")
    return _found(drafts.filter(pk=pk, organization=admin.organization_id).first())


def recipient_for(draft: Draft, pk: int) -> Recipient:
    """Return a recipient of this draft. Raises Http404."""
    recipient = draft.recipients.filter(pk=pk).first()
    if recipient is None:
        raise Http404
    return recipient


def attachment_for(draft: Draft, pk: int) -> Attachment:
    """Return an attachment of this draft. Raises Http404."""
    attachment = draft.attachments.select_related("blob").filter(pk=pk).first()
    if attachment is None:
        raise Http404
    return attachment


def colleague_by_address(user: User, address: str) -> User:
    """Return an active person of the same organization. Raises Http404."""
    people = User.objects.holding(Role.SENDER, user.organization_id)
    found = people.filter(email=stored_form(address)).first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class Held:
    """A line of the list of held drafts: what it is about, and how its recipients are."""

    draft: Draft
    subject: str
    recipients: list[Recipient]

    @property
    def incomplete(self) -> list[Recipient]:
        """Who needs something."""
        return [recipient for recipient in self.recipients if recipient.reason]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which held drafts to list: of a contact, with a recipient like this, in this state."""

    contact: Contact | None = None
    query: str = ""
    which: str = ""


WHICH = {
    "needs": Q(state=states.WAITING),
    "ready": Q(state=states.READY),
    "leaving": Q(state=states.SENDING),
    "problem": ~Q(problem=""),
}
EVERYTHING = Wanted()
HELD = "held drafts"  # the list that a cursor is made for


def page_of_held(user: User, after: str, wanted: Wanted = EVERYTHING) -> Page[Held]:
    """Return a page of the drafts that wait for this person, in two queries.

    Those that need something come first, then the newest. Of a contact: those in which somebody
    whom it stands for needs something.
    """
    rows = drafts_of(user).filter(WHICH.get(wanted.which, Q()), state__in=WAITING_FOR_SENDER)
    if wanted.contact is not None:
        address = wanted.contact.address
        whom = {"domain": address[1:]} if wanted.contact.is_domain else {"address": address}
        recipients = Recipient.objects.exclude(reason="").filter(**whom)
        rows = rows.filter(pk__in=recipients.values("draft"))
    if wanted.query:
        like = Q(address__icontains=wanted.query) | Q(name__icontains=wanted.query)
        rows = rows.filter(pk__in=Recipient.objects.filter(like).values("draft"))
    return _page_by_need(rows, after)


def given_up(user: User) -> list[Draft]:
    """Return the drafts that came in and cannot be judged, newest first."""
    rows = drafts_of(user).filter(state=states.RECEIVED, attempts__gt=states.MAX_ATTEMPTS)
    return list(rows.order_by("-pk")[:3])


def blocking_addresses(user: User) -> list[tuple[str, int]]:
    """Return the addresses that several drafts wait for, with how many, in one query."""
    waiting = drafts_of(user).filter(state=states.WAITING)
    rows = Recipient.objects.exclude(reason="").filter(draft__in=waiting.values("pk"))
    counted = rows.values_list("address").annotate(drafts=Count("draft"))
    return list(counted.filter(drafts__gte=2).order_by("-drafts", "address")[:3])


def waiting_for_address(user: User, address: str) -> list[Recipient]:
    """Return this address as an incomplete recipient of each draft that is held for it."""
    held = drafts_of(user).filter(state__in=states.HELD)
    rows = Recipient.objects.exclude(reason="").filter(address=address, draft__in=held.values("pk"))
    return list(rows.select_related("draft__organization", "draft__sender").order_by("-draft"))


def held_among(user: User, keys: Sequence[str]) -> list[Held]:
    """Return those of these drafts that are held, newest first."""
    ids = [pk for pk in map(id_in, keys[:200]) if pk is not None]
    rows = drafts_of(user).filter(pk__in=ids, state__in=states.HELD).select_related("organization")
    return [_held(draft) for draft in rows.prefetch_related("recipients").order_by("-pk")]


def _held(draft: Draft) -> Held:
    return Held(draft, listed_subject(draft), list(draft.recipients.all()))


def _page_by_need(rows: QuerySet[Draft], after: str) -> Page[Held]:
    """Return a page in two keysets: first what waits, then the rest, each newest first."""
    first = Case(When(state=states.WAITING, then=Value(0)), default=Value(1))
    rows = rows.annotate(rank=first)
    rank, _dash, key = key_in(HELD, after).partition("-")
    pk = id_in(key)
    if rank in {"0", "1"} and pk is not None:
        rows = rows.filter(Q(rank=int(rank), pk__lt=pk) | Q(rank__gt=int(rank)))
    shown = Recipient.objects.only("draft", "address", "name", "reason", "position")
    found = list(
        rows.order_by("rank", "-pk").prefetch_related(Prefetch("recipients", shown))[
            : PAGE_SIZE + 1
        ]
    )
    last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
    rank = "0" if last is not None and last.state == states.WAITING else "1"
    cursor = cursor_of(HELD, f"{rank}-{last.pk}") if last is not None else ""
    return Page([_held(each) for each in found[:PAGE_SIZE]], cursor)


def _found(draft: Draft | None) -> Draft:
    if draft is None:
        raise Http404
    return draft
