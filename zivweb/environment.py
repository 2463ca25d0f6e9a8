"""Reads environment variables. A bad value ends the program with one clear line."""

import base64
import binascii
import ipaddress
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ

from addresses.mail import normalize_domain

Value = TypeVar("Value")

SECRET_LENGTH = 40
RUNTIME_FILE = "serve.json"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class Stop(SystemExit):
    """A variable has a bad value: the program ends with this line."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"zivweb: {name} {why}")


def read(name: str, default: str, convert: Callable[[str], Value]) -> Value:
    """Return the converted variable. Ends the program with one line when it cannot be read."""
    text = os.environ.get(name, "").strip() or default
    try:
        return convert(text)
    except (ValueError, KeyError, environ.ImproperlyConfigured) as error:
        raise Stop(name, f"has a bad value: {error}") from error


def port(text: str) -> int:
    """Return a TCP port."""
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 65535:
        raise ValueError("a port is a number from 1 to 65535")
    return number


def flag(text: str) -> bool:
    """Return a yes or no."""
    if text not in {"0", "1"}:
        raise ValueError("write 0 or 1")
    return text == "1"


def base_url(text: str) -> str:
    """Return an http(s) address without a slash at its end."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError("write it like https://mail.example.org")
    return text.rstrip("/")


def is_local(bind: str) -> bool:
    """Tell whether only programs on this machine reach what listens there."""
    try:
        return ipaddress.ip_address(bind).is_loopback
    except ValueError:
        return bind == "localhost"


def allowed_hosts(url: str) -> list[str]:
    """Return the names to answer by: the host of the base address, on this machine all of its."""
    name = urlsplit(url).hostname or ""
    host = f"[{name}]" if ":" in name else name
    return list(LOCAL_HOSTS) if host in LOCAL_HOSTS else [host]


def encryption_keys(text: str) -> list[bytes]:
    """Return the keys: base64 of 32 bytes each, comma separated, the first encrypts."""
    keys = []
    for number, item in enumerate(filter(None, text.replace(" ", "").split(",")), start=1):
        try:
            key = base64.b64decode(item, altchars=b"-_", validate=True)
        except binascii.Error as error:
            raise ValueError(f"key {number} is not base64") from error
        if len(key) != 32:
            raise ValueError(f"key {number} has {len(key)} bytes, 32 are needed")
        keys.append(key)
    if not keys:
        raise ValueError("at least one key is needed")
    return keys


def secret_key(text: str) -> str:
    """Return a secret of enough length."""
    if len(text) < SECRET_LENGTH:
        raise ValueError("at least 40 characters are needed")
    return text


def secret_keys(text: str) -> list[str]:
    """Return earlier secrets, separated by commas or spaces, the newest first."""
    keys = text.replace(",", " ").split()
    several = all(len(key) >= SECRET_LENGTH for key in keys)
    return keys if several else [secret_key(text)]  # one key may hold spaces and commas


def intake(text: str) -> str:
    """Return how mail is stored as it comes in."""
    if text not in {"plain", "fast"}:
        raise ValueError("write fast or plain")
    return text


def count(text: str) -> int:
    """Return how many processes, at least one."""
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 64:
        raise ValueError("write a number from 1 to 64")
    return number


def log_format(text: str) -> str:
    """Return how log lines are written."""
    if text not in {"json", "text"}:
        raise ValueError("write json or text")
    return text


def mail_domain(text: str) -> str:
    """Return a mail domain as it is stored and compared: lower case, as A-labels."""
    return text.lower() if text.isascii() else normalize_domain(text)


def token(text: str) -> str:
    """Return a token that nobody guesses, "" for none."""
    if text and len(text) < 20:
        raise ValueError("at least 20 characters are needed")
    return text


def contact(text: str) -> str:
    """Return where somebody who found a hole writes to (RFC 9116, 2.5.3)."""
    if not text.startswith(("mailto:", "https://", "tel:")):
        raise ValueError("write it like mailto:security@example.org or https://example.org/report")
    return text


def mail_relay(text: str) -> dict[str, Any] | None:
    """Return where mail goes out (`smtp://user:password@host:port`), None for the demo mailbox."""
    if not text:
        return None
    if urlsplit(text).scheme not in {"smtp", "smtps", "smtp+tls", "smtp+ssl"}:
        raise ValueError("write it like smtp://user:password@host:25, or smtp+tls://…")
    config: dict[str, Any] = environ.Env.email_url_config(text)
    return config


def sms_urls(text: str) -> list[str]:
    """Return the Apprise addresses that SMS go out by, in the order in which they are tried."""
    urls = text.split()
    if any("://" not in url for url in urls):
        raise ValueError("write an Apprise address like twilio://…")
    return urls


def networks(text: str) -> list[str]:
    """Return addresses and networks, separated by commas or spaces."""
    entries = text.replace(",", " ").split()
    for entry in entries:
        ipaddress.ip_network(entry, strict=False)
    return entries


def runtime(data_dir: Path) -> dict[str, Any]:
    """Return what `serve` chose (ports, broker), {} when it has not run."""
    try:
        chosen: dict[str, Any] = json.loads((data_dir / RUNTIME_FILE).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return chosen
