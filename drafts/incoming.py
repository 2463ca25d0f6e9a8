"""A mail as intake hands it over, to be held until everybody can be verified. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from delivery.sanitizer import Shown


@dataclass(frozen=True, slots=True)
class Choice:
    """Verification data that a person typed: a mobile number (E.164), or an access code."""

    method: str
    value: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class IncomingRecipient:
    """A recipient of the envelope; `kind` is to, cc or bcc; `header` what the mail asked for."""

    address: str
    name: str
    kind: str
    header: Choice | None = None


@dataclass(frozen=True, slots=True)
class IncomingAttachment:
    """A file of the mail."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class LineProblem:
    """A line of the mail's header block that cannot be obeyed, and the reason code."""

    line: str
    reason: str


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """A parsed mail: the header block is out of it, and read into its own fields.

    `html_text` is the visible text of the HTML body, "" when the mail has none. `drafts.preparing`
    adds `shown`, the HTML made safe, and `seen`: what makes another mail of it, as JSON.
    """

    organization_id: int
    sender_id: int
    subject: str
    text: str | None
    html: str | None
    recipients: tuple[IncomingRecipient, ...]
    attachments: tuple[IncomingAttachment, ...] = ()
    message_id: str = ""
    references: tuple[str, ...] = ()
    html_text: str = ""
    minimum: str = ""
    expires_after: timedelta | None = None
    problems: tuple[LineProblem, ...] = ()
    defects: tuple[str, ...] = ()
    shown: Shown | None = None
    seen: str = ""
