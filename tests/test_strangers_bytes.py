"""What reads strangers' bytes runs in a process of its own (flow.reader), and nowhere else.

Whoever adds a library says here what it reads. One that takes files, mails, pictures or pages apart
is a reader: it is imported by what runs in that process, and never called anywhere else.
"""

import ast
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.urls import reverse

from accounts.logos import read_logo
from accounts.models import User
from contacts.importer import files
from contacts.models import ImportRun
from contacts.tasks import work_imports
from delivery.sanitizer import clean
from drafts.models import Draft
from intake import actions
from intake.parser import parse_mail
from intake.tasks import make_drafts
from tests import make
from tests.accounts.test_logos import png, with_logo
from tests.contacts.test_import_pages import send
from tests.contacts.test_reading import card, sheet
from tests.intake.test_bounces import report
from tests.test_architecture import APPS, ROOT, SOURCES, name

# Libraries that take strangers' bytes apart: which modules import them, and why those may.
READERS = {
    "vobject": {"contacts/importer/cards.py": "runs in the reader"},
    "python_calamine": {"contacts/importer/sheets.py": "runs in the reader"},
    "nh3": {"delivery/sanitizer.py": "`clean` runs in the reader"},
    "quopri": {"contacts/importer/cards.py": "runs in the reader"},
    "zlib": {"accounts/logos.py": "`read_logo` runs in the reader"},
    "zipfile": {
        "contacts/importer/files.py": "runs in the reader",
        "contacts/importer/sheets.py": "runs in the reader",
        "delivery/render.py": "writes archives",
    },
    "csv": {
        "contacts/importer/files.py": "runs in the reader",
        "contacts/views/imports.py": "writes reports",
        "contacts/render.py": "writes exports",
        "accounts/render.py": "writes exports",
    },
    "html.parser": {"notifications/caught.py": "reads mails of our own, in the demo"},
    "email.message_from_bytes": {"notifications/caught.py": "reads mails of our own, in the demo"},
}
READ_NOTHING = {
    "_typeshed", "aiosmtpd", "allauth", "apprise", "babel", "celery", "cryptography", "css_inline",
    "django", "environ", "idna", "kombu", "ninja", "phonenumber_field", "phonenumbers",
    "prometheus_client", "promql_parser", "psycopg", "pydantic", "redis", "requests", "structlog",
    "urllib3", "uvloop",
}  # fmt: skip
# Of the standard library; what is not named here cannot read files, mails or pages.
ALSO_READERS = {
    "bz2", "configparser", "csv", "email.feedparser", "email.message_from_binary_file",
    "email.message_from_bytes", "email.message_from_file", "email.message_from_string",
    "email.parser", "gzip", "html.parser", "lzma", "mailbox", "marshal", "pickle", "plistlib",
    "quopri", "shelve", "tarfile", "xml", "zipfile", "zlib",
}  # fmt: skip
# Our own readers: in these files no function runs in a process that serves people.
OURS = (
    "intake/parser/", "intake/blocks/", "intake/headers/", "intake/html.py", "intake/compose.py",
    "drafts/preparing.py", "drafts/canonical.py", "contacts/importer/files.py",
    "contacts/importer/cards.py", "contacts/importer/sheets.py",
    "/vobject/", "/email/feedparser.py", "/html/parser.py", "/zipfile.py",
)  # fmt: skip
OUR_FUNCTIONS = {("delivery/sanitizer.py", "clean"), ("accounts/logos.py", "read_logo")}
MAIL = (
    b"From: {sender}\r\nTo: jan@example.nl\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
    b"<p>Hello<script>x</script></p>\r\n--b\r\nContent-Type: application/ms-tnef\r\n"
    b'Content-Disposition: attachment; filename="winmail.dat"\r\n\r\nx\r\n--b\r\n'
    b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n--b--\r\n"
)


def imports(path: Path) -> Iterator[str]:
    """Return what a file imports, each with its dots."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


OUR_FILES = [path for path in SOURCES if name(path).split("/")[0] in APPS]
IMPORTS = {name(path): {*imports(path)} for path in OUR_FILES}


def importers(library: str) -> set[str]:
    """Return which of our files import a library, or something in it."""
    return {
        path
        for path, found in IMPORTS.items()
        if any(f"{one}.".startswith(f"{library}.") for one in found)
    }


@contextmanager
def watched() -> Iterator[set[str]]:
    """Note which readers run in this process meanwhile."""
    ran: set[str] = set()

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_call":
            module = str(getattr(argument, "__module__", ""))
            ran.update({module} & {"nh3", "_csv", "python_calamine._python_calamine"})
        elif event == "call" and frame.f_code.co_name != "<module>":
            file, function = frame.f_code.co_filename, frame.f_code.co_name
            place = file.removeprefix(f"{ROOT}/")
            if (place, function) in OUR_FUNCTIONS or any(one in file for one in OURS):
                ran.add(f"{place}:{function}")

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield ran
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def take_mail(person: User) -> None:
    """A mail with HTML, a winmail.dat and a calendar comes in, and is looked at."""
    make.raw_mail(person, MAIL.replace(b"{sender}", person.email.encode()))
    make_drafts()
    page = make.signed_in(person).get(f"/drafts/{Draft.objects.get().pk}/")
    assert page.status_code == 200


def take_bounce(_person: User) -> None:
    """A mail of ours comes back."""
    actions.take_bounce(["bounce+x@zivweb.example"], report().encode())


def take_file(content: bytes) -> Callable[[User], None]:
    """Return how a file of contacts is uploaded and checked."""

    def upload(person: User) -> None:
        browser = make.signed_in(person)
        send(browser, content)
        run = ImportRun.objects.get()
        roles = {f"column{number}": role for number, role in enumerate(run.roles)}
        browser.post(reverse("import_check", args=[run.pk]), roles)
        work_imports()
        run.refresh_from_db()
        assert run.counts

    return upload


def take_logo(_person: User) -> None:
    """An admin uploads a picture."""
    assert with_logo(png())[1] == 302


WAYS = {
    "mail": take_mail,
    "bounce": take_bounce,
    "csv": take_file(b"email,name\njan@example.nl,Jan\n"),
    "workbook": take_file(sheet("jan@example.nl", rows=2).getvalue()),
    "cards": take_file(card(1).getvalue()),
    "logo": take_logo,
}


def test_every_library_says_whether_it_reads_strangers_bytes() -> None:
    used = {one.split(".")[0] for found in IMPORTS.values() for one in found}
    foreign = used - set(APPS) - set(sys.stdlib_module_names)

    assert foreign - READ_NOTHING - set(READERS) == set()


@pytest.mark.parametrize("library", sorted({*READERS, *ALSO_READERS}))
def test_a_reader_is_imported_where_it_may_be(library: str) -> None:
    assert importers(library) == set(READERS.get(library, ()))


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_a_stranger_is_read_in_a_process_that_serves_people(way: str) -> None:
    person = make.user(role=User.Role.ADMIN)

    with watched() as ran:
        WAYS[way](person)

    assert ran == set()


@pytest.mark.parametrize("read", [
    lambda: clean("<p>x</p>"), lambda: parse_mail(b"Subject: x\r\n\r\nx\r\n"),
    lambda: read_logo(png()), lambda: next(files.answers(None, [b"email\njan@example.nl\n"])),
])  # fmt: skip
def test_what_is_read_here_would_be_seen(read: Callable[[], object]) -> None:
    with watched() as ran:
        read()

    assert ran
