"""Reads vCards (2.1, 3.0, 4.0), one at a time; photos and keys are left out unread."""

import quopri
import re
from collections.abc import Iterator, Sequence
from typing import Any

import vobject
from vobject.base import ParseError, VObjectError

from contacts.importer import columns

MAX_LINE = 2_000_000  # characters
MAX_CARD_LINES = 5000
MAX_VALUES = 10
HEADER = (
    ["FN"]
    + [f"EMAIL {number}" for number in range(1, MAX_VALUES + 1)]
    + [f"TEL CELL {number}" for number in range(1, MAX_VALUES + 1)]
    + ["LANG"]
)
ROLES = [columns.NAME] + [columns.EMAIL] * MAX_VALUES + [columns.MOBILE] * MAX_VALUES
ROLES += [columns.LANGUAGE]
_OURS = ("nl", "en")
_QUOTED = "QUOTED-PRINTABLE"
# What vobject's own pattern takes for a line; on some others that one takes for ever.
_VALUE = r'(?:"[^"]*+"|[^";:,]*+)'
_LINE = re.compile(rf"[\w.-]++(?:;[\w-]++(?:={_VALUE})?+(?:,{_VALUE})*+)*+;?+:", re.ASCII)
_WANTED = {"BEGIN", "END", "VERSION", "FN", "N", "EMAIL", "TEL", "LANG", "ORG"}


def read_rows(lines: Iterator[str]) -> Iterator[Sequence[str]]:
    """Yield name, addresses, mobile numbers and language of each card, as `HEADER` has them."""
    card: list[str] = []
    for line in lines:
        word = line.strip().upper()
        if word == "BEGIN:VCARD":
            card = []
        card.append(line)
        if word == "END:VCARD" or len(card) > MAX_CARD_LINES:
            yield _row(_wanted(card))
            card = []


def _wanted(card: Sequence[str]) -> str:
    """Return the lines that name a person, each whole and in plain letters."""
    kept = [_decoded(line) for line in _whole_lines(card) if _named(line) in _WANTED]
    return "".join(f"{line}\r\n" for line in kept if _LINE.match(line))


def _whole_lines(card: Sequence[str]) -> list[str]:
    """Join the lines that were folded (RFC 6350, 3.2) or broken by quoted-printable."""
    whole: list[str] = []
    for line in (line.rstrip("\r\n") for line in card):
        if whole and line[:1] in {" ", "\t"}:
            whole[-1] += line[1:]
        elif whole and whole[-1].endswith("=") and _QUOTED in whole[-1].upper():
            whole[-1] = whole[-1][:-1] + line
        else:
            whole.append(line)
    return whole


def _named(line: str) -> str:
    return line.replace(";", ":").partition(":")[0].rpartition(".")[2].upper().strip()


def _decoded(line: str) -> str:
    """Return a line of version 2.1 without its quoted-printable."""
    head, _colon, value = line.partition(":")
    if _QUOTED not in head.upper():
        return line
    raw = quopri.decodestring(value.encode(errors="replace"))
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    kept = [part for part in head.split(";") if _QUOTED not in part.upper()]
    params = [part for part in kept if not part.upper().startswith("CHARSET=")]
    return f"{';'.join(params)}:{' '.join(text.split())}"


def _row(text: str) -> Sequence[str]:
    try:
        card = next(vobject.readComponents(text, ignoreUnreadable=True), None)
    except (ParseError, VObjectError, ValueError, UnicodeError, IndexError, KeyError):
        card = None
    contents: dict[str, Any] = card.contents if card is not None else {}
    emails = [_value(line) for line in _preferred(contents.get("email", []))]
    phones = [_value(line) for line in _preferred(contents.get("tel", [])) if _is_mobile(line)]
    spoken = [_value(line) for line in _preferred(contents.get("lang", []))]
    ours = next((text for text in spoken if text.lower()[:2] in _OURS), "")
    return [_name(contents), *_padded(emails), *_padded(phones), ours]


def _name(contents: dict[str, Any]) -> str:
    full = _value(contents["fn"][0]) if contents.get("fn") else ""
    if full or not contents.get("n"):
        return full
    name = contents["n"][0].value
    parts = (getattr(name, part, "") for part in ("given", "additional", "family"))
    return " ".join(str(part) for part in parts if isinstance(part, str) and part)


def _value(line: Any) -> str:
    text = line.value if isinstance(line.value, str) else ""
    if text.lower().startswith("tel:"):
        text = text[4:].partition(";")[0]
    return text.strip()


def _preferred(lines: Sequence[Any]) -> list[Any]:
    return sorted(lines, key=lambda line: 0 if "PREF" in _kinds(line) else 1)


def _is_mobile(line: Any) -> bool:
    kinds = _kinds(line)
    return bool(kinds & {"CELL", "MOBILE", "IPHONE"}) and not kinds & {"FAX", "PAGER"}


def _kinds(line: Any) -> set[str]:
    """Return what is said about a value: TYPE=CELL, PREF=1, and the bare CELL of version 2.1."""
    said = {kind.upper() for values in line.params.values() for kind in values}
    said |= {name.upper() for name in line.params} - {"TYPE"}
    said |= {single.upper() for single in getattr(line, "singletonparams", [])}
    return {word for kind in said for word in kind.strip('"').split(",")}


def _padded(values: Sequence[str]) -> list[str]:
    kept = [value for value in values if value][:MAX_VALUES]
    return kept + [""] * (MAX_VALUES - len(kept))
