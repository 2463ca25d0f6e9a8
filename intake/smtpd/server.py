"""The listening server: starts, and stops without losing a mail that is on its way in."""

import asyncio
import ssl
from typing import Final

import uvloop
from django.conf import settings

from intake.smtpd.desk import Config, Desk
from intake.smtpd.door import Door
from intake.smtpd.refusals import store
from intake.smtpd.replies import STOPPING
from intake.smtpd.session import Session
from intake.smtpd.storage import PATIENCE

BACKLOG: Final = 256
GRACE_SECONDS: Final = 5.0
THREAD_SECONDS: Final = 2.0


class BadCertificate(Exception):
    """The certificate or its key cannot be used."""


class Server:
    """An SMTP submission server on one address and port."""

    def __init__(self, config: Config, door: Door | None = None) -> None:
        """Nothing listens yet."""
        self._config = config
        self._door = door

    async def start(self, host: str, port: int) -> int:
        """Listen, and return the port (0 asks for a free one). Raises OSError."""
        loop = asyncio.get_running_loop()
        self._desk = desk = Desk(self._config, self._door)
        self._listener = await loop.create_server(
            lambda: Session(desk, loop),
            host,
            port,
            backlog=BACKLOG,
            reuse_port=self._config.processes > 1,
        )
        self._write = lambda counts: desk.ask(PATIENCE, store, counts)
        self._counting = loop.create_task(desk.refusals.keep_writing(self._write))
        if self._config.read_only:
            self._counting.cancel()
        chosen: int = self._listener.sockets[0].getsockname()[1]
        return chosen

    async def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Take nothing new, finish the mails that are coming in, close the rest with 421."""
        self._listener.close()
        self._counting.cancel()
        self._desk.stopping = True
        for session in list(self._desk.sessions):
            if not session.receiving:
                session.say_goodbye(STOPPING)
        await self._until_empty(grace)
        for session in list(self._desk.sessions):
            session.say_goodbye(STOPPING)
        await self._until_empty(grace)
        for session in list(self._desk.sessions):
            session.hang_up()
        await self._until_empty(grace)
        if not self._config.read_only:
            await self._desk.refusals.write_down(self._write)
        await asyncio.to_thread(self._desk.stop, THREAD_SECONDS)

    async def _until_empty(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while self._desk.sessions and loop.time() < end:
            await asyncio.sleep(0.02)


def settings_config() -> Config:
    """Return what the settings say. Raises BadCertificate."""
    tls = tls_context(settings.TLS_CERT, settings.TLS_KEY) if settings.TLS_CERT else None
    return Config(
        mail_domain=settings.MAIL_DOMAIN,
        max_bytes=settings.SMTP_MAX_BYTES,
        max_recipients=settings.SMTP_MAX_RECIPIENTS,
        tls=tls,
        plain_login=settings.DEMO and tls is None,
        read_only=settings.READ_ONLY,
        processes=settings.SMTP_PROCESSES,
        fast=settings.INTAKE == "fast",
    )


def new_loop() -> asyncio.AbstractEventLoop:
    """Return an event loop; that of the fast path is uvloop's, which is in C."""
    return uvloop.new_event_loop() if settings.INTAKE == "fast" else asyncio.new_event_loop()


def tls_context(certificate: str, key: str) -> ssl.SSLContext:
    """Return a context for TLS 1.2 and newer (RFC 8314, RFC 8996). Raises BadCertificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise BadCertificate(str(error)) from error
    return context
