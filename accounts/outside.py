"""Asks servers that an organization names itself, and never one inside our own network."""

import socket
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from addresses.peers import is_outside


def guard(session: requests.Session) -> requests.Session:
    """Have a session ask nobody inside (PROVIDER_NETWORKS apart), and follow no redirect.

    The address that a name has is judged when it is connected to, so a name cannot mean another
    one a moment later. Plain http is for a demo. What is refused raises requests.ConnectionError.
    """
    session.max_redirects = 0
    session.mount("https://", _Outward())
    session.mount("http://", _Outward() if settings.DEMO else _Nowhere())
    return session


class _Plain(HTTPConnection):
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


class _Outward(HTTPAdapter):
    """Connects to judged addresses alone."""

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **more: Any
    ) -> None:
        """Use our own connections."""
        super().init_poolmanager(connections, maxsize, block, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


class _Nowhere(HTTPAdapter):
    """Refuses to ask."""

    def send(self, *_args: object, **_more: object) -> requests.Response:
        """Raise requests.ConnectionError."""
        raise requests.ConnectionError("plain http")


def _address_of(connection: HTTPConnection) -> str:
    """Return the address to connect to. Raises NewConnectionError when any may be inside."""
    try:
        found = socket.getaddrinfo(connection.host, connection.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NewConnectionError(connection, "no such name") from error
    addresses = [str(place[0]) for *_rest, place in found]
    if not all(is_outside(address, settings.PROVIDER_NETWORKS) for address in addresses):
        raise NewConnectionError(connection, "inside")
    return addresses[0]
