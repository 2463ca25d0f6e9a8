"""Encoded words in header fields (RFC 2047), broken ones included."""

import re
from itertools import groupby
from operator import itemgetter
from typing import Final

from intake.parser.charsets import clean, decode
from intake.parser.encodings import decode_base64, decode_quoted_printable

_WORD: Final = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?(.*?)\?=", re.DOTALL)
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SPACES: Final = re.compile(r"\s+")

_Word = tuple[str, str, str]


def header_text(raw: bytes, charset: str = "") -> str:
    """Give an unstructured field as people read it, on one line.

    The charset is the guess for eight-bit characters that are no UTF-8.
    """
    return one_line(decode_words(decode_field(raw, charset)))


def decode_field(raw: bytes, charset: str = "") -> str:
    """Decode the bytes of a field: UTF-8 (RFC 6532) or, failing that, the mail's own charset."""
    if raw.isascii() and b"\x1b" not in raw:
        return clean(raw.decode("ascii"))
    try:
        return clean(raw.decode("utf-8")) if b"\x1b" not in raw else decode(raw)
    except ValueError:
        return decode(raw, charset)


def one_line(text: str) -> str:
    """Fold white space and control characters to single spaces."""
    if text.isprintable() and "  " not in text:  # most are: no white space but single spaces
        return text.strip()
    return _SPACES.sub(" ", _CONTROLS.sub(" ", text)).strip()


def decode_words(text: str) -> str:
    """Replace every encoded word by its text; white space between two words vanishes."""
    end = text.rfind("?=") + 2
    if end < 2 or "=?" not in text:
        return text
    pieces: list[str] = []
    run: list[_Word] = []
    position = 0
    for match in _WORD.finditer(text, 0, end):
        between = text[position : match.start()]
        position = match.end()
        if between.strip() or (between and not run):
            pieces += (_decode_run(run), between)
            run = []
        run.append((match[1].split("*")[0].lower(), match[2].lower(), match[3]))
    pieces += (_decode_run(run), text[position:])
    return clean("".join(pieces))


def _decode_run(run: list[_Word]) -> str:
    """Decode adjacent words: bytes of one charset together, as a character may be split."""
    grouped = groupby(_whole_base64(run), key=itemgetter(0))
    return "".join(
        decode(b"".join(_content(word) for word in group), charset) for charset, group in grouped
    )


def _whole_base64(run: list[_Word]) -> list[_Word]:
    """Join words over which one base64 text was cut without regard for its groups of four."""
    whole: list[_Word] = []
    for word in run:
        charset, kind, content = word
        last = whole[-1] if whole else ("", "", "")
        if kind == "b" and last[:2] == (charset, "b") and len(last[2]) % 4 and "=" not in last[2]:
            whole[-1] = (charset, kind, last[2] + content)
        else:
            whole.append(word)
    return whole


def _content(word: _Word) -> bytes:
    """Give the bytes of one word."""
    _, kind, content = word
    raw = content.encode("utf-8", "ignore")
    if kind == "b":
        return decode_base64(raw)[0]
    return decode_quoted_printable(raw.replace(b"_", b" "))
