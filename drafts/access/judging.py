"""The verdicts on the recipients of drafts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.models import User
from accounts.policy import DRAFT, HEADER, SMS, Policy
from addresses.phone import mask_phone
from contacts.access import StoredDatum, stored_data, stored_for_owners
from drafts.access.reading import header_choice, typed_choice
from drafts.models import Draft, Recipient
from drafts.resolver import Candidate, Verdict, other_number, resolve


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


def judge(
    draft: Draft, policy: Policy, recipients: Sequence[Recipient] | None = None
) -> list[Judged]:
    """Return these recipients, or all, with their verdicts: two queries for them, or three."""
    recipients = list(draft.recipients.all()) if recipients is None else recipients
    return _judged_all([draft], recipients, policy)[draft.pk]


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


def verdict_for(sender: User, address: str) -> Verdict:
    """Return the verdict on a recipient to whom this person has sent nothing yet."""
    stored = stored_data(sender.organization_id, sender.pk, [address])
    return resolve((_stored_candidate(datum) for datum in stored), sender.policy)


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
        Candidate(choice.method, source, phone=choice.value if choice.method == SMS else "")
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
        disputed=datum.disputed,
    )
