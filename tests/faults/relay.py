"""A relay with moods, in front of the one that the product's tests use."""

import asyncio
from collections.abc import Callable

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.product import Product, Relay


class MoodyRelay:
    """Answers as told, and takes envelopes at once (RFC 2920).

    `answers` holds replies to RCPT by address; `pause` is in seconds.

    `when_taken` is called with a mail already taken and its 250 not sent yet. For as many mails as
    `early_cuts` says the line is lost in the middle of the data, for `cuts` behind the final dot
    and before the mail is taken, for `late_cuts` between that and its 250.
    `data_answers` are given, one each, instead of a 250.
    """

    def __init__(self, taken: Relay) -> None:
        self.taken = taken
        self.calm_down()

    def calm_down(self) -> None:
        """Answer as a good relay does."""
        self.answers: dict[str, str] = {}
        self.data_answers: list[str] = []
        self.pause = 0.0
        self.early_cuts = self.cuts = self.late_cuts = 0
        self.when_taken: Callable[[], None] = lambda: None

    async def handle_EHLO(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str, lines: list[str]
    ) -> list[str]:
        """Say that envelopes are taken at once, as most relays do."""
        session.host_name = name
        return [*lines[:-1], "250-PIPELINING", lines[-1]]

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        """Take or refuse a recipient."""
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        """Take a mail, in the middle of two pauses, or do not."""
        await asyncio.sleep(self.pause)
        if self.cuts:
            self.cuts -= 1
            return self.cut(server)
        if self.data_answers:
            return self.data_answers.pop(0)
        answer = await self.taken.handle_DATA(server, session, envelope)
        self.when_taken()
        if self.late_cuts:
            self.late_cuts -= 1
            return self.cut(server)
        await asyncio.sleep(self.pause)
        return answer

    @staticmethod
    def cut(server: SMTP) -> str:
        """Lose the line; return an answer that nobody hears."""
        assert server.transport is not None
        server.transport.abort()  # type: ignore[attr-defined]
        return "421 4.3.0 nobody hears this"


class CuttingServer(SMTP):
    """Loses the line in the middle of the data, when it is told to."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  aiosmtpd's name
        """Take the data, or a little of it."""
        moods: MoodyRelay = self.event_handler
        if not moods.early_cuts:
            await super().smtp_DATA(arg)
            return
        moods.early_cuts -= 1
        await self.push("354 go on")
        await self._reader.read(100)
        MoodyRelay.cut(self)


class Port(Controller):
    """Where such a server listens."""

    def factory(self) -> SMTP:
        """Return what serves one connection."""
        return CuttingServer(self.handler, **self.SMTP_kwargs)


class Outlet:
    """The port that the product hands its mail to, with the moody relay behind it."""

    def __init__(self, product: Product) -> None:
        self.moods = MoodyRelay(product.relay)
        self._product = product
        self.down()
        self.up()

    def down(self) -> None:
        """Take no connections any more."""
        self._product.sink.stop()

    def up(self) -> None:
        """Take connections."""
        port = self._product.sink.port
        self._product.sink = Port(self.moods, hostname="127.0.0.1", port=port)
        self._product.sink.start()

    def calm_down(self) -> None:
        """Be a good relay again."""
        self.moods.calm_down()
