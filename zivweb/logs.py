"""How a log line looks: time, level, logger, event, and the ids of its request or task.

It holds ids, no persons; what slips through is cut.
"""

import logging
import re

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_LINK = re.compile(r"/(m|finish|account/password/reset/key)/[^/\s\"']+")
# It begins where a word begins, so that a long word is read once.
_ADDRESS = re.compile(r"(?<![^\s<>()\"'=,;:/])[^\s<>()\"'=,;:/]+@[^\s<>()\"',;:/]+")
# Eight digits or more, also in groups; no date, no fraction of a second, no part of a UUID.
_NUMBER = re.compile(
    r"(?<![\w-])(?<!\d[.:])(?!\d{4}-\d\d-\d\d(?!\d))"
    r"\+?\d(?:[ \u00a0\u2010-\u2015-]{0,2}\d){7,19}(?![\w-])"
)
# What PostgreSQL tells about the row: the line, and those that it goes on with.
_DETAIL = re.compile(r"DETAIL:[^\n]*(?:\n(?!\s*$|HINT:|CONTEXT:)[^\n]*)*", re.MULTILINE)


class NotBusy(logging.Filter):
    """Leaves out that somebody was asked to come back: it is no fault, and may be very many."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the line is written; one with an exception is."""
        return getattr(record, "status_code", None) != 503 or record.exc_info is not None


class ShortHost(logging.Filter):
    """Tells of a Host that is not ours in one short line: scanners send very many."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the traceback and the advice to developers away."""
        record.msg, record.args = (
            "Host %.60s is not ours",
            (record.getMessage().split()[3:4] or "-",),
        )
        record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
        return True


def hide_personal_data(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take tokens of links, addresses, numbers and rows out, also out of a traceback."""
    return {name: _hidden(value) for name, value in event.items()}


def formatter(form: str = "text", process: str = "") -> logging.Formatter:
    """Return the formatter of every log line, ours and the libraries': `json` or `text`.

    `process` is the kind of process that writes, "" for a command.
    """
    first = ["timestamp", "level", "logger", "event"]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            hide_personal_data,
            *(_as_json(process) if form == "json" else [_logfmt(first)]),
        ],
    )


def _as_json(process: str) -> list[Processor]:
    def name_process(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["process"] = process or "command"
        return event

    return [name_process, structlog.processors.JSONRenderer(sort_keys=True)]


def _logfmt(first: list[str]) -> Processor:
    return structlog.processors.LogfmtRenderer(key_order=first)


def _hidden(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = _LINK.sub(r"/\1/[link]", _DETAIL.sub("[detail]", value))
    return _NUMBER.sub("[number]", _ADDRESS.sub("[address]", text))
