"""What became of the mails that were handed in, told from the outside."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.faults.mails import ANNA, SECRET, Handed
from tests.faults.rows import count_mails, notices_of, states_of_drafts
from tests.product import Product, text_of

COLUMNS = ("faults", "accepted", "sent once", "held", "lost", "doubled", "leaked", "copies")
HEADINGS = f"{'':<48}" + "".join(f"{heading:>10}" for heading in COLUMNS)


@dataclass
class Outcome:
    """The counts of one test, and everything that should not be.

    `copies`: of the same mail (by Message-ID) at the relay, more than one. `leaked`: what somebody
    got before the release, and contents in a mail of ours or in a log.
    """

    name: str
    faults: int = 0
    accepted: int = 0
    once: int = 0
    held: int = 0
    lost: int = 0
    doubled: int = 0
    leaked: int = 0
    copies: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def numbers(self) -> list[int]:
        """The counts, in the order of COLUMNS."""
        kept = (self.accepted, self.once, self.held, self.lost, self.doubled, self.leaked)
        return [self.faults, *kept, self.copies]

    def line(self) -> str:
        """Return the counts as a line of the table."""
        return f"{self.name:<48}" + "".join(f"{number:>10}" for number in self.numbers)


def total(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the sums of the counts."""
    sums = [sum(each.numbers[column] for each in outcomes) for column in range(len(COLUMNS))]
    faults, accepted, once, held, lost, doubled, leaked, more = sums
    return Outcome("all together", faults, accepted, once, held, lost, doubled, leaked, more)


class Taken:
    """What the relay took until now: by address how often each Message-ID, and what anna was told.

    Made once for all mails, because looking through every mail for every other takes its square.
    """

    def __init__(self, product: Product) -> None:
        self.by_address: dict[str, Counter[str]] = defaultdict(Counter)
        self.told: list[tuple[str, str]] = []
        self.showing: list[str] = []
        for mail in list(product.relay.mails):
            address, message_id = str(mail["X-Envelope-To"]), str(mail["Message-ID"])
            self.by_address[address][message_id] += 1
            words = f"{mail['Subject']}\n{text_of(mail)}"
            if address == ANNA:
                self.told.append((message_id, words))
            if SECRET in words:
                self.showing.append(message_id)

    def notices(self, one: Handed, about: Sequence[str]) -> set[str]:
        """Return by Message-ID the mails that told the sender of a mail, alone or with others.

        A mail about more than twenty names no more than that: `about` holds those that came of it.
        """
        return {
            message_id
            for message_id, words in self.told
            if one.subject in words or message_id.strip("<>").partition("@")[0] in about
        }


def judge(
    product: Product, name: str, mails: Sequence[Handed], *, stored_before: int, killed: Any
) -> Outcome:
    """Compare what was handed in with what came out. `killed`: what was killed meanwhile."""
    outcome = Outcome(name, faults=killed.faults)
    outcome.accepted = sum(one.accepted.is_set() for one in mails)
    states, notices, taken = states_of_drafts(product), notices_of(product), Taken(product)
    told_of_these: set[str] = set()
    for one in mails:
        _judge_drafts(outcome, one, states[one.recipients[0]])
        _judge_messages(outcome, one, [taken.by_address[to] for to in one.recipients])
        told = taken.notices(one, notices[one.recipients[0]])
        _judge_notices(outcome, one, told, len(states[one.recipients[0]]))
        told_of_these |= told
    outcome.copies += sum(taken.by_address[ANNA][message_id] - 1 for message_id in told_of_these)
    _judge_stored(outcome, mails, count_mails(product) - stored_before)
    _judge_leaks(outcome, product, taken, mails)
    product.manage("check_invariants")  # fails when one does not hold
    if outcome.copies > killed.sendings:
        outcome.wrong.append(f"{outcome.copies} copies came of {killed.sendings} sendings cut off")
    return outcome


def copies(product: Product, address: str, subject: str = "") -> Counter[str]:
    """Return by Message-ID how often a mail about this came to an address."""
    mails = [mail for mail in product.relay.to(address) if subject in str(mail["Subject"])]
    return Counter(str(mail["Message-ID"]) for mail in mails)


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
    outcome.leaked += not one.goes_out and any(counts)
    if set(counts) != {int(one.goes_out)}:
        outcome.wrong.append(f"{one.subject} its recipients got {counts} messages")


def _judge_notices(outcome: Outcome, one: Handed, told: set[str], drafts: int) -> None:
    """The sender was told of what was held: of copies that came together, in one mail.

    Of what they finished first, out of the list of drafts, nobody has to tell them any more.
    """
    held = drafts - one.complete
    outcome.held += not one.goes_out and len(told) >= 1
    outcome.lost += not one.goes_out and not told
    least = 0 if one.finished else min(held, 1)
    if not least <= len(told) <= held:
        outcome.wrong.append(f"{one.subject} {held} drafts were held, {len(told)} notices came")


def _judge_leaks(outcome: Outcome, product: Product, taken: Taken, mails: Sequence[Handed]) -> None:
    """No mail of ours and no log shows what a mail says or whom it is to."""
    log = product.log.read_text(errors="replace")
    logged = [one.subject for one in mails if one.recipients[0] in log or one.subject in log]
    outcome.leaked += len(taken.showing) + len(logged) + log.count(SECRET)
    if taken.showing or logged or SECRET in log:
        outcome.wrong.append(f"contents in mails {taken.showing}, in the log {logged}")
