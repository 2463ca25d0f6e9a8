"""What the server says, in words that a person can act on, with enhanced codes (RFC 3463)."""

import re
from typing import Final

AUTH_NEEDED: Final = "530 5.7.0 Sign in first: AUTH with your e-mail address and password"
BAD_LOGIN: Final = "535 5.7.8 Address or password is not right"
NO_LOGIN_NOW: Final = "454 4.7.0 Cannot check your login now, please try again"
TOO_MANY_LOGINS: Final = "421 4.7.0 Too many failed logins, try again later"
TOO_MANY_SESSIONS: Final = "421 4.7.0 Too many connections, try again later"
NOT_YOUR_ADDRESS: Final = "550 5.7.1 This sender address is not the address of your login"
UNKNOWN_SENDER: Final = "550 5.1.8 This sender is no active user of your organization"
SENDER_GONE: Final = "550 5.7.1 This sender is not active any more"
BAD_ADDRESS: Final = "553 5.1.3 This is no e-mail address that mail can be sent to"
NO_MAILBOX: Final = "550 5.1.1 This address takes no mail"
NO_READER: Final = "550 5.1.1 Nobody reads this address: ask your support contact, or see {help}"
TOO_MANY_RECIPIENTS: Final = "452 4.5.3 Too many recipients in one mail"
TOO_BIG: Final = "552 5.3.4 The mail is too big: {limit} bytes is the most"
HELLO_FIRST: Final = "503 5.5.1 Send EHLO first"
MAIL_FIRST: Final = "503 5.5.1 Send MAIL first"
MAIL_TWICE: Final = "503 5.5.1 MAIL was sent already"
RECIPIENT_FIRST: Final = "503 5.5.1 Send RCPT first"
TLS_ALREADY: Final = "503 5.5.1 TLS is on already"
BAD_SYNTAX: Final = "501 5.5.4 Syntax: {syntax}"
BAD_PARAMETER: Final = "555 5.5.4 A parameter of this command is not known"
NO_FROM: Final = "550 5.7.1 The mail must have one From field with one address in it"
FOREIGN_FROM: Final = "550 5.7.1 The From address of the mail is not the address of its sender"
FOREIGN_DOMAIN: Final = "550 5.7.1 The From address of the mail is not of your organization"
LINE_TOO_LONG: Final = "554 5.6.0 A line of the mail is longer than 1 MiB"
HEADER_TOO_BIG: Final = "554 5.6.0 The header of the mail is too long or has too many fields"
LOOP: Final = "554 5.4.6 The mail goes round in a loop"
GO_ON: Final = "354 End data with <CR><LF>.<CR><LF>"
SENDER_TAKEN: Final = "250 2.1.0 Sender taken"
RECIPIENT_TAKEN: Final = "250 2.1.5 Recipient taken"
NOT_VERIFIED: Final = "252 2.5.0 Cannot verify the address, but will take mail for it"
STORED: Final = "250 2.6.0 Stored as {uid}"
RETURNED: Final = "250 2.6.0 Taken"
TRY_AGAIN: Final = "451 4.3.0 Temporary failure, please try again"
READ_ONLY: Final = "451 4.3.2 Maintenance, please try again in a minute"
NO_ROOM: Final = "452 4.3.1 No room now, please try again later"
TOO_SLOW: Final = "421 4.4.2 This took too long, closing the connection"
STOPPING: Final = "421 4.3.2 The server is restarting, please try again"

_PLAIN: Final = re.compile(r"([245]\d\d) (?![245]\.\d)(.*)", re.DOTALL)
_ENHANCED: Final = {
    "221": "2.0.0",
    "252": "2.0.0",
    "454": "4.7.0",
    "500": "5.5.2",
    "501": "5.5.4",
    "502": "5.5.1",
    "503": "5.5.1",
    "504": "5.5.4",
    "554": "5.7.0",
}


class Refused(Exception):
    """The client gets this reply instead of what it asked for."""

    def __init__(self, reply: str, **words: object) -> None:
        """Fill the words into the reply."""
        super().__init__(reply.format(**words) if words else reply)
        self.reply = str(self)


class Goodbye(Refused):
    """The client gets this reply, and then the connection is closed."""


def with_enhanced_code(reply: str) -> str:
    """Give a reply of the library its enhanced code (RFC 2034), where it has none."""
    if reply == "250 OK":
        return "250 2.0.0 OK"
    match = _PLAIN.fullmatch(reply)
    enhanced = _ENHANCED.get(match[1]) if match else None
    return f"{match[1]} {enhanced} {match[2]}" if match and enhanced else reply
