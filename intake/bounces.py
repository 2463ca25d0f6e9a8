"""What a mail that came back says: which delivery failed for good (RFC 3464). Pure."""

import re

from intake.limits import MailTooComplex
from intake.parser import parse_mail

UNKNOWN = "5.0.0"  # RFC 3463: a permanent failure, no more is known
MAX_BYTES = 1024 * 1024
REPORT = "message/delivery-status"

_ACTION = re.compile(rb"^action[ \t]*:[ \t]*failed\b", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(
    rb"^status[ \t]*:[ \t]*([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE
)
_TOKEN = re.compile(r"bounce\+([A-Za-z0-9_-]{22})@.*")
_GROUPS = re.compile(rb"\r?\n[ \t]*\r?\n")


def failure_code(raw: bytes) -> str:
    """Return the enhanced status code of the first delivery that failed, "" when none did.

    A mail that is delayed, an answer of somebody who is away, or a mail without a report is none.
    """
    try:
        parsed = parse_mail(raw[:MAX_BYTES])
    except MailTooComplex:
        return ""
    reports = [part.content for part in parsed.attachments if part.content_type == REPORT]
    groups = [group for report in reports for group in _GROUPS.split(report)]
    failed = next((group for group in groups if _ACTION.search(group)), None)
    if failed is None:
        return ""
    status = _STATUS.search(failed)
    return status[1].decode() if status else UNKNOWN


def bounce_token(address: str) -> str:
    """Return the token in the address that a mail of ours comes back to, "" when there is none."""
    found = _TOKEN.fullmatch(address)
    return found[1] if found else ""
