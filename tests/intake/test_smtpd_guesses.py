"""Wrong passwords over SMTP: whom they count for, and whom never."""

import pytest

from accounts.models import User
from intake.smtpd import guesses as rules
from intake.smtpd.guesses import Guesses
from tests import make
from tests.intake.conftest import Start
from tests.intake.smtp import Client
from tests.intake.test_smtpd_parts import Clock

HOME, OFFICE, ANNA = "192.0.2.1", "192.0.2.2", "anna@zorg.example"


def guesses(clock: Clock | None = None, processes: int = 1) -> Guesses:
    return Guesses(processes, clock or Clock())


def guess(rule: Guesses, count: int, peer: str = OFFICE, username: str = ANNA) -> None:
    for _ in range(count):
        rule.note_failure(peer, username)


def guess_from_everywhere(rule: Guesses, count: int) -> None:
    for number in range(count):
        rule.note_failure(f"198.51.100.{number}", ANNA)


def remember(rule: Guesses, count: int) -> None:
    for number in range(count):
        rule.note_failure(str(number), f"user{number}")
        rule.note_login(str(number), f"user{number}")


def test_five_wrong_passwords_are_enough_for_a_minute() -> None:
    clock = Clock()
    rule = guesses(clock)
    guess(rule, rules.FAILURES)
    assert not rule.may_try(OFFICE, ANNA)
    clock.now = rules.FAILURE_SECONDS + 1
    assert rule.may_try(OFFICE, ANNA)


def test_four_wrong_passwords_are_not() -> None:
    rule = guesses()
    guess(rule, rules.FAILURES - 1)
    assert rule.may_try(OFFICE, ANNA)


def test_nobodys_wrong_passwords_count_for_a_colleague_at_the_same_address() -> None:
    rule = guesses()
    guess(rule, 100)
    assert rule.may_try(OFFICE, "bram@zorg.example")


def test_a_user_is_guessed_at_from_everywhere_so_often() -> None:
    clock = Clock()
    rule = guesses(clock)
    guess_from_everywhere(rule, rules.FAILURES_OF_USER)
    assert not rule.may_try("203.0.113.1", ANNA)
    clock.now = rules.USER_SECONDS + 1
    assert rule.may_try("203.0.113.1", ANNA)


def test_guesses_elsewhere_do_not_lock_somebody_out_where_they_logged_in() -> None:
    rule = guesses()
    rule.note_login(HOME, ANNA)
    guess(rule, 100)
    assert rule.may_try(HOME, ANNA)


@pytest.mark.parametrize(
    "written", ["ANNA@zorg.example", "anna@ZORG.example", " anna@zorg.example"]
)
def test_another_way_of_writing_a_name_gives_no_more_tries(written: str) -> None:
    rule = guesses()
    guess(rule, rules.FAILURES)
    assert not rule.may_try(OFFICE, written)


def test_each_of_several_processes_allows_its_part() -> None:
    rule = guesses(processes=2)
    guess(rule, 3)
    assert not rule.may_try(OFFICE, ANNA)


def test_so_much_is_remembered_and_no_more() -> None:
    rule = guesses()
    remember(rule, rules.MAX_REMEMBERED + 10)
    assert len(rule.failures) == len(rule.logins) == rules.MAX_REMEMBERED


def test_a_colleague_behind_the_same_address_signs_in_after_many_wrong_passwords(
    start: Start, sender: User
) -> None:
    colleague, port = make.user(sender.organization), start().port
    with Client(port) as guessing:
        guessing.hello()
        answers = [guessing.log_in(sender.email, f"wrong {number}")[:3] for number in range(6)]
    with Client(port) as smtp:
        smtp.hello()
        assert smtp.log_in(colleague.email).startswith("235 ")
    assert answers == ["535"] * 5 + ["421"]
