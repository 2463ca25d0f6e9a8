"""The JSON that is sealed in a message: what it says, and what verifies a recipient. Pure."""

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says; a part that the mail did not have is None.

    `message_id` is the Message-ID of the sender's own mail: replies thread under it.
    """

    subject: str
    text: str | None
    html: str | None
    sender_name: str
    message_id: str = ""

    def to_bytes(self) -> bytes:
        """Return the bytes to seal."""
        return _dump(asdict(self))


@dataclass(frozen=True, slots=True)
class Secret:
    """What verifies a recipient: a number (E.164), or an access code with its hint."""

    value: str = field(repr=False)
    hint: str = field(default="", repr=False)

    def to_bytes(self) -> bytes:
        """Return the bytes to seal."""
        return _dump(asdict(self))


@dataclass(frozen=True, slots=True)
class ReplyContent:
    """What a recipient answered."""

    subject: str
    text: str = field(repr=False)

    def to_bytes(self) -> bytes:
        """Return the bytes to seal."""
        return _dump(asdict(self))


def read_content(opened: bytes) -> Content:
    """Return what `Content.to_bytes` was made of."""
    return Content(**json.loads(opened))


def read_secret(opened: bytes) -> Secret:
    """Return what `Secret.to_bytes` was made of."""
    return Secret(**json.loads(opened))


def read_reply(opened: bytes) -> ReplyContent:
    """Return what `ReplyContent.to_bytes` was made of."""
    return ReplyContent(**json.loads(opened))


def _dump(data: dict[str, str | None]) -> bytes:
    # ASCII: a mail's text may hold half a surrogate pair, which UTF-8 cannot write.
    return json.dumps(data).encode("ascii")
