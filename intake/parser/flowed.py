"""Plain text with format=flowed (RFC 3676): lines that belong together become one."""

from typing import Final

_SIGNATURE: Final = "-- "


def unfold(text: str, *, delete_space: bool) -> str:
    """Join the flowed lines of a text whose lines end in LF; `delete_space` is DelSp=yes."""
    lines: list[str] = []
    paragraph: list[str] = []
    open_depth = -1
    for raw_line in text.split("\n"):
        depth, line = _unquoted(raw_line)
        if paragraph and (depth != open_depth or line == _SIGNATURE):
            lines.append(_quoted(open_depth, "".join(paragraph)))
            paragraph = []
        flows = line.endswith(" ") and line != _SIGNATURE
        paragraph.append(line[:-1] if flows and delete_space else line)
        open_depth = depth
        if not flows:
            lines.append(_quoted(depth, "".join(paragraph)))
            paragraph = []
    if paragraph:
        lines.append(_quoted(open_depth, "".join(paragraph)))
    return "\n".join(lines)


def _unquoted(line: str) -> tuple[int, str]:
    """Take the quote marks and the stuffed space off a line."""
    rest = line.lstrip(">")
    return len(line) - len(rest), rest.removeprefix(" ")


def _quoted(depth: int, line: str) -> str:
    """Put the quote marks back."""
    return f"{'>' * depth} {line}" if depth else line
