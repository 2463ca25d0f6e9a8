"""E-mail addresses: one normal form to store and compare, and a masked form to show."""

import re
import unicodedata
from collections.abc import Iterable

MAX_LENGTH = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
MAX_LOCAL_LENGTH = 64  # RFC 5321, 4.5.3.1.1

_ATOM = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f-\x9f]+")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_INVISIBLE = {"\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad"}


class AddressError(ValueError):
    """The text is no e-mail address that a mail can be sent to."""


def normalize_address(text: str) -> str:
    """Return the address as it is stored and compared: lower case, domain as A-labels.

    White space around it, `<` `>` and `mailto:` are taken off. Raises AddressError.
    """
    cleaned = "".join(c for c in text if c not in _INVISIBLE).strip().strip("<>").strip()
    if cleaned[:7].lower() == "mailto:":
        cleaned = cleaned[7:]
    local, at, domain = cleaned.rpartition("@")
    local = unicodedata.normalize("NFC", local).lower()
    if not at or not local or len(local.encode()) > MAX_LOCAL_LENGTH or not _is_local(local):
        raise AddressError(text)
    address = f"{local}@{normalize_domain(domain)}"
    if len(address.encode()) > MAX_LENGTH:
        raise AddressError(text)
    return address


def normalize_domain(text: str) -> str:
    """Return the domain in lower case, as A-labels (RFC 5890). Raises AddressError."""
    domain = text.strip().rstrip(".").lower()
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise AddressError(text) from error
    labels = domain.split(".")
    if any(len(label) > 63 or not _LABEL.fullmatch(label) for label in labels):
        raise AddressError(text)
    return domain


def domain_of(address: str) -> str:
    """Return the domain of a normalized address."""
    return address.rpartition("@")[2]


def show_domain(domain: str) -> str:
    """Return the domain as a person reads it: U-labels where they decode."""
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain


def mask_address(address: str) -> str:
    """Return the address with its local part mostly hidden: `j•••@example.nl`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"


def join_addresses(addresses: Iterable[str]) -> str:
    """Return the addresses as one line of text."""
    return ", ".join(addresses)


def _is_local(local: str) -> bool:
    return all(_ATOM.fullmatch(atom) for atom in local.split("."))
