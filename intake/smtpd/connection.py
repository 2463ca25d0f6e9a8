"""An SMTP connection: its beginning and end, its replies, and who is at the other side."""

# ruff: noqa: N802 - the library finds its commands by these names

import asyncio
import contextlib
import logging
import re
import traceback
from collections import defaultdict
from typing import Any, Final

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from aiosmtpd.smtp import Session as OpenedSession
from django.db import DatabaseError, InterfaceError

from accounts.access import organization_for_peer
from accounts.actions import SmtpLogin
from intake.smtpd import replies
from intake.smtpd.desk import Desk
from intake.smtpd.door import Guest, peer_key
from intake.smtpd.envelope import Envelope
from intake.smtpd.replies import Goodbye, Refused
from intake.smtpd.storage import PATIENCE

log = logging.getLogger(__name__)
# The library writes addresses and passwords that stand in the wrong place to its log.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)

READ_BYTES: Final = 64 * 1024
COMMAND_BYTES: Final = 2048
AUTH_BYTES: Final = 12_288  # RFC 4954, 4
LISTEN_SECONDS: Final = 1.0  # for who is sent away to hear why
CALLS: Final = {"*": 10_000, "NOOP": 200, "VRFY": 20, "HELP": 20, "AUTH": 20, "EHLO": 100}

_NO_ROOM: Final = re.compile("No space left|is full", re.IGNORECASE)


