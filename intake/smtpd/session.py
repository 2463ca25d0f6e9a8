"""The commands that hand in a mail: the sender, the recipients, and the mail itself."""

# ruff: noqa: N802 - the library finds its commands by these names
import asyncio
import logging
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.urls import reverse

from accounts.access import has_alias, mailbox_for
from intake.actions import SealedMail, take_bounce
from intake.smtpd import replies
from intake.smtpd.checks import Arrival, accept_mail, author_of, finish
from intake.smtpd.connection import Connection
from intake.smtpd.data import read_data
from intake.smtpd.envelope import (
    Envelope,
    normalized,
    read_mail_command,
    read_rcpt_command,
    require_bounce_address,
)
from intake.smtpd.fast import INLINE_BYTES
from intake.smtpd.replies import Goodbye, Refused
from intake.smtpd.storage import BYTES_PER_SECOND, PATIENCE

log = logging.getLogger(__name__)

BOUNCE_BYTES: Final = 1024 * 1024  # from strangers, and no more than a notice of ours and a reason


class Session(Connection):
    """A client that hands in mail."""

    async def smtp_VRFY(self, arg: str | None) -> None:
        """Never tell whether an address exists (RFC 5321, 7.3)."""
        if not arg:
            raise Refused(replies.BAD_SYNTAX, syntax="VRFY address")
        await self.push(replies.NOT_VERIFIED)

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Take the sender, when it is the one of the login."""
        if not self.opened().host_name:
            raise Refused(replies.HELLO_FIRST)
        if self.desk.config.read_only:
            raise Refused(replies.READ_ONLY)
        if self.mail is not None:
            raise Refused(replies.MAIL_TWICE)
        self.mail = await self._envelope(read_mail_command(arg, self.desk.config.max_bytes))
        await self.push(replies.SENDER_TAKEN)

    async def smtp_RCPT(self, arg: str | None) -> None:
        """Take a recipient; one that is named twice counts once."""
        if self.mail is None:
            raise Refused(replies.MAIL_FIRST)
        written = read_rcpt_command(arg)
        if self.mail.is_bounce:
            known = self.login is not None
            require_bounce_address(written, self.desk.config.mail_domain, known=known)
            address = written
        else:
            address = normalized(written)
            self._require_foreign(address)
        if address not in self.mail.recipients:
            if len(self.mail.recipients) >= self.desk.config.max_recipients:
                raise Refused(replies.TOO_MANY_RECIPIENTS)
            self.mail.recipients.append(address)
        await self.push(replies.RECIPIENT_TAKEN)

    async def smtp_DATA(self, arg: str | None) -> None:
        """Take the mail: store it, commit, and only then say 250."""
        if arg:
            raise Refused(replies.BAD_SYNTAX, syntax="DATA")
        mail, self.mail = self.mail, None
        if mail is None or not mail.recipients:
            raise Refused(replies.RECIPIENT_FIRST)
        self.receiving = True
        try:
            await self.push(replies.GO_ON)
            await (self._take_back(mail) if mail.is_bounce else self._store(mail))
        finally:
            self.receiving = False
        if self.desk.stopping:
            self.say_goodbye(replies.STOPPING)

    async def _read_mail(self, limit: int, take: Callable[[bytes], None]) -> None:
        config = self.desk.config
        try:
            async with asyncio.timeout(
                config.data_seconds if self.guest.known else config.bounce_seconds
            ):
                async for piece in read_data(self._reader, limit, self._reset_timeout):
                    take(piece)
        except TimeoutError as error:
            raise Goodbye(replies.TOO_SLOW) from error

    async def _take_back(self, mail: Envelope) -> None:
        """Note what a mail of ours that came back reports; the mail itself is not kept."""
        pieces: list[bytes] = []

        def take(piece: bytes) -> None:
            pieces.append(piece)
            self.guest.spoke_at = self.desk.door.clock()  # it is not silent

        self.stop_expecting()
        try:
            await self._read_mail(BOUNCE_BYTES, take)
            self.guest.busy = True
            await self.desk.ask(PATIENCE, take_bounce, mail.recipients, b"".join(pieces))
        finally:
            self.guest.busy = False
            self.expect_login()
        await self.push(replies.RETURNED)

    async def _store(self, mail: Envelope) -> None:
        arrival = Arrival()
        await self._read_mail(self.desk.config.max_bytes, arrival.take)
        sealed = await self._accepted(mail, arrival)
        await self.desk.storage.store(sealed)
        await self.push(replies.STORED.format(uid=sealed.row.uid))
        # Nobody waits for a line.
        log.info("stored %s, %s KiB", sealed.row.uid, sealed.row.size // 1024)

    async def _accepted(self, mail: Envelope, arrival: Arrival) -> SealedMail:
        """Check and seal a mail, on the fast path right here when it is small. Raises Refused."""
        own = self.desk.config.own_address
        small = self.desk.config.fast and arrival.size <= INLINE_BYTES
        if small and author_of(arrival, own) == mail.sender:
            return finish(mail, arrival)
        patience = PATIENCE + arrival.size / BYTES_PER_SECOND
        return await self.desk.ask(patience, accept_mail, mail, arrival, own)

    def _require_foreign(self, address: str) -> None:
        """Raise Refused for an address that our own notices come from, so that nothing loops."""
        local, _, domain = address.rpartition("@")
        if domain == self.desk.config.mail_domain and (
            local == "no-reply" or local.startswith("bounce+")
        ):
            raise Refused(replies.NO_READER, help=f"{settings.BASE_URL}{reverse('help')}")

    async def _envelope(self, address: str) -> Envelope:
        """Return the envelope of a mail from this sender. Raises Refused."""
        if not address:
            return Envelope("")
        if self.login is None:
            await self.find_trust()
        if self.login is None:
            raise Refused(replies.AUTH_NEEDED)
        organization, user = self.login.organization, self.login.user
        if user is None:
            user = await self.desk.sender(address)
            if user is None or user.organization_id != organization.pk:
                raise Refused(replies.UNKNOWN_SENDER)
            return Envelope(address, organization.pk, user.pk, relayed=True)
        own = address == user.email or await self.desk.ask(PATIENCE, has_alias, user, address)
        sender = user if own else await self.desk.ask(PATIENCE, mailbox_for, user, address)
        if sender is None:
            raise Refused(replies.NOT_YOUR_ADDRESS)
        return Envelope(address, organization.pk, sender.pk)
