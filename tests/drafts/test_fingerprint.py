"""Mails that a reader can tell apart have other fingerprints, mails that look alike the same."""

from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from drafts.fingerprint import fingerprint
from tests.drafts.letters import changed, incoming, letter, written
from tests.examples import EXAMPLES

RANDOMS = st.randoms(use_true_random=True)
TRIED = settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate])


def print_of(raw: bytes) -> str:
    """Return the fingerprint of a mail as it came in."""
    return fingerprint(incoming(raw))


@TRIED
@given(RANDOMS)
def test_a_mail_that_is_written_in_another_way_is_the_same_mail(random: Random) -> None:
    mail = letter(random)

    assert print_of(written(mail, random)) == print_of(written(mail, random))


@TRIED
@given(RANDOMS)
def test_a_mail_of_which_one_visible_thing_changed_is_another_mail(random: Random) -> None:
    mail = letter(random)

    what, other = changed(mail, random)

    assert print_of(written(mail, random)) != print_of(written(other, random)), what
