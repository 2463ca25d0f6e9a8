"""What can be sent to a person: a mail or an SMS, before it is rendered. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that goes along with a mail."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one person, of the templates in templates/mail/<kind>/.

    `context` holds plain data only. The From address is no-reply@ZIVWEB_MAIL_DOMAIN unless
    `from_address` is given; `from_name` is the name that is shown with it. `list_id` is the first
    label of a List-Id (RFC 2919), for mails of one kind to many people. `logo` is shown above it.
    `urgent`: somebody waits for it at a screen, so it goes before what waits already.
    """

    kind: str
    to: str
    to_name: str
    language: str
    context: Mapping[str, Any]
    from_name: str = ""
    from_address: str = ""
    list_id: str = ""
    reply_to: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    files: tuple[MailFile, ...] = ()
    logo: MailFile | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Posting:
    """A mail, the organization that sends it, what it is about, and the key that makes it one."""

    mail: Mail
    organization_id: int
    about: str
    key: str


@dataclass(frozen=True, slots=True)
class Sms:
    """An SMS to one number (E.164), of the template templates/sms/<kind>.txt."""

    kind: str
    to: str
    language: str
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parts:
    """The rendered texts of a mail."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class WireMail:
    """A mail as it goes over the wire: envelope sender, envelope recipient, RFC 5322 bytes."""

    sender: str
    to: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class WireSms:
    """An SMS as it goes to the gateway."""

    to: str
    text: str


def pack_mail(mail: WireMail) -> bytes:
    """Return the mail as the JSON that is sealed in its row."""
    fields = {"from": mail.sender, "to": mail.to, "raw": mail.raw.decode("ascii")}
    return json.dumps(fields).encode()


def unpack_mail(packed: bytes) -> WireMail:
    """Return what `pack_mail` was given."""
    fields = json.loads(packed)
    return WireMail(fields["from"], fields["to"], fields["raw"].encode("ascii"))


def pack_sms(sms: WireSms) -> bytes:
    """Return the SMS as the JSON that is sealed in its row."""
    return json.dumps({"to": sms.to, "text": sms.text}).encode()


def unpack_sms(packed: bytes) -> WireSms:
    """Return what `pack_sms` was given."""
    fields = json.loads(packed)
    return WireSms(fields["to"], fields["text"])
