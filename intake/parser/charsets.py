"""Bytes of any character set, rightly labelled or not, to clean text."""

import codecs
import re
from encodings import normalize_encoding
from encodings.aliases import aliases
from typing import Final

from intake.parser.japanese import decode_windows_jp

_REPLACEMENT: Final = "\ufffd"

_NAMES: Final = {
    "ansi_x3_4_1968": "ascii",
    "iso_8859_8_i": "cp1255",
    "iso_8859_8_e": "cp1255",
    "windows_874": "cp874",
    "gb_2312_80": "gb18030",
    "x_gbk": "gb18030",
    "ks_c_5601": "cp949",
    "x_windows_949": "cp949",
    "x_sjis": "cp932",
    "windows_31j": "cp932",
    "x_euc_jp": "euc_jp",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "x_x_big5": "cp950",
    "x_mac_roman": "mac_roman",
    "unicode_1_1_utf_7": "utf_7",
    "unicode_1_1_utf_8": "utf_8",
    "x_unicode_2_0_utf_8": "utf_8",
    "utf8mb4": "utf_8",
}
"""Names in mails that Python does not know."""

_WIDER: Final = {
    "ascii": "",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
    "big5": "cp950",
}
"""Codecs whose name in a mail mostly means a wider one; "" stands for a guess."""

_NO_TEXT: Final = frozenset(
    {
        "base64_codec",
        "bz2_codec",
        "hex_codec",
        "idna",
        "mbcs",
        "punycode",
        "quopri_codec",
        "raw_unicode_escape",
        "rot_13",
        "unicode_escape",
        "uu_codec",
        "zlib_codec",
    }
)
_UNLISTED: Final = frozenset(
    {"cp720", "cp737", "cp856", "cp874", "cp1006", "koi8_t", "koi8_u", "mac_croatian", "utf_8_sig"}
)
_KNOWN: Final = (frozenset(aliases) | frozenset(aliases.values()) | _UNLISTED) - _NO_TEXT
_SLOW_BYTES: Final = 1_000_000
_UNSAFE: Final = re.compile("[\x00\ud800-\udfff]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def decode(raw: bytes, charset: str = "") -> str:
    """Give the text, without NUL and lone surrogates (PostgreSQL refuses both).

    A charset that is missing, unknown or plainly wrong gives way to a guess.
    """
    codec = codec_for(charset)
    text = _strict(raw, codec) if codec else None
    if text is None:
        text = _guess(raw, codec)
    return clean(text.removeprefix("\ufeff"))


def codec_for(charset: str) -> str:
    """Name Python's codec for a charset as mails call it, "" when there is none."""
    name = normalize_encoding(charset.strip().lower()) if len(charset) <= 60 else ""
    name = name.encode("ascii", "ignore").decode("ascii")
    name = _NAMES.get(name, name)
    if name not in _KNOWN or aliases.get(name, name) in _NO_TEXT:
        return ""
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return _WIDER.get(codec, codec)


def clean(text: str) -> str:
    """Drop NUL, join surrogate pairs and replace lone surrogates."""
    if not _UNSAFE.search(text):
        return text
    text = text.replace("\x00", "")
    if not _SURROGATES.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _strict(raw: bytes, codec: str) -> str | None:
    """Decode without any replacement, or give None."""
    try:
        return raw.decode(codec)
    except ValueError:
        return _japanese(raw) if codec.startswith("iso2022_jp") else None


def _japanese(raw: bytes) -> str | None:
    """Read ISO-2022-JP with characters beyond the standard, unless it is too long to be real."""
    if len(raw) > _SLOW_BYTES:
        return None
    try:
        return decode_windows_jp(raw)
    except ValueError:
        return None


def _guess(raw: bytes, codec: str) -> str:
    """Try what mails without a right label mostly are: UTF-8, ISO-2022-JP, Windows-1252."""
    if b"\x1b$" in raw and (japanese := _strict(raw, "iso2022_jp_ext")) is not None:
        return japanese
    text = _strict(raw, "utf-8")
    if text is not None:
        return text
    for name in dict.fromkeys((codec or "utf-8", "utf-8")):
        text = raw.decode(name, "replace")
        if _mostly_right(text):
            return text
    return raw.decode("cp1252", "replace")


def _mostly_right(text: str) -> bool:
    """Tell a text with a few damaged characters from one read with the wrong charset."""
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    damaged = text.count(_REPLACEMENT)
    return foreign - damaged > 2 * damaged
