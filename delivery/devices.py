"""The cookie with the tokens of a trusted browser, and what a browser is called. Pure."""

import re
from collections.abc import Sequence

MOST = 5  # people who share a browser
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
_BROWSERS = (
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def tokens_in(cookie: str) -> list[str]:
    """Return the tokens of a cookie, newest first; what is no token is left out."""
    return [token for token in cookie.split(".")[:MOST] if _TOKEN.fullmatch(token)]


def cookie_with(token: str, tokens: Sequence[str]) -> str:
    """Return the cookie with one more token."""
    return ".".join([token, *tokens][:MOST])


def device_name(agent: str) -> str:
    """Return what a browser is called, by its User-Agent: "Firefox, Windows"."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return ", ".join(filter(None, (browser, system))) or "?"
