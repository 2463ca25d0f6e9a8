"""The ways out: one reused SMTP connection to the relay, and the SMS gateways (Apprise).

A gateway of the operator's own (`SMS_URL=json://host:port/path`) gets a POST of this JSON:

    {"to": "+31612345678", "message": "<text>", "id": "<22 characters>", "title": "",
     "type": "info", "attachments": [], "version": "1.0"}

It answers 2xx when it has taken the SMS. With the `id` it can report back later (reports.py).
Fields get other names, or go, by Apprise's `:` arguments in the address:
`json://host/sms?:to=recipient&:message=text&:type=` renames two and drops one. `form://` and
`xml://` send the same fields in another form. Every other Apprise address must be of a service
that sends SMS to phone numbers (providers.py).
"""

import logging
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from apprise import Apprise, AppriseAsset, NotificationManager
from apprise.plugins import url_to_dict
from django.core.mail.backends.smtp import EmailBackend

from flow.calls import Call, in_time, this_call
from notifications.letters import WireMail, WireSms
from notifications.providers import OWN, provider_problem, reaches_only

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 30  # of each answer of the relay
GREETING_SECONDS = 30  # until the relay lets us in
MAIL_SECONDS = 80  # of all that is said about one mail: less than its lease (retries.py)
GOODBYE_SECONDS = 5
SMS_SECONDS = 10  # of all that is said to one gateway about one SMS
ALL_GATEWAYS_SECONDS = 60  # of all gateways together: less than the lease
NO_ANSWER, GATEWAY, UNREACHABLE = "no answer", "gateway", "no gateway for this number"
UNKNOWN = "unknown outcome"

_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")  # RFC 3463
_SIGN_IN_FIRST = {530, 534, 535, 538}  # RFC 4954, 6: our login at the relay is wrong
# A service of one country takes the numbers of that country alone: one of these must do.
_SAMPLES = ("+31612345678", "+61412345678", "+15005550006", "+919999999999")


class RelayDown(Exception):
    """The relay takes no mail at all now: nothing is wrong with the mail."""


