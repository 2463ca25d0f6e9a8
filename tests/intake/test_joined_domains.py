"""A block is read without joiners; a recipient whose domain has one is still the one meant."""

from addresses.mail import normalize_address
from intake.headers import read_instructions
from tests.make import NUMBER

JOINED = normalize_address("a@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example")
PLAIN = normalize_address("a@\u0646\u0627\u0645\u0647\u0627\u06cc.example")
LINE = ("zivver-access-right", f"a@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example sms {NUMBER}")


def named(*recipients: str) -> tuple[list[str], list[str]]:
    """Return who gets the number, and the reasons why nobody does."""
    read = read_instructions([LINE], recipients)
    return [right.address for right in read.access_rights], [bad.reason for bad in read.problems]


def test_a_recipient_with_a_joiner_in_the_domain_is_found() -> None:
    assert named(JOINED, "jan@example.nl") == ([JOINED], [])


def test_nobody_gets_a_number_where_two_could_be_meant() -> None:
    assert named(JOINED, PLAIN) == ([], ["several_recipients"])


def test_the_a_label_names_one_of_the_two() -> None:
    line = ("zivver-access-right", f"{JOINED} sms {NUMBER}")
    rights = read_instructions([line], [JOINED, PLAIN]).access_rights
    assert [right.address for right in rights] == [JOINED]
