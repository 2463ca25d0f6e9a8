"""What could help a recipient that needs something."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.models import User
from accounts.policy import Policy
from addresses.phone import mask_phone
from contacts.access.suggesting import contacts_like, proven_by_colleagues
from delivery.access import numbers_sent_to
from drafts.access.judging import Judged, judge
from drafts.access.reading import content_of
from drafts.models import Draft
from drafts.paste import BY_ORDER, Person, map_list
from drafts.suggestions import DIFFERS, SIMILAR, Facts, Suggestion, suggest
from vault.keys import index_digest


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


def offers_for(draft: Draft, judged: Sequence[Judged], viewer: User) -> dict[int, list[Offer]]:
    """Return what could help a recipient, by its id: three queries for all of them.

    Whoever finishes a colleague's draft is offered nothing out of that colleague's own book.
    """
    needing = [item.recipient for item in judged if not item.complete]
    facts = _facts(draft, judged, viewer) if needing else Facts()
    policy = draft.organization.policy
    offers = {each.pk: _usable(suggest(each.address, facts), policy) for each in needing}
    for item in judged:
        if item.other is not None:
            offers[item.recipient.pk] = [Suggestion(DIFFERS, item.other.phone)]
    return {pk: [_offer(draft, pk, each) for each in found] for pk, found in offers.items()}


def _usable(found: Iterable[Suggestion], policy: Policy) -> list[Suggestion]:
    """Leave out the numbers that SMS may not go to."""
    return [each for each in found if each.kind == SIMILAR or policy.allows_sms_to(each.value)]


def _offer(draft: Draft, recipient_id: int, suggestion: Suggestion) -> Offer:
    named = f"{draft.uid}:{recipient_id}:{suggestion.value}"
    return Offer(suggestion, index_digest("suggestion", named))


def people_of(draft: Draft, policy: Policy) -> list[Person]:
    """Return everybody whom a list may name: who needs no number may have a namesake who does."""
    recipients = list(draft.recipients.all())
    judged = judge(draft, policy, [each for each in recipients if each.reason])
    needing = {item.recipient.pk for item in judged if not item.complete}
    return [Person(each.pk, each.address, each.name, each.pk in needing) for each in recipients]


def _facts(draft: Draft, judged: Sequence[Judged], viewer: User) -> Facts:
    people = [
        Person(item.recipient.pk, item.recipient.address, item.recipient.name, not item.complete)
        for item in judged
    ]
    addresses = [person.address for person in people if person.needs]
    address_of = {person.key: person.address for person in people}
    text = map_list(
        content_of(draft).visible_text, people, draft.organization.policy.default_country
    )
    by_book = (draft.organization_id, viewer.pk, addresses)
    return Facts(
        colleagues=_by_address(proven_by_colleagues(*by_book)),
        earlier=_by_address(numbers_sent_to(viewer.pk, addresses)),
        in_text=_by_address(
            (address_of[match.key], match.number) for match in text.matches if match.how != BY_ORDER
        ),
        known_addresses=contacts_like(*by_book),
    )


def _by_address(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for address, number in pairs:
        found[address].append(number)
    return found
