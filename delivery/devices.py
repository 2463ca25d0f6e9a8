"""The cookie with the tokens of a trusted browser. Pure."""

import re
from collections.abc import Sequence

MOST = 5  # people who share a browser
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


def tokens_in(cookie: str) -> list[str]:
    """Return the tokens of a cookie, newest first; what is no token is left out."""
    return [token for token in cookie.split(".")[:MOST] if _TOKEN.fullmatch(token)]


def cookie_with(token: str, tokens: Sequence[str]) -> str:
    """Return the cookie with one more token."""
    return ".".join([token, *tokens][:MOST])
