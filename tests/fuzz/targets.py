"""What strangers' bytes go into, and what must hold whatever they are: the targets of `make fuzz`.

Each target takes any bytes. It raises when the product does something that it never may; the
errors that a reader is allowed to raise are part of its promise, and are caught here.
"""

import io
import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice

from accounts import provisioning
from accounts.logos import BadLogo, read_logo
from addresses.mail import AddressError, normalize_address
from addresses.phone import PhoneError, parse_mobile
from contacts.codes import MIN_LENGTH, check_access_code, fold_code
from contacts.importer import Reader, Unreadable, files
from delivery.codes import DIGITS, read_typed
from delivery.sanitizer import TooDeepError, body_document, clean
from drafts.paste import Person, map_list
from intake.blocks import strip_attachment, take_from_html, take_from_text
from intake.bounces import failure_code
from intake.headers import instructions_for, read_instructions
from intake.html import text_of
from intake.limits import MailTooComplex
from intake.parser import parse_mail, read_from_header
from intake.parser.filenames import LENGTH
from intake.smtpd.envelope import read_mail_command, read_rcpt_command
from intake.smtpd.replies import Refused

JAN = "jan@example.nl"
PEOPLE = [Person(1, JAN, "Jan Jansen"), Person(2, "els@example.nl", "Els de Vries")]
ROWS = 2000
BAD_NAME = re.compile(r"[/\\\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
BLOCK = re.compile(r"(?:<|&lt;)!--zivver_headers")
RUNS = re.compile(
    r"<(?:script|style|iframe|object|embed|form|input|button|link|meta|base|svg|math)\b"
    r"|\s(?:on\w+|srcset|formaction|id|class|name)\s*=",
    re.IGNORECASE,
)
LEADS = re.compile(r'"\s*(?:javascript|vbscript|data:text)', re.IGNORECASE)


def mime(data: bytes) -> None:
    """A mail is read whole, and everything in it can be stored; or it is beyond the limits."""
    with suppress(MailTooComplex):
        mail = parse_mail(data)
        boxes = [*mail.from_, *mail.to, *mail.cc]
        said = [mail.subject, mail.text or "", mail.html or "", mail.message_id, *mail.references]
        said += [text for box in boxes for text in (box.name, box.address)]
        _fit_a_database([*said, *(part.filename for part in mail.attachments)])
        bad = [
            part.filename
            for part in mail.attachments
            if BAD_NAME.search(part.filename) or len(part.filename) > LENGTH
        ]
        assert not bad, bad


def header(data: bytes) -> None:
    """The door and the worker read the same sender; a bounce is read or is none."""
    with suppress(MailTooComplex):
        at_door = [box.address for box in read_from_header(data).mailboxes]
        inside = [box.address for box in parse_mail(data).from_]
        assert [a for a in at_door if a.isascii()] == [a for a in inside if a.isascii()]
    assert not failure_code(data) or failure_code(data)[0] in "245"


def block(data: bytes) -> None:
    """No mark of a header block is left, the rest can be stored, and no stranger gets a right."""
    text = _text(data)
    found, plain, html = instructions_for(text, text, [("zivver-access-right", text)], {JAN})
    assert not BLOCK.search(plain or ""), plain
    assert not BLOCK.search(html or ""), html
    assert {right.address for right in found.access_rights} <= {JAN}
    for kind in ("text/plain", "text/html", "message/rfc822"):
        strip_attachment(kind, data)


def lines(data: bytes) -> None:
    """Lines of a block are followed or told, and what is shown of them hides what they hold."""
    said = [line.partition(":")[::2] for line in _text(data).splitlines()]
    found = read_instructions(said, {JAN})
    assert {right.address for right in found.access_rights} <= {JAN}
    _fit_a_database([problem.line for problem in found.problems])
    for body in (take_from_text(_text(data)).body, take_from_html(_text(data)).body):
        assert isinstance(body, str)


def paste(data: bytes) -> None:
    """A pasted list gives each recipient one mobile number at most."""
    found = map_list(_text(data), PEOPLE, "NL")
    assert len({match.key for match in found.matches}) == len(found.matches)
    assert all(parse_mobile(match.number, "NL") == match.number for match in found.matches)


def contacts(data: bytes) -> None:
    """A file of contacts is read row by row, or says why it is none."""
    with suppress(Unreadable):
        table = files.open_table(io.BytesIO(data))
        reader = Reader(table.roles, "NL", domains=True)
        for cells in islice(table.rows, ROWS):
            row = reader.read(cells)
            _fit_a_database([row.address, row.name, *row.phones])
            assert all(parse_mobile(phone, "NL") == phone for phone in row.phones)


def html(data: bytes) -> None:
    """Cleaned HTML holds nothing that runs or submits; its plain text can be stored."""
    text = _text(data)
    _fit_a_database([text_of(text)])
    with suppress(TooDeepError):
        tags = _tags(body_document(clean(text).html({})).partition("<body>")[2])
        assert not LEADS.search(tags), tags
        assert not RUNS.search(re.sub(r'"[^"]*"', '""', tags)), tags


def typed(data: bytes) -> None:
    """Numbers, addresses and codes are taken in one form, or refused."""
    text = _text(data)
    with suppress(PhoneError):
        number = parse_mobile(text, "NL")
        assert parse_mobile(number, "NL") == number
    with suppress(AddressError):
        address = normalize_address(text)
        assert normalize_address(address) == address
    assert len(read_typed(text)) in {0, DIGITS}
    assert check_access_code(text) or len(fold_code(text)) >= MIN_LENGTH


def commands(data: bytes) -> None:
    """The arguments of MAIL and RCPT are read or refused."""
    text = data.decode("utf-8", "surrogateescape")
    with suppress(Refused):
        sender = read_mail_command(text, 1000)
        assert sender == "" or normalize_address(sender) == sender
    with suppress(Refused):
        assert read_rcpt_command(text)


def scim(data: bytes) -> None:
    """What another system says of accounts is read or refused."""
    readers = (
        provisioning.person_in,
        provisioning.mailbox_in,
        provisioning.member_changes,
        lambda said: provisioning.patched(said, provisioning.Wanted()),
        lambda said: provisioning.read_filter(str(said.get("filter"))),
    )
    body = _body(data)
    for read in readers if body else ():
        with suppress(provisioning.Unreadable):
            read(body)


def logo(data: bytes) -> None:
    """A picture is kept, or says why it is none."""
    with suppress(BadLogo):
        assert read_logo(data).content


def _body(data: bytes) -> dict[str, object]:
    with suppress(ValueError, RecursionError):
        body = json.loads(data)
        return body if isinstance(body, dict) else {}
    return {}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _fit_a_database(texts: Iterable[str]) -> None:
    whole = "".join(texts)
    assert "\0" not in whole
    whole.encode()


def _tags(shown: str) -> str:
    """Leave the tags only: what stands between them is no markup."""
    return "".join(re.findall(r"<[^>]*>", shown))


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        mime, header, block, lines, paste, contacts, html, typed, commands, scim, logo,
    )
}  # fmt: skip
