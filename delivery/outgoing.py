"""What drafts hand over to become a message. Pure."""

from dataclasses import dataclass, field

from delivery.sanitizer import Shown

TO, CC, BCC = "to", "cc", "bcc"


@dataclass(frozen=True, slots=True)
class OutgoingAttachment:
    """A file whose bytes are stored already; `content_id` is what the HTML calls it by."""

    name: str
    content_type: str
    content_id: str
    inline: bool
    blob_id: int


@dataclass(frozen=True, slots=True)
class OutgoingRecipient:
    """A recipient by the envelope, and the verification data that was chosen.

    `value` is a number (E.164) or an access code; `datum_id` is the contact's datum it came from.
    """

    address: str
    name: str
    kind: str
    method: str
    source: str
    value: str = field(repr=False)
    hint: str = field(default="", repr=False)
    datum_id: int | None = None


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A mail that is released; `keep_days` is how long recipients can read it.

    `message_id` is that of the mail as it was handed in, "" when it had none; `shown` is its HTML
    as pages show it, where it was made safe when it came in.
    """

    organization_id: int
    sender_id: int
    subject: str
    text: str | None = field(repr=False)
    html: str | None = field(repr=False)
    recipients: tuple[OutgoingRecipient, ...]
    attachments: tuple[OutgoingAttachment, ...]
    keep_days: int
    message_id: str = ""
    shown: Shown | None = field(default=None, repr=False)
