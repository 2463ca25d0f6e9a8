"""Log lines hold no link, no address and no number."""

import logging

import pytest

from zivweb.logs import formatter


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
    ],
)
def test_personal_data_is_cut(message: str, secret: str) -> None:
    assert secret not in line(message)


def test_the_rest_of_the_line_stays() -> None:
    assert "draft:12: judge_new failed" in line("draft:12: judge_new failed")


def test_a_new_line_cannot_forge_a_log_line() -> None:
    assert "\n" not in line("one\nlevel=error event=forged")
