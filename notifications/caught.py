"""What a caught mail holds: its headers, its texts, and the links that a person may follow."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

from notifications.letters import WireMail


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the HTML part: its words and its address."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """A mail, opened."""

    sender: str
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]


def open_mail(mail: WireMail) -> CaughtMail:
    """Return what stands in the mail."""
    message = message_from_bytes(mail.raw, policy=default)
    return CaughtMail(
        sender=str(message["From"] or ""),
        subject=str(message["Subject"] or ""),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        headers=tuple((name, str(value)) for name, value in message.items()),
    )


def links_of(html: str) -> list[Link]:
    """Return the links to pages that have words of their own, in their order."""
    reader = _LinkReader()
    reader.feed(html)
    return [link for link in reader.links if link.words != link.address]


def _part(message: EmailMessage, subtype: str) -> str:
    part = message.get_body(preferencelist=(subtype,))
    text = part.get_content() if isinstance(part, EmailMessage) else ""
    return str(text).replace("\r\n", "\n")


class _LinkReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[Link] = []
        self._address = ""
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href") or ""
        if tag == "a" and address.startswith(("http://", "https://")):
            self._address, self._words = address, []

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._address:
            self.links.append(Link(" ".join("".join(self._words).split()), self._address))
            self._address = ""