class Connection(SMTP):
    """aiosmtpd speaks the protocol; here is what zivweb demands of it, but for the mail itself."""

    command_size_limit = COMMAND_BYTES
    line_length_limit = READ_BYTES  # of commands; mails are read in bulk

    def __init__(self, desk: Desk, loop: asyncio.AbstractEventLoop) -> None:
        """Make the protocol of a new connection."""
        self.desk = desk
        self.mail: Envelope | None = None
        self.login: SmtpLogin | None = None
        self.guest = Guest("")
        self.receiving = False
        self._asked_for_trust = False
        self._until_login: asyncio.TimerHandle | None = None
        super().__init__(
            None,
            data_size_limit=desk.config.max_bytes,
            enable_SMTPUTF8=True,
            hostname=desk.config.mail_domain,
            ident="ESMTP zivweb",
            tls_context=desk.config.tls,
            auth_require_tls=not desk.config.plain_login,
            timeout=desk.config.idle_seconds,
            command_call_limit=CALLS,
            loop=loop,
        )
        # The library's own table is shared by all sessions, and emptied by each new one.
        self.command_size_limits = defaultdict(lambda: COMMAND_BYTES, AUTH=AUTH_BYTES)

    # --- the connection -------------------------------------------------------------------------

    async def _handle_client(self) -> None:
        """Greet the client when it may come in, and answer its commands."""
        door, self.guest.peer = self.desk.door, peer_key(self._host())
        self.desk.sessions.add(self)
        with contextlib.suppress(DatabaseError, InterfaceError, Refused):
            if door.may_wait(self.guest) and not door.has_room(self.guest):
                await self.find_trust()
        if self.desk.stopping or not await door.enter(self.guest):
            self.say_goodbye(replies.TOO_MANY_SESSIONS)
            return
        self.guest.give_way = lambda: self._send_away(replies.TOO_MANY_SESSIONS)
        self.expect_login()
        await super()._handle_client()

    def expect_login(self) -> None:
        """Give a stranger so long until the login; one that was known before has it."""
        self.stop_expecting()
        if not self.guest.known:
            seconds = self.desk.config.stranger_seconds
            self._until_login = self.loop.call_later(seconds, self._send_away, replies.TOO_SLOW)

    def stop_expecting(self) -> None:
        """Let the client take its time for what it does now."""
        if self._until_login is not None:
            self._until_login.cancel()

    def _send_away(self, reply: str) -> None:
        """Give the place of a stranger to others at once, whether it listens or not."""
        if self.guest.busy:
            self.stop_expecting()
            self._until_login = self.loop.call_later(1, self._send_away, reply)
            return
        self.desk.door.leave(self.guest)
        self.say_goodbye(reply)
        self.loop.call_later(LISTEN_SECONDS, self.hang_up)

    def connection_lost(self, error: Exception | None) -> None:
        """Make room for the next."""
        self.stop_expecting()
        self.desk.door.leave(self.guest)
        self.desk.sessions.discard(self)
        super().connection_lost(error)

    def eof_received(self) -> bool | None:
        """Go on answering a client that has sent everything and now only listens."""
        if self._tls_protocol is not None:
            return super().eof_received()
        return asyncio.StreamReaderProtocol.eof_received(self)

    def say_goodbye(self, reply: str) -> None:
        """Send a last reply and close the connection."""
        if self.transport is not None and not self.transport.is_closing():
            self.desk.refusals.add(reply)
            self._writer.write(f"{reply}\r\n".encode())
            self.transport.close()

    def hang_up(self) -> None:
        """Close the connection without waiting for the client."""
        transport = self._original_transport or self.transport
        if transport is not None:
            transport.abort()  # type: ignore[attr-defined]

    def _timeout_cb(self) -> None:
        self.say_goodbye(replies.TOO_SLOW)

    def _set_post_data_state(self) -> None:
        super()._set_post_data_state()  # type: ignore[no-untyped-call]
        self.mail = None

    async def push(self, status: str | bytes) -> None:
        """Send a reply, with an enhanced code."""
        reply = status if isinstance(status, str) else status.decode()
        self.guest.spoke_at = self.desk.door.clock()
        await super().push(replies.with_enhanced_code(reply))

    async def handle_exception(self, error: Exception) -> str:
        """Return the reply for what a command raised: never a word of what went wrong inside."""
        if isinstance(error, Refused):
            log.info("refused: %s", error.reply[:9])
            if isinstance(error, Goodbye):
                self.say_goodbye(error.reply)
            return error.reply
        if isinstance(error, EOFError | OSError):
            self.say_goodbye(replies.TRY_AGAIN)
            return replies.TRY_AGAIN
        log.error("session failed: %s in %s", type(error).__name__, place_of(error))
        return failure_reply(error)

    # --- greeting -------------------------------------------------------------------------------

    async def smtp_EHLO(self, hostname: str | None) -> None:
        """Tell what the server can do."""
        if not hostname:
            raise Refused(replies.BAD_SYNTAX, syntax="EHLO hostname")
        self._set_rset_state()  # type: ignore[no-untyped-call]
        self.opened().extended_smtp = True
        self.opened().host_name = hostname
        lines = [
            self.hostname,
            f"SIZE {self.desk.config.max_bytes}",
            *("8BITMIME", "SMTPUTF8", "PIPELINING", "ENHANCEDSTATUSCODES"),
        ]
        if self.tls_context and not self._tls_protocol:
            lines.append("STARTTLS")
        if self.desk.config.plain_login or self._tls_protocol:
            lines.append("AUTH LOGIN PLAIN")
        await self.push("\r\n".join([*(f"250-{line}" for line in lines), "250 HELP"]))

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """Start TLS; everything that was said before is forgotten (RFC 3207, 4.2)."""
        if self._tls_protocol is not None:
            raise Refused(replies.TLS_ALREADY)
        self.login = None
        await super().smtp_STARTTLS(arg)

    # --- who it is ------------------------------------------------------------------------------

    async def smtp_AUTH(self, arg: str | None) -> None:
        """Check a login."""
        if self.mail is not None:
            raise Refused(replies.MAIL_TWICE)
        mechanism, _, initial = (arg or "").partition(" ")
        await super().smtp_AUTH(f"{mechanism.upper()} {initial}".strip() or None)

    async def auth_PLAIN(self, _: Any, args: list[str]) -> AuthResult:
        """Read address and password in one (RFC 4616)."""
        return await self._checked(await super().auth_PLAIN(_, args))

    async def auth_LOGIN(self, _: Any, args: list[str]) -> AuthResult:
        """Read address and password in two steps, as Outlook sends them."""
        return await self._checked(await super().auth_LOGIN(_, args))

    def _authenticate(self, mechanism: str, auth_data: Any) -> Any:
        """Only hand on what was read: the check blocks, so it has to wait for a thread."""
        return auth_data

    async def _checked(self, found: AuthResult | LoginPassword) -> AuthResult:
        if isinstance(found, AuthResult):
            return found  # could not be read, and the client knows
        try:
            username, password = found.login.decode(), found.password.decode()
        except UnicodeDecodeError:
            return AuthResult(success=False, handled=False, message=replies.BAD_LOGIN)
        guesses, peer = self.desk.door.guesses, self.guest.peer
        if not guesses.may_try(peer, username):
            raise Goodbye(replies.TOO_MANY_LOGINS)
        self.guest.busy = True
        try:
            login = await self.desk.log_in(username, password, self._host())
        finally:
            self.guest.busy = False
        if login is None:
            guesses.note_failure(peer, username)
            return AuthResult(success=False, handled=False, message=replies.BAD_LOGIN)
        guesses.note_login(peer, username)
        self._known_as(login)
        return AuthResult(success=True)

    def _known_as(self, login: SmtpLogin) -> None:
        self.login = login
        self.desk.door.know(self.guest)
        self.stop_expecting()

    async def find_trust(self) -> None:
        """A peer of a trusted network counts as logged in, as its organization's mail server."""
        if self._asked_for_trust:
            return
        organization = await self.desk.ask(PATIENCE, organization_for_peer, self._host())
        self._asked_for_trust = True
        if organization is not None:
            self.desk.door.guesses.note_login(self.guest.peer, "")
            self._known_as(SmtpLogin(organization, None))

    def _host(self) -> str:
        """Return the peer's IP address; an IPv4 address that comes as IPv6 is written as IPv4."""
        peer: Any = self.opened().peer
        return str(peer[0]).removeprefix("::ffff:")

    def opened(self) -> OpenedSession:
        """What the library knows of this connection; it is there from the first byte on."""
        assert self.session is not None
        return self.session


def failure_reply(error: Exception) -> str:
    """Return what the client is told of a failure inside: it is temporary, and no more."""
    full = isinstance(error, DatabaseError) and _NO_ROOM.search(str(error))
    return replies.NO_ROOM if full else replies.TRY_AGAIN


def place_of(error: Exception) -> str:
    """Return which function raised the error: its text may hold addresses, so nobody logs it."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].name}, line {frames[-1].lineno}" if frames else "an unknown place"
