"""Where the fuzzing of a target begins: real mails, real files of contacts, and typed examples."""

from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
SHARED = TESTS.parents[1] / "shared"  # more of both, on machines that have it
LARGEST = 32_000
MOST = 500

BLOCK = b"""<!--zivver_headers
zivver-access-right: jan@example.nl sms +31636363636
zivver-access-right: els@example.nl access_code "tulp 83" hint
zivver-message-expiration: P14D
zivver-minimum-recipient-verification: access_code
zivver_headers-->
Dear Jan"""
TYPED: dict[str, list[bytes]] = {
    "block": [BLOCK, BLOCK.replace(b"<", b"&lt;").replace(b"\n", b"<br>\n")],
    "lines": [BLOCK],
    "paste": [
        b"jan@example.nl 06-36363601\nels@example.nl; +31 6 36 36 36 02",
        b"Jan Jansen\nT 020 123 4567\nM 06-36363601\n\nEls de Vries\nMobiel: +31 (0)6 36363602",
    ],
    "typed": [b"06 36 36 36 36", b"+44 7400 123456", b"jan@ex\xc3\xa4mple.nl", b"123 456", b"tulp"],
    "commands": [b"FROM:<jan@example.nl> SIZE=10 BODY=8BITMIME SMTPUTF8", b'TO:<"a b"@example.nl>'],
    "scim": [
        b'{"userName": "jan@example.nl", "active": "True", "name": {"formatted": "Jan"}, '
        b'"urn:ietf:params:scim:schemas:zivver:0.1:User": {"delegates": ["els@example.nl"]}}',
        b'{"Operations": [{"op": "replace", "path": "active", "value": false}], '
        b'"filter": "userName eq \\"jan@example.nl\\""}',
        b'{"displayName": "info@example.nl", "members": [{"value": "jan@example.nl"}]}',
    ],
    "logo": [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08\x00\x00\x00\x00",
        b"\xff\xd8\xff\xe0\x00\x10JFIF", b"RIFF\x1a\x00\x00\x00WEBPVP8L",
    ],
}  # fmt: skip


def seeds_for(target: str) -> Iterator[bytes]:
    """Yield where to begin: a few hundred small files at most, spread over all there are."""
    yield from TYPED.get(target, [])
    if target not in {"mime", "header", "block", "contacts", "html"}:
        return
    found = sorted(_contacts() if target == "contacts" else _mails())
    small = [path for path in found if path.stat().st_size <= LARGEST]
    for path in small[:: len(small) // MOST + 1]:
        yield path.read_bytes()


def _mails() -> Iterator[Path]:
    for folder in (TESTS / "mails", SHARED / "mails"):
        yield from folder.rglob("*.eml")


def _contacts() -> Iterator[Path]:
    for pattern in ("*.csv", "*.vcf", "*.xlsx", "*.txt"):
        yield from (SHARED / "contacts").rglob(pattern)
