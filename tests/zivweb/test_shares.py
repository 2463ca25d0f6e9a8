"""Nobody is kept out by those who ask very much."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.test import Client

from tests.zivweb.programs import wait_for
from zivweb import shares
from zivweb.shares import CROWDED, PLACES, Held, Shares

PATHS = {"recipients": "/m/x/", "people": "/contacts/", "programs": "/api/v1/contacts"}
OTHERS = [(kind, other) for kind in PATHS for other in PATHS if kind != other]


class Slow:
    """An application that is as slow as it is asked to be, and tells who was one too many."""

    def __init__(self) -> None:
        self.over, self.begun = Event(), list[str]()

    def __call__(self, environ: dict[str, Any], _start: object) -> list[bytes]:
        """Answer, once it may."""
        if CROWDED in environ:
            return [b"crowded"]
        self.begun.append(environ["PATH_INFO"])
        if "slow" in environ:
            self.over.wait()
        if "fails" in environ:
            raise ZeroDivisionError
        return [b"answered"]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    """Return one, which ends with the test; nobody waits long for a place."""
    monkeypatch.setattr(shares, "WAIT", 0.05)
    application = Slow()
    yield application
    application.over.set()


def ask(application: Shares, kind: str, **how: bool) -> bytes:
    """Return the answer to a request of this kind, read to its end."""
    answer = application({"PATH_INFO": PATHS[kind], **how}, None)
    content = b"".join(answer)
    getattr(answer, "close", str)()
    return content


@pytest.fixture
def pool(slow: Slow) -> Iterator[ThreadPoolExecutor]:
    """Return threads that wait for the slow answers."""
    with ThreadPoolExecutor(20) as threads:
        yield threads
        slow.over.set()


@pytest.mark.parametrize(("kind", "other"), OTHERS)
def test_whoever_holds_all_their_threads_holds_up_nobody_else(
    slow: Slow, pool: ThreadPoolExecutor, kind: str, other: str
) -> None:
    application = Shares(slow)
    _ = [pool.submit(ask, application, kind, slow=True) for _ in range(PLACES[kind])]
    assert wait_for(lambda: len(slow.begun) == PLACES[kind], 10)

    assert (ask(application, kind), ask(application, other)) == (b"crowded", b"answered")


@pytest.mark.parametrize("kind", PATHS)
def test_a_place_is_free_again_when_its_request_has_ended(slow: Slow, kind: str) -> None:
    application = Shares(slow)

    answers = {ask(application, kind) for _ in range(PLACES[kind] + 1)}

    assert answers == {b"answered"}


def test_an_answer_that_nobody_reads_gives_its_place_back(slow: Slow) -> None:
    application = Shares(slow)
    unread = {type(application({"PATH_INFO": "/contacts/"}, None)) for _ in range(9)}

    assert unread == {Held}
    assert ask(application, "people") == b"answered"


def test_an_answer_that_is_being_sent_keeps_its_place(slow: Slow) -> None:
    application = Shares(slow)
    sending = [application({"PATH_INFO": "/contacts/"}, None) for _ in range(PLACES["people"])]

    assert (ask(application, "people"), len(sending)) == (b"crowded", PLACES["people"])


@pytest.mark.parametrize("kind", PATHS)
def test_a_request_that_fails_gives_its_place_back(slow: Slow, kind: str) -> None:
    application = Shares(slow)
    with ThreadPoolExecutor(1) as one:
        failed = [one.submit(ask, application, kind, fails=True) for _ in range(PLACES[kind])]

    assert {type(each.exception()) for each in failed} == {ZeroDivisionError}
    assert ask(application, kind) == b"answered"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "words"), [("/contacts/", "Please try again"), ("/api/v1/contacts", "detail")]
)
def test_one_too_many_is_asked_to_come_back(client: Client, path: str, words: str) -> None:
    client.defaults[CROWDED] = "yes"
    answer = client.get(path, headers={"accept-language": "en"})

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert words in answer.content.decode()
