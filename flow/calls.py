"""Calls to servers outside: one deadline for a call, whatever it does, and a largest answer.

A time-out of a library is one of each read: a server that sends a byte every second never meets it.
So a call (`in_time`) knows its connections, and a timer shuts them down when its time is over. The
look-up of a name, which cannot be shut down, has what is left of that time.
"""

import http.client
import io
import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.poolmanager import ProxyManager

BYTES: Final = 512 * 1024
NAMES_AT_ONCE: Final = 4
PIECE: Final = 16 * 1024
_OF_THE_WAY: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})

_names = ThreadPoolExecutor(NAMES_AT_ONCE, thread_name_prefix="names")


class Call:
    """One call: how long it may still take, and its connections, which end with it."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._lines: list[socket.socket] = []
        self._lock = threading.Lock()
        self.unfinished = False  # an answer began, and did not come whole

    def left(self) -> float:
        """Return the seconds that are left. Raises requests.Timeout (an OSError) without any."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise requests.Timeout("it took too long")
        return left

    def watch(self, line: socket.socket) -> None:
        """Let this connection end when the time is over, whatever it is doing."""
        with self._lock:  # a copy of its descriptor: TLS takes the socket itself
            self._lines.append(socket.socket(fileno=os.dup(line.fileno())))

    def addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of a name. Raises OSError, UnicodeError, also when out of time."""
        found = _names.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(place[0]) for *_rest, place in found.result(self.left())))

    def connect(self, host: str, port: int) -> socket.socket:
        """Connect to the first address of a name that answers. Raises OSError, UnicodeError."""
        problem: OSError = OSError("no such name")
        for address in self.addresses(host, port):
            try:
                line = socket.create_connection((address, port), self.left())
            except OSError as error:
                problem = error
            else:
                self.watch(line)
                return line
        raise problem

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


_call: ContextVar[Call | None] = ContextVar("call", default=None)


def this_call() -> Call:
    """Return the call that is going on. Raises LookupError."""
    call = _call.get()
    if call is None:
        raise LookupError("no call is going on")
    return call


@contextmanager
def in_time(seconds: float) -> Iterator[Call]:
    """Have a call whose connections end after so many seconds."""
    with closing(Call(seconds)) as call:
        alarm = threading.Timer(seconds, call.cut)
        alarm.daemon = True
        alarm.start()
        token = _call.set(call)
        try:
            yield call
        finally:
            _call.reset(token)
            alarm.cancel()


class _Heard(http.client.HTTPResponse):
    """Notes that an answer began: whoever gave it has got the question."""

    def begin(self) -> None:
        """Read its heads."""
        if self.fp.peek(1):
            this_call().unfinished = True
        super().begin()


class Watched(HTTPConnection):
    """A connection that ends with its call."""

    response_class = _Heard

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        problem: Exception = NewConnectionError(self, "no such name")
        try:
            for address in self.addresses():
                self._dns_host = address
                self.timeout = this_call().left()
                try:
                    line = super()._new_conn()
                except OSError as error:
                    problem = error
                else:
                    this_call().watch(line)
                    return line
        finally:
            self._dns_host = name
        raise problem

    def addresses(self) -> list[str]:
        """Return where to connect to. Raises NewConnectionError."""
        try:
            return this_call().addresses(self.host, self.port)
        except (OSError, UnicodeError) as error:  # TimeoutError is one of OSError
            raise NewConnectionError(self, "no such name") from error


class WatchedSecure(Watched, HTTPSConnection):
    """The same with TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = Watched


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = WatchedSecure


POOLS: Final[dict[str, type]] = {"http": _Pool, "https": _SecurePool}


class Bounded(HTTPAdapter):
    """Asks over connections that end with their call, and reads so much of each answer."""

    pools: dict[str, type] = POOLS

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **more: Any
    ) -> None:
        """Use our own connections."""
        super().init_poolmanager(connections, maxsize, block, **more)
        self.poolmanager.pool_classes_by_scheme = self.pools

    def proxy_manager_for(self, proxy: str, **more: Any) -> ProxyManager:
        """Use connections to the operator's proxy that end with their call."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **more)
        manager.pool_classes_by_scheme = POOLS
        return manager

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:  # type: ignore[override]
        """Return the answer, all of it. Raises RequestException when it is too long or too late."""
        call = this_call()
        request.headers["Accept-Encoding"] = "identity"  # a small answer stays small
        try:
            answer = super().send(request, **more | {"stream": True, "timeout": call.left()})
            with answer:
                self.refuse(answer)
                content = _content_of(answer, call)
        except requests.RequestException:
            call.left()
            raise
        call.unfinished = False
        headers = {k: v for k, v in answer.headers.items() if k.lower() not in _OF_THE_WAY}
        return self.built(request, answer.status_code, headers, content)

    def refuse(self, answer: requests.Response) -> None:
        """Raise RequestException for an answer that is not read at all."""

    def built(
        self,
        request: requests.PreparedRequest,
        status: int,
        headers: dict[str, str],
        content: bytes,
    ) -> requests.Response:
        """Return an answer that is here already."""
        raw = HTTPResponse(
            io.BytesIO(content), status=status, headers=headers, preload_content=False
        )
        return self.build_response(request, raw)


class _OfThisCall(Bounded):
    """What the sessions of libraries use: bounded in a call, else like any other."""

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:  # type: ignore[override]
        """Return the answer. Raises RequestException."""
        if _call.get() is None:
            return _PLAIN.send(request, **more)
        return super().send(request, **more)


# Apprise asks by `requests.post()`, in a session that nobody else can reach.
_PLAIN: Final = HTTPAdapter()
requests.sessions.HTTPAdapter = _OfThisCall  # type: ignore[attr-defined]


def _content_of(answer: requests.Response, call: Call) -> bytes:
    """Return the content. Raises RequestException when it is too long or too late."""
    content = bytearray()
    for piece in answer.iter_content(PIECE):
        content += piece
        if len(content) > BYTES:
            raise requests.ConnectionError("too long")
    call.left()  # a connection that was cut looks like the end
    return bytes(content)
