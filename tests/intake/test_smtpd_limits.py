"""What a server stands: slow, many and hostile clients, a dead database, and its own end."""

import socket
import threading
import time

import pytest
from django.db import DatabaseError, connection

from accounts.models import User
from flow.access import event_counts
from flow.models import SESSION_REFUSED
from intake.models import RawMail
from intake.smtpd import door as doors
from intake.smtpd.connection import failure_reply
from intake.smtpd.door import Door
from tests import engines
from tests.intake.conftest import Start
from tests.intake.smtp import Client, Running, mail_from


@pytest.fixture
def way(both_ways: bool) -> bool:
    """What holds here holds for both ways of storing."""
    return both_ways


def hurried_door() -> Door:
    """A door that lets nobody wait long."""
    return Door(patience=0.1)


def test_an_idle_client_is_told_and_closed(start: Start) -> None:
    with Client(start(idle_seconds=0.2).port) as smtp:
        smtp.answer()
        assert smtp.answer().startswith("421 4.4.2")
        assert smtp.answer() == ""


def test_a_mail_that_takes_too_long_is_closed(start: Start, sender: User) -> None:
    with Client(start(data_seconds=0.2).port) as smtp:
        smtp.begin(sender).send("From: slow")
        assert smtp.answer().startswith("421 4.4.2")
        assert smtp.answer() == ""


def test_a_command_line_without_an_end_is_closed_in_time(start: Start) -> None:
    with Client(start(idle_seconds=0.5).port) as smtp:
        smtp.answer()
        smtp.send("x" * 1_000_000)
        assert smtp.answer().startswith("421 4.4.2")


def test_a_long_command_is_an_error(smtp: Client) -> None:
    smtp.hello()
    assert smtp.say("RCPT TO:<" + "x" * 5_000).startswith("500 5.5.2")
    assert smtp.say("NOOP").startswith("250 ")


def test_a_twenty_first_stranger_of_one_peer_has_to_go(start: Start) -> None:
    port = start(hurried_door()).port
    first = [Client(port) for _ in range(doors.STRANGERS_PER_PEER)]
    assert {smtp.answer()[:3] for smtp in first} == {"220"}
    with Client(port) as one_more, Client(port, "127.0.0.2") as neighbour:
        assert one_more.answer().startswith("421 4.7.0")
        assert neighbour.answer().startswith("220 ")
    list(map(Client.close, first))


def test_sessions_that_are_sent_away_are_counted(start: Start) -> None:
    running = start(hurried_door())
    first = [Client(running.port) for _ in range(doors.STRANGERS_PER_PEER)]
    assert {smtp.answer()[:3] for smtp in first} == {"220"}
    with Client(running.port) as one_more:
        one_more.answer()
    list(map(Client.close, first))

    running.stop()

    assert event_counts(SESSION_REFUSED) == {"too_many_sessions": 1}


def test_clients_that_have_logged_in_make_room_for_more(start: Start, sender: User) -> None:
    port = start(hurried_door()).port
    first = [Client(port) for _ in range(doors.STRANGERS_PER_PEER)]
    first[0].hello()
    first[0].log_in(sender.email)
    with Client(port) as one_more:
        assert one_more.answer().startswith("220 ")
    list(map(Client.close, first))


def test_a_trusted_network_has_no_share(start: Start, sender: User) -> None:
    sender.organization.trusted_networks = ["127.0.0.1/32"]
    sender.organization.save()
    port = start(hurried_door()).port
    clients = [Client(port) for _ in range(doors.STRANGERS_PER_PEER + 5)]
    assert {smtp.answer()[:3] for smtp in clients} == {"220"}
    list(map(Client.close, clients))


def test_a_hundred_and_first_session_has_to_go(start: Start) -> None:
    door = hurried_door()
    door.inside = doors.SESSIONS
    with Client(start(door).port) as smtp:
        assert smtp.answer().startswith("421 4.7.0")


def test_endless_noops_are_closed(smtp: Client) -> None:
    smtp.hello()
    smtp.send("NOOP\r\n" * 300)
    answers = [smtp.answer()[:3] for _ in range(201)]
    assert answers[199:] == ["250", "421"]


