"""Asks servers that an organization names itself: briefly, little, and never one inside.

A call has one deadline for everything (name, connection, each byte of the answer), its answer a
largest size, and two threads of a process wait outside at once: a server that is slow, or never
ends, takes the web from nobody. What anybody may read there (where people sign in, keys) is kept
for an hour.
"""

import hashlib
import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final

import requests
from django.conf import settings
from django.core.cache import cache
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.poolmanager import ProxyManager

from addresses.peers import is_outside

SECONDS: Final = 10.0
BYTES: Final = 512 * 1024
AT_ONCE: Final = 2
KEPT: Final = 3600
SILENT: Final = 60  # seconds for which a server that ran out of time is not asked again
PIECE: Final = 16 * 1024

_places = threading.BoundedSemaphore(AT_ONCE)
_names = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="names")


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


class Call:
    """One call: how long it may still take, and its connections, which end with it."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._lines: list[socket.socket] = []
        self._lock = threading.Lock()

    def left(self) -> float:
        """Return the seconds that are left. Raises requests.Timeout when there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise requests.Timeout("it took too long")
        return left

    def watch(self, line: socket.socket) -> None:
        """Let this connection end when the time is over, whatever it is doing."""
        with self._lock:
            self._lines.append(line.dup())

    def cut(self) -> None:
        """End every connection: who waits for one goes on at once."""
        with self._lock:
            for line in self._lines:
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Forget the connections."""
        with self._lock:
            while self._lines:
                self._lines.pop().close()


@contextmanager
def in_time(seconds: float) -> Iterator[Call]:
    """Have a call whose connections end after so many seconds."""
    with closing(Call(seconds)) as call:
        alarm = threading.Timer(seconds, call.cut)
        alarm.daemon = True
        alarm.start()
        try:
            yield call
        finally:
            alarm.cancel()


_call: ContextVar[Call] = ContextVar("call")


@contextmanager
def _calling() -> Iterator[Call]:
    """Have a place outside, and a deadline. Raises OutsideBusy."""
    if not _places.acquire(blocking=False):
        raise OutsideBusy
    try:
        with in_time(SECONDS) as call:
            token = _call.set(call)
            try:
                yield call
            finally:
                _call.reset(token)
    finally:
        _places.release()


class _Watched(HTTPConnection):
    """A connection that ends with its call."""

    def _new_conn(self) -> socket.socket:
        line = super()._new_conn()
        _call.get().watch(line)
        return line


class _WatchedSecure(_Watched, HTTPSConnection):
    """The same with TLS."""


class _Plain(_Watched):
    """A connection to a judged address."""

    def _new_conn(self) -> socket.socket:
        name, self._dns_host = self._dns_host, _address_of(self)
        try:
            return super()._new_conn()
        finally:
            self._dns_host = name


class _Secure(_Plain, HTTPSConnection):
    """The same with TLS, which still asks for the certificate of the name."""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _ProxyPool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _SecureProxyPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedSecure


class _Outward(HTTPAdapter):
    """Connects to judged addresses alone (through a proxy of the operator the proxy does)."""

    def __init__(self, *, anew: bool) -> None:
        self._anew = anew
        super().__init__()

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **more: Any
    ) -> None:
        """Use our own connections."""
        super().init_poolmanager(connections, maxsize, block, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def proxy_manager_for(self, proxy: str, **more: Any) -> ProxyManager:
        """Use connections that end with their call."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **more)
        manager.pool_classes_by_scheme = {"http": _ProxyPool, "https": _SecureProxyPool}
        return manager

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:  # type: ignore[override]
        """Return the answer, or the one of this hour. Raises RequestException, OutsideBusy."""
        if request.method != "GET" or "Authorization" in request.headers:
            return self._built(request, *self._ask(request, more))
        key = f"outside:{hashlib.sha256(str(request.url).encode()).hexdigest()}"
        known = None if self._anew else cache.get(key)
        if known is None:
            known = self._known_later(key, request, more)
        return self._built(request, *known)

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
        request.headers["Accept-Encoding"] = "identity"  # a small answer stays small
        with _calling() as call:
            try:
                answer = super().send(request, **more | {"stream": True, "timeout": call.left()})
                with answer:
                    content = _content_of(answer, call)
            except requests.RequestException:
                call.left()
                raise
        return answer.status_code, answer.headers.get("Content-Type", ""), content

    def _built(
        self, request: requests.PreparedRequest, status: int, kind: str, content: bytes
    ) -> requests.Response:
        raw = HTTPResponse(
            io.BytesIO(content),
            status=status,
            headers={"Content-Type": kind},
            preload_content=False,
        )
        return self.build_response(request, raw)


class _Nowhere(HTTPAdapter):
    """Refuses to ask."""

    def send(self, *_args: object, **_more: object) -> requests.Response:
        """Raise requests.ConnectionError."""
        raise requests.ConnectionError("plain http")


def _content_of(answer: requests.Response, call: Call) -> bytes:
    """Return the content. Raises RequestException when it is elsewhere, too long or too late."""
    if answer.is_redirect:
        raise requests.TooManyRedirects("it leads elsewhere")
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise requests.ConnectionError("packed")
    content = bytearray()
    for piece in answer.iter_content(PIECE):
        content += piece
        if len(content) > BYTES:
            raise requests.ConnectionError("too long")
    call.left()  # a connection that was cut looks like the end
    return bytes(content)


def _is_object(content: bytes) -> bool:
    """Tell whether it is what a provider says of itself, and no page that says "later"."""
    try:
        return isinstance(json.loads(content), dict)
    except ValueError:
        return False


def _address_of(connection: HTTPConnection) -> str:
    """Return the address to connect to. Raises NewConnectionError when any may be inside."""
    found = _names.submit(
        socket.getaddrinfo, connection.host, connection.port, type=socket.SOCK_STREAM
    )
    try:
        places = found.result(_call.get().left())
    except (OSError, UnicodeError) as error:  # TimeoutError is one of OSError
        raise NewConnectionError(connection, "no such name") from error
    addresses = [str(place[0]) for *_rest, place in places]
    if not all(is_outside(address, settings.PROVIDER_NETWORKS) for address in addresses):
        raise NewConnectionError(connection, "inside")
    return addresses[0]
