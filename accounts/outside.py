"""Asks servers that an organization names itself: briefly, little, and never one inside.

A call has one deadline for everything, and its answer a largest size (flow/calls.py). Two threads
of a process wait outside at once: a server that is slow, or never ends, takes the web from nobody.
What anybody may read there (where people sign in, keys) is kept for an hour.
"""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import requests
from django.conf import settings
from django.core.cache import cache
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from addresses.peers import is_outside
from flow.calls import Bounded, Watched, WatchedSecure, in_time

SECONDS: Final = 10.0
AT_ONCE: Final = 2
KEPT: Final = 3600
SILENT: Final = 60  # seconds for which a server that ran out of time is not asked again

_places = threading.BoundedSemaphore(AT_ONCE)


class OutsideBusy(Exception):
    """As many threads wait outside as may: whoever asks has to come back."""


def guard(session: requests.Session, *, anew: bool = False) -> requests.Session:
    """Have a session ask nobody inside (PROVIDER_NETWORKS apart), and follow no redirect.

    The address that a name has is judged when it is connected to, so a name cannot mean another
    one a moment later. Plain http is for a demo. What is refused, too slow or too long raises
    requests.RequestException; OutsideBusy is raised at once. `anew`: ask, though it is known.
    """
    session.max_redirects = 0
    session.mount("https://", _Outward(anew=anew))
    session.mount("http://", _Outward(anew=anew) if settings.DEMO else _Nowhere())
    return session


@contextmanager
def _calling() -> Iterator[None]:
    """Have a place outside, and a deadline. Raises OutsideBusy."""
    if not _places.acquire(blocking=False):
        raise OutsideBusy
    try:
        with in_time(SECONDS):
            yield
    finally:
        _places.release()


class _Plain(Watched):
    """A connection to a judged address."""

    def addresses(self) -> list[str]:
        """Return where to connect to. Raises NewConnectionError when any may be inside."""
        found = super().addresses()
        if not all(is_outside(address, settings.PROVIDER_NETWORKS) for address in found):
            raise NewConnectionError(self, "inside")
        return found


class _Secure(_Plain, WatchedSecure):
    """The same with TLS, which still asks for the certificate of the name."""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Outward(Bounded):
    """Connects to judged addresses alone (through a proxy of the operator the proxy does)."""

    pools: dict[str, type] = {"http": _PlainPool, "https": _SecurePool}

    def __init__(self, *, anew: bool) -> None:
        self._anew = anew
        super().__init__()

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:  # type: ignore[override]
        """Return the answer, or the one of this hour. Raises RequestException, OutsideBusy."""
        if request.method != "GET" or "Authorization" in request.headers:
            return self._kept(request, *self._ask(request, more))
        key = f"outside:{hashlib.sha256(str(request.url).encode()).hexdigest()}"
        known = None if self._anew else cache.get(key)
        if known is None:
            known = self._known_later(key, request, more)
        return self._kept(request, *known)

    def _known_later(
        self, key: str, request: requests.PreparedRequest, more: dict[str, Any]
    ) -> tuple[int, str, bytes]:
        if not self._anew and cache.get(f"{key}:silent"):
            raise requests.Timeout("it took too long a moment ago")
        try:
            answer = self._ask(request, more)
        except requests.Timeout:
            cache.set(f"{key}:silent", value=True, timeout=SILENT)
            raise
        if answer[0] == requests.codes.ok and _is_object(answer[2]):
            cache.set(key, answer, KEPT)
        return answer

    def _ask(
        self, request: requests.PreparedRequest, more: dict[str, Any]
    ) -> tuple[int, str, bytes]:
        """Return status, kind and content, as far as they come in time."""
        with _calling():
            answer = super().send(request, **more)
        return answer.status_code, answer.headers.get("Content-Type", ""), answer.content

    def _kept(
        self, request: requests.PreparedRequest, status: int, kind: str, content: bytes
    ) -> requests.Response:
        return self.built(request, status, {"Content-Type": kind}, content)

    def refuse(self, answer: requests.Response) -> None:
        """Raise RequestException for what leads elsewhere, or would have to be unpacked."""
        if answer.is_redirect:
            raise requests.TooManyRedirects("it leads elsewhere")
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise requests.ConnectionError("packed")


class _Nowhere(HTTPAdapter):
    """Refuses to ask."""

    def send(self, *_args: object, **_more: object) -> requests.Response:
        """Raise requests.ConnectionError."""
        raise requests.ConnectionError("plain http")


def _is_object(content: bytes) -> bool:
    """Tell whether it is what a provider says of itself, and no page that says "later"."""
    try:
        return isinstance(json.loads(content), dict)
    except ValueError:
        return False
