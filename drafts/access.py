"""The only way from a request to a draft, and the verdicts on its recipients."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, Prefetch, Q, QuerySet, Value, When
from django.http import Http404

from accounts.models import User
from accounts.policy import DRAFT, HEADER, Policy
from addresses.phone import mask_phone
from contacts.access import StoredDatum, stored_data, stored_for_owners
from contacts.access.suggesting import contacts_like, proven_by_colleagues
from contacts.models import Contact
from delivery.access import numbers_sent_to
from drafts import states
from drafts.content import Content, choice_from_bytes, content_from_bytes
from drafts.incoming import Choice
from drafts.models import Attachment, Draft, Recipient
from drafts.paste import Person, map_list
from drafts.resolver import Candidate, Verdict, other_number, resolve
from drafts.suggestions import DIFFERS, Facts, Suggestion, suggest
from flow.paging import PAGE_SIZE, Page
from vault.keys import keyed_digest
from vault.sealing import Sealed
from vault.tokens import is_token, token_hash

WAITING_FOR_SENDER = (states.WAITING, states.READY, states.SENDING)


def drafts_of(user: User) -> QuerySet[Draft]:
    """Return the drafts that this person may see: their own, and what a colleague handed over."""
    shared = Q(shared_with=user, organization=user.organization_id)
    return Draft.objects.filter(Q(sender=user) | shared)


def draft_for(user: User, pk: int) -> Draft:
    """Return the draft. Raises Http404 when it is not this person's, or is none."""
    draft = drafts_of(user).select_related("organization", "sender__organization").filter(pk=pk)
    return _found(draft.first())


def draft_for_link(user: User, token: str) -> Draft:
    """Return the draft of a finish link. Raises Http404, also for somebody else's draft."""
    hashed = token_hash(token) if is_token(token) else ""
    return _found(drafts_of(user).filter(token_hash=hashed).first())


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
    ids = [int(key) for key in keys[:200] if key.isascii() and key.isdigit() and len(key) < 19]
    rows = drafts_of(user).filter(pk__in=ids, state__in=states.HELD).select_related("organization")
    return [_held(draft) for draft in rows.prefetch_related("recipients").order_by("-pk")]


def subject_of(draft: Draft) -> str:
    """Return the subject. Raises VaultError once the content is destroyed."""
    return draft.unseal("subject", draft.subject).decode()


def content_of(draft: Draft) -> Content:
    """Return the content. Raises VaultError once it is destroyed."""
    return content_from_bytes(draft.unseal("content", draft.content))


def attachment_name(draft: Draft, attachment: Attachment) -> str:
    """Return the file name, "" when the mail gave none."""
    return draft.unseal(f"attachment {attachment.position}", attachment.name).decode()


def version_of(recipient: Recipient) -> str:
    """Return what changes when a person, or an address book, changes this recipient's data."""
    changed = recipient.changed_at.isoformat() if recipient.changed_at else ""
    return f"{changed} {recipient.reason}".strip()


def versions_of(recipients: Sequence[Recipient]) -> str:
    """Return the versions of all recipients in order, four hex digits each."""
    return "".join(
        hashlib.sha256(f"{recipient.pk} {version_of(recipient)}".encode()).hexdigest()[:4]
        for recipient in recipients
    )


def typed_choice(draft: Draft, recipient: Recipient) -> Choice | None:
    """Return what the sender filled in for this recipient."""
    return _choice(draft, recipient, DRAFT, recipient.typed)


def header_choice(draft: Draft, recipient: Recipient) -> Choice | None:
    """Return what the mail's own header block said for this recipient."""
    return _choice(draft, recipient, HEADER, recipient.header)


@dataclass(frozen=True, slots=True)
class Judged:
    """A recipient with the verdict on it; `other` is a number of the organization that differs."""

    recipient: Recipient
    verdict: Verdict
    other: Candidate | None = None

    @property
    def complete(self) -> bool:
        """Whether this recipient can be verified."""
        return self.verdict.chosen is not None

    @property
    def who(self) -> str:
        """The name to call this recipient by."""
        return self.recipient.name or self.recipient.address

    @property
    def shown_number(self) -> str:
        """The last digits of the mobile number in use, "" where an access code is."""
        chosen = self.verdict.chosen
        return mask_phone(chosen.phone) if chosen is not None and chosen.phone else ""


