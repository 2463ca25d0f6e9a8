"""Reads any mail: its text, attachments and the fields that people see, in linear time."""

from intake.limits import MailTooComplex
from intake.parser.mail import FromHeader, ParsedMail, parse_mail, read_from_header
from intake.parser.mailboxes import Mailbox
from intake.parser.views import Part

__all__ = [
    "FromHeader",
    "MailTooComplex",
    "Mailbox",
    "ParsedMail",
    "Part",
    "parse_mail",
    "read_from_header",
]