def test_nonsense_is_closed(smtp: Client) -> None:
    smtp.hello()
    answers = [smtp.say("HELLO-WORLD")[:3] for _ in range(5)]
    assert answers == ["500", "500", "500", "500", "502"]
    assert smtp.answer() == ""


def test_slow_clients_do_not_hold_up_others(server: Running, sender: User) -> None:
    slow = [Client(server.port) for _ in range(10)]
    with Client(server.port) as smtp:
        assert smtp.begin(sender).data(mail_from(sender)).startswith("250 ")
    assert {each.hello()[:3] for each in slow} == {"250"}  # they were there all the time
    list(map(Client.close, slow))


@pytest.mark.races
def test_mails_of_many_sessions_are_each_stored_once(server: Running, sender: User) -> None:
    answers: list[str] = []

    def hand_in() -> None:
        with Client(server.port) as smtp:
            answers.append(smtp.begin(sender).data(mail_from(sender)))

    threads = [threading.Thread(target=hand_in) for _ in range(16)]
    list(map(threading.Thread.start, threads))
    list(map(threading.Thread.join, threads))
    uids = {str(uid) for uid in RawMail.objects.values_list("uid", flat=True)}
    assert {answer.removeprefix("250 2.6.0 Stored as ") for answer in answers} == uids
    assert len(uids) == 16


def test_a_database_that_fails_is_a_temporary_failure(smtp: Client, sender: User) -> None:
    smtp.begin(sender)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE intake_rawmail RENAME TO away")
    answer = smtp.data(mail_from(sender))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE away RENAME TO intake_rawmail")
    assert answer == "451 4.3.0 Temporary failure, please try again"
    assert not RawMail.objects.exists()


@pytest.mark.slow
def test_a_database_that_does_not_answer_costs_a_451(smtp: Client, sender: User) -> None:
    smtp.begin(sender)
    with engines.locked("intake_rawmail"):
        answer = smtp.data(mail_from(sender))
    time.sleep(0.3)  # the insert that waited is rolled back, because nobody waits for it
    assert answer.startswith("451 4.3.0")
    assert not RawMail.objects.exists()


def test_a_login_that_cannot_be_checked_is_a_temporary_failure(smtp: Client, sender: User) -> None:
    smtp.hello()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_user RENAME TO away")
    answer = smtp.log_in(sender.email)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE away RENAME TO accounts_user")
    assert answer.startswith("454 4.7.0")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("could not extend file: No space left on device", "452 4.3.1"),
        ("database or disk is full", "452 4.3.1"),
        ("connection to server at 10.0.0.1 failed", "451 4.3.0"),
    ],
)
def test_a_full_disk_is_no_room_and_all_else_a_temporary_failure(text: str, code: str) -> None:
    assert failure_reply(DatabaseError(text)).startswith(code)


def test_a_server_that_stops_tells_idle_clients(server: Running) -> None:
    with Client(server.port) as smtp:
        smtp.hello()
        server.stop()
        assert smtp.answer().startswith("421 4.3.2")
        assert smtp.answer() == ""


def test_a_server_that_stops_finishes_a_mail_on_its_way_in(server: Running, sender: User) -> None:
    with Client(server.port) as smtp:
        smtp.begin(sender).send("From: " + sender.email)
        stopping = threading.Thread(target=server.stop, args=(5.0,))
        stopping.start()
        time.sleep(0.2)
        assert smtp.data("\r\n\r\nHello.").startswith("250 ")
        assert smtp.answer().startswith("421 4.3.2")
        stopping.join()
    assert RawMail.objects.count() == 1


def test_a_server_that_stops_takes_no_new_clients(server: Running) -> None:
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), 1)


def test_mail_is_put_off_in_read_only_mode(start: Start, sender: User) -> None:
    with Client(start(read_only=True).port) as smtp:
        smtp.hello()
        smtp.log_in(sender.email)

        assert smtp.say(f"MAIL FROM:<{sender.email}>").startswith("451 4.3.2 ")