def judge(draft: Draft, policy: Policy) -> list[Judged]:
    """Return every recipient with its verdict, in order: two queries for all of them, or three."""
    return _judged_all([draft], list(draft.recipients.all()), policy)[draft.pk]


def judge_all(drafts: Sequence[Draft]) -> dict[int, list[Judged]]:
    """Return the same for several drafts, by id: three queries an organization."""
    rows = Recipient.objects.filter(draft__in=drafts).order_by("draft", "position")
    of_organization: dict[int, list[Draft]] = defaultdict(list)
    for draft in drafts:
        of_organization[draft.organization_id].append(draft)
    found: dict[int, list[Judged]] = {}
    for together in of_organization.values():
        ids = {draft.pk for draft in together}
        recipients = [row for row in rows if row.draft_id in ids]
        found |= _judged_all(together, recipients, together[0].organization.policy)
    return found


@dataclass(frozen=True, slots=True)
class Offer:
    """A suggestion on the page: masked, with the key that a press of its button sends back."""

    suggestion: Suggestion
    key: str

    @property
    def shown(self) -> str:
        """What may be seen of it: the end of a number, or the whole of an address."""
        value = self.suggestion.value
        return value if "@" in value else mask_phone(value)


def offers_for(draft: Draft, judged: Sequence[Judged]) -> dict[int, list[Offer]]:
    """Return what could help a recipient, by its id: three queries for all of them."""
    needing = [item.recipient for item in judged if not item.complete]
    facts = _facts(draft, needing) if needing else Facts()
    offers = {each.pk: suggest(each.address, facts) for each in needing}
    for item in judged:
        if item.other is not None:
            offers[item.recipient.pk] = [Suggestion(DIFFERS, item.other.phone)]
    return {pk: [_offer(draft, pk, each) for each in found] for pk, found in offers.items()}


def _offer(draft: Draft, recipient_id: int, suggestion: Suggestion) -> Offer:
    named = f"{draft.uid}:{recipient_id}:{suggestion.value}"
    return Offer(suggestion, keyed_digest("suggestion", named))


def value_of(draft: Draft, judged: Judged, codes: Mapping[int, tuple[str, str]]) -> tuple[str, str]:
    """Return number (or access code) and hint of the datum that was chosen.

    `codes` has what `contacts.access.open_codes` returns for the chosen data without a number.
    """
    chosen = judged.verdict.chosen
    if chosen is None:
        raise ValueError("an incomplete recipient has no value")
    typed = {DRAFT: typed_choice, HEADER: header_choice}.get(chosen.source)
    choice = typed(draft, judged.recipient) if typed else None
    if choice is not None:
        return choice.value, choice.hint
    if chosen.phone or chosen.datum_id is None:
        return chosen.phone, ""
    return codes[chosen.datum_id]


def _facts(draft: Draft, recipients: Sequence[Recipient]) -> Facts:
    addresses = [recipient.address for recipient in recipients]
    people = [Person(each.pk, each.address, each.name) for each in recipients]
    address_of = {each.pk: each.address for each in recipients}
    text = map_list(
        content_of(draft).visible_text, people, draft.organization.policy.default_country
    )
    by_book = (draft.organization_id, draft.sender_id, addresses)
    return Facts(
        colleagues=_by_address(proven_by_colleagues(*by_book)),
        earlier=_by_address(numbers_sent_to(draft.sender_id, addresses)),
        in_text=_by_address((address_of[match.key], match.number) for match in text.matches),
        known_addresses=contacts_like(*by_book),
    )


