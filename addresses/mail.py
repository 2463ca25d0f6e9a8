"""E-mail addresses: one normal form to store and compare, and a masked form to show."""

import re
import unicodedata
from collections.abc import Iterable

import idna

from addresses.text import strip_for_domain, strip_invisible

MAX_LENGTH = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
MAX_LOCAL_LENGTH = 64  # RFC 5321, 4.5.3.1.1
MAX_DOMAIN_LENGTH = 253  # RFC 1035, 2.3.4, as text
_MAX_TYPED = 1000  # more is no address in any spelling, and would take long to read

_ATOM = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f-\x9f]+")
# Underscores are for no host, but there are domains that have one and get mail.
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")  # UTS 46, 4.4: full-width and ideographic ones too
_JOINERS = "\u200c\u200d"
_VIRAMA = 9  # its canonical combining class


class AddressError(ValueError):
    """The text is no e-mail address that a mail can be sent to."""


def normalize_address(text: str) -> str:
    """Return the address as it is stored and compared: lower case, domain as A-labels.

    White space around it, `<` `>`, `mailto:` and invisible characters are taken off.
    Raises AddressError.
    """
    if len(text) > _MAX_TYPED:
        raise AddressError(text[:_MAX_TYPED])
    cleaned = strip_for_domain(text).strip().strip("<>").strip()
    if cleaned[:7].lower() == "mailto:":
        cleaned = cleaned[7:]
    local, at, domain = cleaned.rpartition("@")
    local = _normalize_local(local)
    if not at or not local or len(local.encode()) > MAX_LOCAL_LENGTH or not _is_local(local):
        raise AddressError(text)
    address = f"{local}@{normalize_domain(domain)}"
    if len(address.encode()) > MAX_LENGTH:
        raise AddressError(text)
    return address


def stored_form(text: str) -> str:
    """Return what to look for where an address is stored: its normal form, "" when it has none."""
    try:
        return normalize_address(text)
    except AddressError:
        return ""


def normalize_domain(text: str) -> str:
    """Return the domain in lower case, as A-labels. Raises AddressError.

    What is not ASCII is read by IDNA 2008 (RFC 5891) with the mapping of UTS 46, non-transitional:
    ß, the final sigma and joiners make another domain. ASCII follows our own rule: names like
    ab--cd and my_host exist, and A-labels that say nothing stay as they are.
    """
    if len(text) > _MAX_TYPED:
        raise AddressError(text[:_MAX_TYPED])
    cleaned = strip_for_domain(text).strip()
    try:
        domain = _to_ascii(cleaned)
    except UnicodeError:
        try:
            domain = _to_ascii(_without_copied_joiners(cleaned))
        except UnicodeError as error:
            raise AddressError(text) from error
    labels = domain.split(".")
    too_long = len(domain) > MAX_DOMAIN_LENGTH
    if too_long or any(len(label) > 63 or not _LABEL.fullmatch(label) for label in labels):
        raise AddressError(text)
    return domain


def domain_of(address: str) -> str:
    """Return the domain of a normalized address."""
    return address.rpartition("@")[2]


def show_domain(domain: str) -> str:
    """Return the normalized domain as a person reads it: U-labels where they lead back to it."""
    return ".".join(map(_show_label, domain.split(".")))


def without_joiners(address: str) -> str:
    """Return the normalized address that is left of this one where joiners got lost."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{normalize_domain(strip_invisible(show_domain(domain)))}"
    except AddressError:
        return address


def show_address(address: str) -> str:
    """Return a normalized address, or a whole domain (`@example.org`), as a person reads it."""
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{show_domain(domain)}"


def mask_address(address: str) -> str:
    """Return the address with its local part mostly hidden: `j•••@example.nl`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"


def join_addresses(addresses: Iterable[str]) -> str:
    """Return the addresses as one line of text."""
    return ", ".join(addresses)


def _is_local(local: str) -> bool:
    return all(_ATOM.fullmatch(atom) for atom in local.split("."))


def _normalize_local(text: str) -> str:
    """Return the local part in one form, also where lower case makes room for a composed letter."""
    lowered = unicodedata.normalize("NFC", strip_invisible(text)).lower()
    return unicodedata.normalize("NFC", lowered)


def _to_ascii(domain: str) -> str:
    """Return the domain as A-labels. Raises UnicodeError."""
    return ".".join(map(_label_to_ascii, _DOTS.split(domain))).rstrip(".")


def _without_copied_joiners(domain: str) -> str:
    """Return the domain without joiners that came along at its edges. Raises UnicodeError.

    Behind a virama one may belong (RFC 5892, A.1, A.2): of several there, nobody knows which.
    """
    bare = domain.strip(_JOINERS)
    if domain[-1:] != bare[-1:] and unicodedata.combining(bare[-1:] or " ") == _VIRAMA:
        raise UnicodeError
    return bare


def _label_to_ascii(label: str) -> str:
    if label.isascii():
        return label.lower()
    # Older tables make ss of the capital sharp s, which is what ß looks like in capitals.
    mapped = label.replace("\u1e9e", "\u00df")
    return idna.encode(mapped, uts46=True, transitional=False).decode("ascii")


def _show_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        shown = idna.decode(label)
        return shown if _label_to_ascii(shown) == label else label
    except UnicodeError:
        return label
