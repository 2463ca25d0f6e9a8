"""Asks a name server for MX and TXT records, which the standard library cannot (RFC 1035)."""

import secrets
import socket
import struct
from pathlib import Path

MX, TXT = 15, 16
TIMEOUT = 3.0  # seconds
PORT = 53
MAX_LABEL = 63
_HEAD = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")
# An OPT record: we take answers of 4,096 bytes (RFC 6891); without it 512 are the most.
_LONG_ANSWERS = b"\0" + _RECORD.pack(41, 4096, 0, 0)
_TRUNCATED, _CODE, _NO_SUCH_NAME = 0x0200, 0x000F, 3


class DnsSilent(Exception):
    """No name server answers."""


def servers(config: Path = Path("/etc/resolv.conf")) -> list[str]:
    """Return the name servers of this machine."""
    try:
        lines = config.read_text().splitlines()
    except OSError:
        return []
    words = [line.split() for line in lines]
    return [each[1] for each in words if len(each) > 1 and each[0] == "nameserver"]


def ask(name: str, kind: int, server: str, port: int = PORT) -> list[str]:
    """Return the records of a name (A-labels): hosts of MX, texts of TXT. Raises DnsSilent."""
    number = secrets.randbelow(65536)
    parts = name.encode("ascii", errors="replace").split(b".")
    if not all(0 < len(part) <= MAX_LABEL for part in parts):
        raise DnsSilent("no name")
    labels = b"".join(bytes([len(part)]) + part for part in parts)
    asked = labels + b"\0" + struct.pack("!HH", kind, 1)
    query = _HEAD.pack(number, 0x0100, 1, 0, 0, 1) + asked + _LONG_ANSWERS
    if not server:
        raise DnsSilent("no name server")
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as line:
            line.settimeout(TIMEOUT)
            line.connect((server, port))
            line.send(query)
            answer = line.recv(4096)
        _require_whole(query, answer)
        return _records(answer, kind)
    except (OSError, IndexError, struct.error) as error:
        raise DnsSilent(type(error).__name__) from None


def _require_whole(query: bytes, answer: bytes) -> None:
    """Raise DnsSilent unless this answers the question, as a whole."""
    number, flags = struct.unpack_from("!HH", answer)
    if query[:2] != number.to_bytes(2, "big"):
        raise DnsSilent("another answer")
    if flags & _TRUNCATED:
        raise DnsSilent("only a part of the answer")
    if flags & _CODE not in {0, _NO_SUCH_NAME}:
        raise DnsSilent(f"error {flags & _CODE}")


def _records(answer: bytes, kind: int) -> list[str]:
    questions, count = _HEAD.unpack_from(answer)[2:4]
    place, found = _HEAD.size, []
    for _ in range(questions):
        place = _name(answer, place)[1] + 4
    for _ in range(count):
        place = _name(answer, place)[1]
        got, _class, _ttl, length = _RECORD.unpack_from(answer, place)
        place += _RECORD.size
        if got == kind:
            found.append(_value(answer, place, length, kind))
        place += length
    return found


def _value(answer: bytes, place: int, length: int, kind: int) -> str:
    if kind == MX:
        return _name(answer, place + 2)[0]
    end, parts = place + length, []
    while place < end:
        size = answer[place]
        parts.append(answer[place + 1 : place + 1 + size])
        place += 1 + size
    return b"".join(parts).decode(errors="replace")


def _name(answer: bytes, place: int) -> tuple[str, int]:
    """Return a name, and the place after it; a pointer leads to an earlier place (RFC 1035)."""
    labels: list[str] = []
    after = 0
    for _ in range(128):
        size = answer[place]
        if size >= 0xC0:
            after = after or place + 2
            place = (size & 0x3F) << 8 | answer[place + 1]
        elif size:
            labels.append(answer[place + 1 : place + 1 + size].decode(errors="replace"))
            place += 1 + size
        else:
            break
    return ".".join(labels), after or place + 1
