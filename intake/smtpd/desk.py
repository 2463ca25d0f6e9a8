"""What all sessions of a server share: settings, the door, and the threads that do the work."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, ParamSpec, Protocol, TypeVar

from django.db import DatabaseError, InterfaceError

from accounts.access import sender_by_address
from accounts.actions import SmtpLogin, log_in_by_smtp
from accounts.models import User
from intake.smtpd.door import Door
from intake.smtpd.fast import FastStorage, Senders
from intake.smtpd.refusals import Refusals
from intake.smtpd.replies import NO_LOGIN_NOW, TRY_AGAIN, Refused
from intake.smtpd.storage import PATIENCE, Storage
from intake.smtpd.threads import Call, Workers, make_calls

LOGIN_SECONDS: Final = 10.0  # password hashes are slow on purpose

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Open(Protocol):
    """An open session, as far as the one who stops the server has to know it."""

    receiving: bool

    def say_goodbye(self, reply: str) -> None:
        """Send a last reply and close the connection."""

    def hang_up(self) -> None:
        """Close the connection without waiting for the client."""


@dataclass(frozen=True, slots=True)
class Config:
    """How a server behaves. Times in seconds."""

    mail_domain: str
    max_bytes: int
    max_recipients: int
    tls: ssl.SSLContext | None = None
    plain_login: bool = False
    read_only: bool = False
    processes: int = 1  # on the same port
    fast: bool = False  # fast.py instead of storage.py
    idle_seconds: float = 300.0  # RFC 5321, 4.5.3.2.7
    data_seconds: float = 600.0
    stranger_seconds: float = 30.0  # until the login
    bounce_seconds: float = 60.0  # for the mail of a stranger

    @property
    def own_address(self) -> str:
        """The address that our notices come from."""
        return f"no-reply@{self.mail_domain}"


class Desk:
    """Where sessions have their work done."""

    def __init__(self, config: Config, door: Door | None = None) -> None:
        """Start the threads."""
        self.config = config
        self.door = door or Door(processes=config.processes)
        self.storage = FastStorage() if config.fast else Storage()
        self.sessions: set[Open] = set()
        self.refusals = Refusals()
        self.stopping = False
        self._threads = Workers("questions", 4, make_calls)
        self._logins = Workers("logins", 2, make_calls)
        self._senders = Senders()

    async def ask(
        self,
        patience: float,
        function: Callable[Arguments, Result],
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Result:
        """Return what the function returns in a thread. Raises Refused when that takes too long."""
        return await self._made(self._threads, patience, lambda: function(*arguments, **named))

    async def sender(self, address: str) -> User | None:
        """Return the active user with this normalized address. Raises Refused."""
        if not self.config.fast:
            return await self.ask(PATIENCE, sender_by_address, address)
        return self._senders.recall(address) or await self.ask(PATIENCE, self._senders.ask, address)

    async def log_in(self, username: str, password: str, ip: str) -> SmtpLogin | None:
        """Return whose login this is, for a client there. Raises Refused while nobody can say."""
        try:
            return await self._made(
                self._logins, LOGIN_SECONDS, lambda: log_in_by_smtp(username, password, ip)
            )
        except (DatabaseError, InterfaceError, Refused) as error:
            raise Refused(NO_LOGIN_NOW) from error

    def stop(self, patience: float) -> None:
        """End the threads after what waits."""
        for workers in (self._logins, self._threads, self.storage):
            workers.stop(patience)

    @staticmethod
    async def _made(
        workers: Workers[Call], patience: float, function: Callable[[], Result]
    ) -> Result:
        call = Call(function)
        workers.put(call)
        try:
            result: Result = await asyncio.wait_for(asyncio.wrap_future(call.outcome), patience)
        except TimeoutError as error:
            raise Refused(TRY_AGAIN) from error
        return result
