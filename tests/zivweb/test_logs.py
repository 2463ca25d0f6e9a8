"""Log lines hold no link, no address and no number."""

import json
import logging

import pytest
from structlog.contextvars import bound_contextvars

from zivweb.logs import NotBusy, formatter


def line(message: str) -> str:
    """Return how a library's log message is written."""
    return formatter().format(logging.LogRecord("x", logging.ERROR, "", 0, message, (), None))


@pytest.mark.parametrize(
    ("message", "secret"),
    [
        ("Internal Server Error: /finish/AbCdEfGhIjKlMnOpQrStUv/", "AbCdEf"),
        ("Internal Server Error: /m/AbCdEfGhIjKlMnOpQrStUv/code/", "AbCdEf"),
        ("Key (address)=(jan@example.nl) already exists.", "jan@"),
        ("could not send to +31636363636", "+31636363636"),
        ("Internal Server Error: /account/password/reset/key/1-set-AbCdEf/", "AbCdEf"),
        ("could not send to 0031636363636", "636363"),
        ("could not send to '06-36 36 36 36'", "36 36"),
        ("could not send to tel:0636363636.", "636363"),
        ("could not send to +31 (0)6 3636 3636", "3636"),
        ("insert failed\nDETAIL:  Key (name)=(Jan de Vries) already exists.", "Jan"),
        ("insert failed\nDETAIL:  Failing row contains (1,\nJan\nde Vries).", "Jan"),
        ("UniqueViolation('insert failed\\nDETAIL:  Key (name)=(Jan)')", "Jan"),
    ],
)
def test_personal_data_is_cut(message: str, secret: str) -> None:
    assert secret not in line(message)


@pytest.mark.parametrize(
    "message",
    [
        "draft:12: judge_new failed",
        "at 2026-11-23T14:02:10.12345678Z, again at 2026-11-23 14:02:10,123",
        "due 2026-11-23",
        "task 550e8400-e29b-41d4-a716-446655440000 received",
        "task 12345678-1234-4123-8123-123456789012 received",
        "relay 192.168.100.200:2525 does not answer after 30 seconds",
        'File "/srv/zivweb/flow/sweeps.py", line 42, in wake',
    ],
)
def test_the_rest_of_the_line_stays(message: str) -> None:
    assert message.replace('"', '\\"') in line(message)


def test_what_follows_the_detail_of_an_error_stays() -> None:
    text = line("failed\nDETAIL:  Key (x)=(1)\nCONTEXT:  while locking\n\nTraceback: one")

    assert "while locking" in text
    assert "Traceback: one" in text


def test_a_new_line_cannot_forge_a_log_line() -> None:
    assert "\n" not in line("one\nlevel=error event=forged")


def test_a_line_of_json_says_which_process_and_request_it_is_of() -> None:
    record = logging.LogRecord("drafts", logging.INFO, "", 0, "draft:%s held", (12,), None)

    with bound_contextvars(request="4f1a"):
        written = json.loads(formatter("json", "web").format(record))

    assert written.pop("timestamp").endswith("Z")
    assert written == {
        "event": "draft:12 held",
        "level": "info",
        "logger": "drafts",
        "process": "web",
        "request": "4f1a",
    }


def test_a_line_of_json_holds_no_person_either() -> None:
    record = logging.LogRecord("x", logging.ERROR, "", 0, "no jan@example.nl", (), None)

    assert "jan" not in formatter("json").format(record)


@pytest.mark.parametrize(("status", "written"), [(503, False), (500, True)])
def test_that_somebody_was_asked_to_come_back_is_no_line(status: int, written: bool) -> None:
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "answered", (), None)
    record.status_code = status

    assert NotBusy().filter(record) is written
