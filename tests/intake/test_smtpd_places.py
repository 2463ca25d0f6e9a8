"""Places of the SMTP server: strangers, however many, leave room for those who are known."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from accounts.models import User
from intake.models import RawMail
from intake.smtpd.door import Door, Guest
from tests.intake.conftest import Start
from tests.intake.smtp import Client, Running, mail_from
from tests.intake.test_smtpd_parts import Clock

PLACES, STRANGERS = 9, 6


def small_door(silence: float = 60.0) -> Door:
    """A door with few places, that lets nobody wait long."""
    return Door(places=PLACES, patience=0.2, silence=silence)


@pytest.fixture
def crowd() -> Iterator[list[Client]]:
    """Clients that are closed in the end."""
    clients: list[Client] = []
    yield clients
    for client in clients:
        client.close()


def fill(running: Running, crowd: list[Client]) -> list[str]:
    """Open as many connections as strangers may; return how they were greeted."""
    crowd += [Client(running.port, f"127.0.0.{number + 10}") for number in range(STRANGERS)]
    return [client.answer()[:3] for client in crowd]


def entered(door: Door, peer: str) -> Guest:
    """Return a session that came in now."""
    guest = Guest(peer)
    assert asyncio.run(door.enter(guest))
    return guest


def test_strangers_have_two_thirds_of_the_places(start: Start, crowd: list[Client]) -> None:
    running = start(small_door())
    assert fill(running, crowd) == ["220"] * STRANGERS
    with Client(running.port, "127.0.0.2") as one_more:
        assert one_more.answer().startswith("421 4.7.0")


def test_a_trusted_network_has_a_place_among_many_strangers(
    start: Start, sender: User, crowd: list[Client]
) -> None:
    sender.organization.trusted_networks = ["127.0.0.2/32"]
    sender.organization.save()
    running = start(small_door())
    fill(running, crowd)
    with Client(running.port, "127.0.0.2") as smtp:
        assert smtp.hello().startswith("250")


def test_where_somebody_logged_in_before_there_is_a_place_among_many_strangers(
    start: Start, sender: User, crowd: list[Client]
) -> None:
    running = start(small_door())
    with Client(running.port, "127.0.0.2") as smtp:
        smtp.hello()
        smtp.log_in(sender.email)
    fill(running, crowd)
    with Client(running.port, "127.0.0.2") as smtp:
        assert smtp.begin(sender).data(mail_from(sender)).startswith("250 ")


def test_the_stranger_that_was_silent_for_longest_gives_way(
    start: Start, sender: User, crowd: list[Client]
) -> None:
    running = start(small_door(silence=0.0))
    fill(running, crowd)
    with Client(running.port, "127.0.0.2") as smtp:
        assert smtp.begin(sender).data(mail_from(sender)).startswith("250 ")
    assert crowd[0].answer().startswith("421 4.7.0")
    assert [client.say("NOOP")[:3] for client in crowd[1:]] == ["250"] * (STRANGERS - 1)
    assert RawMail.objects.count() == 1


def test_a_stranger_that_speaks_is_not_the_one_to_go() -> None:
    clock = Clock()
    door = Door(places=3, patience=0, silence=5, clock=clock)
    first, second = entered(door, "192.0.2.1"), entered(door, "192.0.2.2")
    clock.now = 10
    first.spoke_at = 8
    third = entered(door, "192.0.2.3")
    assert (first.inside, second.inside, third.inside) == (True, False, True)


def test_a_login_that_is_being_checked_is_not_cut_off() -> None:
    clock = Clock()
    door = Door(places=3, patience=0, silence=5, clock=clock)
    busy = [entered(door, "192.0.2.1"), entered(door, "192.0.2.2")]
    busy[0].busy = busy[1].busy = True
    clock.now = 10
    assert not asyncio.run(door.enter(Guest("192.0.2.3")))


def test_strangers_send_nobody_away_from_a_network_that_is_known() -> None:
    clock = Clock()
    door = Door(places=3, patience=0, silence=5, clock=clock)
    door.guesses.note_login("192.0.2.1", "anna@zorg.example")
    known = entered(door, "192.0.2.1")
    strangers = [entered(door, "192.0.2.2"), entered(door, "192.0.2.3")]
    clock.now = 10
    entered(door, "192.0.2.4")
    assert (known.inside, strangers[0].inside, strangers[1].inside) == (True, False, True)


def test_a_stranger_has_so_long_until_the_login_whatever_it_says(start: Start) -> None:
    with Client(start(stranger_seconds=0.3).port) as smtp:
        smtp.hello()
        answers = until_closed(smtp)
    assert answers[-1].startswith("421 4.4.2")


def until_closed(smtp: Client) -> list[str]:
    """Say NOOP until the server has said goodbye; return its answers."""
    answers = [smtp.say("NOOP")]
    while answers[-1].startswith("250"):
        time.sleep(0.05)
        answers.append(smtp.say("NOOP"))
    return answers


def test_who_has_logged_in_takes_their_time(start: Start, sender: User) -> None:
    with Client(start(stranger_seconds=0.3).port) as smtp:
        smtp.begin(sender)
        time.sleep(0.5)
        assert smtp.data(mail_from(sender)).startswith("250 ")


def test_a_mail_of_ours_that_comes_back_is_taken_in_its_own_time(
    start: Start, sender: User
) -> None:
    with Client(start(stranger_seconds=0.3).port) as smtp:
        smtp.hello()
        smtp.say("MAIL FROM:<>")
        smtp.say(f"RCPT TO:<bounce+{'a' * 22}@zivweb.example>")
        assert smtp.say("DATA").startswith("354")
        time.sleep(0.5)
        assert smtp.data("Subject: returned").startswith("250 ")


def test_the_mail_of_a_stranger_ends_in_time(start: Start, sender: User) -> None:
    with Client(start(bounce_seconds=0.2).port) as smtp:
        smtp.hello()
        smtp.say("MAIL FROM:<>")
        smtp.say(f"RCPT TO:<bounce+{'a' * 22}@zivweb.example>")
        smtp.say("DATA")
        assert smtp.answer().startswith("421 4.4.2")
