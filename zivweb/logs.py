"""How a log line looks: time, level, logger, event. It holds ids; what slips through is cut."""

import logging
import re

import structlog
from structlog.typing import EventDict, WrappedLogger

_LINK = re.compile(r"/(m|finish)/[^/\s\"']+")
_ADDRESS = re.compile(r"[^\s<>()\"'=,;:/]+@[^\s<>()\"',;:/]+")
_NUMBER = re.compile(r"\+\d{7,15}")


def hide_personal_data(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take tokens of links, addresses and numbers out, also out of a traceback's last line."""
    return {name: _hidden(value) for name, value in event.items()}


def formatter() -> logging.Formatter:
    """Return the formatter of every log line, ours and the libraries'."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            hide_personal_data,
            structlog.processors.LogfmtRenderer(
                key_order=["timestamp", "level", "logger", "event"]
            ),
        ],
    )


def _hidden(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = _LINK.sub(r"/\1/[link]", value)
    return _NUMBER.sub("[number]", _ADDRESS.sub("[address]", text))
