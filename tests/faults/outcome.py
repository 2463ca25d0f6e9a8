"""What became of the mails that were handed in, told from the outside."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.mails import ANNA, Handed
from tests.faults.rows import count_mails, states_of_drafts
from tests.product import Product

COLUMNS = ("accepted", "sent once", "held", "lost", "doubled", "copies")
HEADINGS = f"{'':<48}" + "".join(f"{heading:>10}" for heading in COLUMNS)


@dataclass
class Outcome:
    """The counts of one test, and everything that should not be.

    `copies`: of the same mail (by Message-ID) at the relay, more than one.
    """

    name: str
    accepted: int = 0
    once: int = 0
    held: int = 0
    lost: int = 0
    doubled: int = 0
    copies: int = 0
    wrong: list[str] = field(default_factory=list)

    def line(self) -> str:
        """Return the counts as a line of the table."""
        numbers = (self.accepted, self.once, self.held, self.lost, self.doubled, self.copies)
        return f"{self.name:<48}" + "".join(f"{number:>10}" for number in numbers)


def judge(
    product: Product, name: str, mails: Sequence[Handed], *, stored_before: int, cut_off: int
) -> Outcome:
    """Compare what was handed in with what came out. `cut_off`: sendings that a kill ended."""
    outcome = Outcome(name, accepted=sum(one.accepted.is_set() for one in mails))
    states = states_of_drafts(product)
    for one in mails:
        _judge_drafts(outcome, one, states[one.recipients[0]])
        _judge_messages(outcome, one, [copies(product, address) for address in one.recipients])
        told = notices(product, one.subject)
        _judge_notices(outcome, one, told, len(states[one.recipients[0]]))
    sent = copies(product, ANNA)
    outcome.copies += sent.total() - len(sent)
    _judge_stored(outcome, mails, count_mails(product) - stored_before)
    if outcome.copies > cut_off:
        outcome.wrong.append(f"{outcome.copies} copies came of {cut_off} sendings cut off")
    return outcome


def copies(product: Product, address: str, subject: str = "") -> Counter[str]:
    """Return by Message-ID how often a mail about this came to an address."""
    mails = [mail for mail in product.relay.to(address) if subject in str(mail["Subject"])]
    return Counter(str(mail["Message-ID"]) for mail in mails)


def notices(product: Product, subject: str) -> set[str]:
    """Return by Message-ID the mails that told the sender of this mail, alone or with others."""
    return {str(mail["Message-ID"]) for mail in product.relay.about(ANNA, subject)}


def _judge_stored(outcome: Outcome, mails: Sequence[Handed], stored: int) -> None:
    in_doubt = sum(one.in_doubt for one in mails)
    if not outcome.accepted <= stored <= outcome.accepted + in_doubt:
        outcome.wrong.append(f"{outcome.accepted} accepted, {in_doubt} in doubt, {stored} stored")


def _judge_drafts(outcome: Outcome, one: Handed, states: Sequence[str]) -> None:
    """One copy was sent, or waits; every other copy is held or gave way."""
    main = "sent" if one.goes_out else "waiting"
    others = {"waiting", "superseded"} if one.goes_out else {"superseded"}
    as_told = states.count(main) == 1 and set(states) <= {main} | others
    if not as_told or len(states) > 1 + one.in_doubt:
        outcome.wrong.append(f"{one.subject} {one.in_doubt} in doubt, its drafts: {states}")


def _judge_messages(outcome: Outcome, one: Handed, found: Sequence[Counter[str]]) -> None:
    """Each recipient of a mail that goes out got one message; of another, none."""
    counts = [len(each) for each in found]
    outcome.copies += sum(each.total() - len(each) for each in found)
    outcome.once += one.goes_out and set(counts) == {1}
    outcome.lost += one.goes_out and 0 in counts
    outcome.doubled += max(counts) > 1
    if set(counts) != {int(one.goes_out)}:
        outcome.wrong.append(f"{one.subject} its recipients got {counts} messages")


def _judge_notices(outcome: Outcome, one: Handed, told: set[str], drafts: int) -> None:
    """The sender was told of what was held: of copies that came together, in one mail."""
    held = drafts - one.complete
    outcome.held += not one.goes_out and len(told) >= 1
    outcome.lost += not one.goes_out and not told
    if not min(held, 1) <= len(told) <= held:
        outcome.wrong.append(f"{one.subject} {held} drafts were held, {len(told)} notices came")