class NotDelivered(Exception):
    """This mail or SMS was not taken.

    `code` is a reply code and an enhanced code, or a word, and never holds an address.
    `permanent`: trying again is of no use. `cut`: the line was lost meanwhile.
    """

    def __init__(self, code: str, *, permanent: bool = False, cut: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent
        self.cut = cut


class _Line(smtplib.SMTP):
    """A connection that ends with the call that it was made in."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        try:
            line = this_call().connect(host, port)
        except UnicodeError as error:
            raise OSError("no such name") from error
        line.settimeout(timeout)
        return line


class _SecureLine(smtplib.SMTP_SSL, _Line):
    """The same with TLS from its first byte: the handshake ends with the call too."""


class _Backend(EmailBackend):
    """Django's, over such connections."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """Return what to connect with."""
        return _SecureLine if self.use_ssl else _Line

    def let_end_with(self, call: Call) -> None:
        """Let the connection end with this call, as far as it came."""
        for connection in (self.connection, getattr(self, "_partial_connection", None)):
            if connection is not None and connection.sock is not None:
                call.watch(connection.sock)


class Relay:
    """The connection to the relay: opened at the first mail, reused, opened again when lost."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        use_ssl = bool(config.get("EMAIL_USE_SSL"))
        use_tls = bool(config.get("EMAIL_USE_TLS"))
        self._backend = _Backend(
            host=config["EMAIL_HOST"],
            port=config.get("EMAIL_PORT") or (465 if use_ssl else 587 if use_tls else 25),
            username=config.get("EMAIL_HOST_USER") or "",
            password=config.get("EMAIL_HOST_PASSWORD") or "",
            use_tls=use_tls,
            use_ssl=use_ssl,
            timeout=config.get("EMAIL_TIMEOUT", TIMEOUT_SECONDS),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hang_up()

    def hand_over(self, mail: WireMail, before_text: Callable[[], None]) -> None:
        """Have the relay take the mail. Raises RelayDown, NotDelivered.

        `before_text` is called before the text goes; when it raises, the relay takes no mail.
        """
        with in_time(MAIL_SECONDS) as call:
            self._hand_over(mail, before_text, call)

    def _hand_over(self, mail: WireMail, before_text: Callable[[], None], call: Call) -> None:
        connection = self._connection(call)
        ascii_only = mail.to.isascii()
        if not ascii_only and not connection.has_extn("smtputf8"):
            raise NotDelivered("553 5.6.7", permanent=True)  # RFC 6531, 3.5
        options = () if ascii_only else ("SMTPUTF8",)
        try:
            _send(connection, mail, options, before_text)
            call.left()  # half an answer of a line that was cut is none
        except smtplib.SMTPRecipientsRefused as error:
            raise self._refused(*error.recipients[mail.to]) from None
        except smtplib.SMTPResponseException as error:
            raise self._refused(error.smtp_code, error.smtp_error) from None
        except OSError:
            self._hang_up()
            raise NotDelivered(NO_ANSWER, cut=True) from None

    def greet(self) -> None:
        """Connect and sign in, and hand over nothing. Raises RelayDown, smtplib.SMTPException."""
        with in_time(GREETING_SECONDS) as call:
            code, _ = self._connection(call).noop()
            call.left()
        if code != 250:
            raise RelayDown(str(code))

    def _connection(self, call: Call) -> smtplib.SMTP:
        try:
            if self._backend.connection is None:
                with in_time(GREETING_SECONDS) as greeting:
                    self._backend.open()
                    greeting.left()
        except OSError as error:
            self._hang_up()
            raise RelayDown(type(error).__name__) from None
        connection = self._backend.connection
        if connection is None or connection.sock is None:
            raise RelayDown("not connected")
        self._backend.let_end_with(call)
        return connection

    def _refused(self, code: int, text: bytes | str) -> Exception:
        if code in _SIGN_IN_FIRST:
            return RelayDown(str(code))
        if code == 421 or not 400 <= code < 600:
            self._hang_up()
        found = _ENHANCED.search(text if isinstance(text, bytes) else text.encode())
        enhanced = f" {found.group().decode()}" if found else ""
        return NotDelivered(f"{code}{enhanced}", permanent=500 <= code < 600)

    def _hang_up(self) -> None:
        try:
            with in_time(GOODBYE_SECONDS) as call:
                self._backend.let_end_with(call)
                self._backend.close()
        except (OSError, ssl.SSLError):
            log.info("the relay was gone before the good-bye")


def _send(
    connection: smtplib.SMTP,
    mail: WireMail,
    options: Sequence[str],
    before_text: Callable[[], None],
) -> None:
    """Hand a mail over. Raises what `smtplib.SMTP.sendmail` raises."""
    if connection.has_extn("pipelining"):
        _send_pipelined(connection, mail, options, before_text)
    else:
        before_text()
        connection.sendmail(mail.sender, [mail.to], mail.raw, mail_options=options)


def _send_pipelined(
    connection: smtplib.SMTP,
    mail: WireMail,
    options: Sequence[str],
    before_text: Callable[[], None],
) -> None:
    """Hand a mail over with its envelope in one packet (RFC 2920): two ways instead of four.

    Raises what `smtplib.SMTP.sendmail` raises.
    """
    envelope = [
        " ".join([f"MAIL FROM:<{mail.sender}>", *options]),
        f"RCPT TO:<{mail.to}>",
        "DATA",
        "",
    ]
    connection.send("\r\n".join(envelope).encode())
    from_reply, to_reply, data_reply = (connection.getreply() for _ in range(3))
    wanted = from_reply[0] == 250 and to_reply[0] in {250, 251}
    if data_reply[0] == 354:
        with _dropping(connection):
            before_text()
        body = mail.raw if mail.raw.endswith(b"\r\n") else mail.raw + b"\r\n"
        body = body.replace(b"\n.", b"\n..")  # RFC 5321, 4.5.2; the first line is a header
        connection.send((body if wanted else b"") + b".\r\n")
        data_reply = connection.getreply()
    if wanted and data_reply[0] == 250:
        return
    if 421 not in {from_reply[0], to_reply[0], data_reply[0]}:
        connection.rset()
    if from_reply[0] != 250:
        raise smtplib.SMTPSenderRefused(*from_reply, mail.sender)
    if not wanted:
        raise smtplib.SMTPRecipientsRefused({mail.to: to_reply})
    raise smtplib.SMTPDataError(*data_reply)


@contextmanager
def _dropping(connection: smtplib.SMTP) -> Iterator[None]:
    """Drop the line at an error: the relay waits for a text, and would take a good-bye for one."""
    try:
        yield
    except Exception:
        connection.close()
        raise


def send_sms(sms: WireSms, urls: Sequence[str], receipt: str) -> None:
    """Have the first gateway that will take the SMS send it. Raises NotDelivered.

    `receipt` is the id by which a gateway that can do so reports what became of the SMS. A gateway
    that would not send to exactly this number is passed over. One that began to answer, and
    does not end in time, has got the SMS: nobody is asked again.
    """
    plugins = [_plugin(url, sms.to, receipt) for url in urls]
    if not any(plugins):
        raise NotDelivered(UNREACHABLE, permanent=True)
    with in_time(ALL_GATEWAYS_SECONDS) as all_of_them:
        for position, plugin in enumerate(plugins, start=1):
            if plugin is not None and _takes(plugin, sms.text, all_of_them):
                return
            log.warning("SMS gateway %d of %d did not take an SMS", position, len(urls))
    raise NotDelivered(GATEWAY)


def _takes(plugin: Any, text: str, all_of_them: Call) -> bool:
    """Have one gateway send. Raises NotDelivered when it may have done so."""
    try:
        seconds = min(SMS_SECONDS, all_of_them.left())
    except OSError:
        return False
    with in_time(seconds) as call:
        taken = bool(plugin.notify(body=text))
    if not taken and call.unfinished:
        raise NotDelivered(UNKNOWN, permanent=True)
    return taken


def gateway_problem(url: str) -> str:
    """Return why an SMS gateway cannot be used, "" when it can; nothing is sent."""
    problem = address_problem(url)
    parsed = url_to_dict(url) or {}
    if problem or parsed["schema"] not in OWN:
        return problem
    port = parsed.get("port") or (443 if str(parsed["schema"]).endswith("s") else 80)
    try:
        socket.create_connection((parsed["host"], port), TIMEOUT_SECONDS / 10).close()
    except OSError as error:
        return f"does not answer ({type(error).__name__})"
    return ""


def address_problem(url: str) -> str:
    """Return why an address cannot be that of an SMS gateway, "" when it can; asks nobody."""
    parsed: dict[str, Any] | None = url_to_dict(url)
    if parsed is None:
        return "is no Apprise address that can be read"
    problem = provider_problem(parsed["schema"], NotificationManager()[parsed["schema"]])
    if not problem and not any(_plugin(url, number, "doctor") for number in _SAMPLES):
        return "cannot be used: something in it is missing or wrong"
    return problem


def _plugin(url: str, number: str, receipt: str) -> Any:
    """Return the gateway of an address, None when it would not send to this number alone."""
    parsed: dict[str, Any] | None = url_to_dict(url)
    if parsed is None:
        return None
    schema, asset = parsed["schema"], AppriseAsset(app_id="zivweb")
    if schema in OWN:
        fields = dict(parsed.get("payload") or {})
        fields[fields.pop("to", "") or "to"] = number
        fields[fields.pop("id", "") or "id"] = receipt
        return Apprise.instantiate(parsed | {"payload": fields}, asset=asset)
    if provider_problem(schema, NotificationManager()[schema]):
        return None
    plugin = Apprise.instantiate(parsed | {"targets": [number]}, asset=asset)
    return plugin if plugin is not None and reaches_only(plugin, number) else None