def _by_address(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for address, number in pairs:
        found[address].append(number)
    return found


def _choice(draft: Draft, recipient: Recipient, source: str, sealed: Sealed) -> Choice | None:
    if not sealed:
        return None
    return choice_from_bytes(draft.unseal(f"{source}:{recipient.address}", sealed))


def _judged_all(
    drafts: Sequence[Draft], recipients: Sequence[Recipient], policy: Policy
) -> dict[int, list[Judged]]:
    """Return the verdicts on the recipients of drafts of one organization, by draft."""
    owners = {draft.sender_id for draft in drafts}
    addresses = {recipient.address for recipient in recipients}
    stored: dict[tuple[int | None, str], list[StoredDatum]] = defaultdict(list)
    for datum in stored_for_owners(drafts[0].organization_id, owners, addresses):
        stored[datum.owner_id, datum.address].append(datum)
    by_id = {draft.pk: draft for draft in drafts}
    found: dict[int, list[Judged]] = {draft.pk: [] for draft in drafts}
    for recipient in recipients:
        draft = by_id[recipient.draft_id]
        candidates = _candidates(draft, recipient, stored)
        verdict = resolve(candidates, policy, draft.minimum)
        other = other_number(verdict.chosen, candidates)
        found[draft.pk].append(Judged(recipient, verdict, other))
    return found


def _candidates(
    draft: Draft,
    recipient: Recipient,
    stored: dict[tuple[int | None, str], list[StoredDatum]],
) -> list[Candidate]:
    candidates = [
        Candidate(choice.method, source, phone=choice.value if choice.method == "sms" else "")
        for source, choice in (
            (DRAFT, typed_choice(draft, recipient)),
            (HEADER, header_choice(draft, recipient)),
        )
        if choice is not None
    ]
    books = (draft.sender_id, recipient.address), (None, recipient.address)
    for key in (*books, (None, f"@{recipient.domain}")):
        candidates += [_stored_candidate(datum) for datum in stored.get(key, [])]
    return candidates


def _stored_candidate(datum: StoredDatum) -> Candidate:
    return Candidate(
        datum.method,
        datum.book,
        phone=datum.phone,
        fixed=datum.fixed,
        domain=datum.address.startswith("@"),
        confirmed_at=datum.confirmed_at,
        entered_at=datum.entered_at,
        datum_id=datum.datum_id,
    )


def _held(draft: Draft) -> Held:
    return Held(draft, subject_of(draft), list(draft.recipients.all()))


def _page_by_need(rows: QuerySet[Draft], after: str) -> Page[Held]:
    """Return a page in two keysets: first what waits, then the rest, each newest first."""
    first = Case(When(state=states.WAITING, then=Value(0)), default=Value(1))
    rows = rows.annotate(rank=first)
    rank, _dash, pk = after.partition("-")
    if rank in {"0", "1"} and pk.isascii() and pk.isdigit() and len(pk) < 19:
        rows = rows.filter(Q(rank=int(rank), pk__lt=int(pk)) | Q(rank__gt=int(rank)))
    shown = Recipient.objects.only("draft", "address", "name", "reason", "position")
    found = list(
        rows.order_by("rank", "-pk").prefetch_related(Prefetch("recipients", shown))[
            : PAGE_SIZE + 1
        ]
    )
    last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
    rank = "0" if last is not None and last.state == states.WAITING else "1"
    return Page([_held(each) for each in found[:PAGE_SIZE]], f"{rank}-{last.pk}" if last else "")


def _found(draft: Draft | None) -> Draft:
    if draft is None:
        raise Http404
    return draft


def draft_of_organization(admin: User, pk: int) -> Draft:
    """Return a draft of the admin's organization, for its timeline alone. Raises Http404."""
    drafts = Draft.objects.select_related("organization", "sender", "message")
    return _found(drafts.filter(pk=pk, organization=admin.organization_id).first())


def colleague_by_address(user: User, address: str) -> User:
    """Return an active person of the same organization. Raises Http404."""
    people = User.objects.filter(organization=user.organization_id, is_active=True)
    found = people.filter(email__iexact=address).first()
    if found is None:
        raise Http404
    return found


def verdict_for(sender: User, address: str) -> Verdict:
    """Return the verdict on a recipient to whom this person has sent nothing yet."""
    stored = stored_data(sender.organization_id, sender.pk, [address])
    return resolve((_stored_candidate(datum) for datum in stored), sender.policy)
