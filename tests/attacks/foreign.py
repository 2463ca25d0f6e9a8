"""Two sides with one of everything, and what an answer tells of an id of the other side.

The ids of all tables are spread so that no number stands for two rows.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.models import AutoField, Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions import (
    add_delegate,
    create_api_key,
    create_mailbox,
    create_smtp_credential,
)
from accounts.models import ApiKey, Domain, SmtpCredential, User
from accounts.policy import ORGANIZATION
from accounts.uploads import TAKES_FILES
from contacts.actions import keep_ours, propose, save_contact
from contacts.entries import ContactEntry
from contacts.models import Conflict, Contact, FieldLock, ImportRun, PastDatum
from delivery.models import (
    Device,
    Message,
    MessageAttachment,
    MessageRecipient,
    ReplyAttachment,
)
from drafts.models import Attachment, Draft, Recipient
from flow import engine
from notifications.models import Notification
from tests import make
from tests.contacts.imports import imported, uploaded
from tests.delivery.messages import file, link, open_in, person, recipient_of, released

APART, NOBODYS = 100_000, 509_250_001  # ids between two tables; an id that nobody has
# What is drawn anew for each answer: tokens, passwords, secrets of apps and their pictures. So is
# the id of a row that the answer itself made: PostgreSQL counts on when it is taken back.
DRAWN = re.compile(r"[A-Za-z0-9_-]{22,}|data:image/svg[^\"]+|/smtp/\d+/")
NUMBER = re.compile(r"<int:(\w+)>")

Ids = dict[type[Model], list[int]]


def spread(start: int) -> None:
    """Have the next row of each table get a number that no other table has."""
    for at, model in enumerate(apps.get_models()):
        key = model._meta.pk
        if isinstance(key, AutoField) and key.column:
            _next_id(model._meta.db_table, key.column, start + at * APART)


def _next_id(table: str, column: str, number: int) -> None:
    with connection.cursor() as cursor:
        if engine.embedded():
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, number]
            )
        else:
            found = "SELECT setval(pg_get_serial_sequence(%s, %s), %s)"
            cursor.execute(found, [f'"{table}"', column, number])


def ids_now() -> dict[type[Model], set[int]]:
    """Return the ids of all rows that have a number."""
    models = [each for each in apps.get_models() if isinstance(each._meta.pk, AutoField)]
    return {each: set(each._meta.base_manager.values_list("pk", flat=True)) for each in models}


def made_by(make_rows: Callable[[], Any]) -> Ids:
    """Return the ids of the rows that this makes: of each table the newest."""
    before = ids_now()
    make_rows()
    return {
        model: sorted(after - before[model])[-1:]
        for model, after in ids_now().items()
        if after - before[model]
    }


def make_own(sender: User, name: str) -> None:
    """Store what is one person's own: a draft, a message with an answer, contacts, an import."""
    address = f"{name}@example.nl"
    make.draft(sender, address, f"{name}@two.example", attachments=(make.attachment(),))
    message = released(person(address), sender=sender, attachments=(file(b"file"),))
    answer_to(recipient_of(message, address))
    contact = make.contact(sender, address, phone=make.NUMBER, name=name)
    save_contact(sender, ContactEntry("personal", address, name, make.OTHER_NUMBER), contact)
    uploaded(sender, f"{address},{name},{make.NUMBER},,", personal=True)


def answer_to(recipient: MessageRecipient) -> Client:
    """Have a recipient open the message in a browser that is trusted, and answer with a file."""
    client = Client()
    open_in(client, recipient)
    posted = {"text": "Hello", "reader": "sender", "attachments": SimpleUploadedFile("a.pdf", b"a")}
    client.post(link(recipient, "reply/"), posted)
    Device.objects.create(
        organization=recipient.message.organization, address=recipient.address,
        token_hash=f"token of {recipient.pk}", secret_digest="d", name="Firefox",
        used_at=recipient.message.created_at, expires_at=recipient.message.expires_at,
    )  # fmt: skip
    return client


def make_all(admin: User, name: str) -> None:
    """Store what is an admin's own, and what is the organization's."""
    make_own(admin, name)
    make_shared(admin, name)


def make_shared(admin: User, name: str) -> None:
    """Store what is an organization's: its book, people, domains, keys."""
    place, address = admin.organization, f"all-{name}@example.nl"
    contact = make.contact(admin, address, phone=make.NUMBER, book=ORGANIZATION, name=name)
    entry = ContactEntry(ORGANIZATION, address, name, make.OTHER_NUMBER)
    save_contact(admin, entry, contact)
    imported(admin, f"{address},{name},+31687654321,,", source="sync:CRM")
    keep_ours(admin, Conflict.objects.filter(contact=contact).latest("pk"))
    imported(admin, f"{address},{name},+31611110701,,", source="sync:HR")
    propose(make.user(place), entry, contact)
    uploaded(admin, f"{address},{name},+31687654322,,")
    box = f"ward-{name}@{place.domains.earliest('pk').name}"
    mailbox = create_mailbox(place, box, name="", language="en", actor=admin)
    add_delegate(mailbox, make.user(place).email, actor=admin)
    create_smtp_credential(place, "Exchange")
    create_api_key(place, "CRM")
    Domain.objects.create(organization=place, name=f"{name}.example")


# What a number in an address stands for, by the beginning of its route and the name of the number;
# the first that fits counts. One that is missing here is tried with the ids of every table.
MEANT: list[tuple[str, str, type[Model]]] = [
    ("drafts/", "pk", Draft), ("drafts/", "recipient_pk", Recipient),
    ("drafts/", "attachment_pk", Attachment), ("radar/", "pk", Draft),
    ("messages/<int:pk>/replies/", "attachment_pk", ReplyAttachment),
    ("messages/", "attachment_pk", MessageAttachment), ("messages/", "pk", Message),
    ("messages/", "recipient_pk", MessageRecipient),
    ("contacts/import/", "pk", ImportRun), ("contacts/locks/", "pk", FieldLock),
    ("contacts/", "past_pk", PastDatum), ("contacts/", "pk", Contact),
    ("m/<str:token>/device/", "pk", Device), ("m/<str:token>/reply/", "pk", ReplyAttachment),
    ("m/<str:token>/attachments/", "pk", MessageAttachment),
    ("organization/domains/", "pk", Domain), ("organization/sign-in/", "pk", Domain),
    ("organization/smtp/", "pk", SmtpCredential), ("organization/keys/", "pk", ApiKey),
    ("organization/", "pk", User), ("demo/", "pk", Notification),
]  # fmt: skip

# What a field of a form or a query may name by its id.
IN_FIELDS = (Draft, Recipient, Message, Contact, Conflict, ImportRun, User)


@dataclass
class Asker:
    """Somebody who asks: their browser, their own ids, and ids that are not theirs."""

    browser: Client
    own: Ids
    foreign: Ids
    token: str = "nothing"
    cookies: Any = field(init=False)

    def __post_init__(self) -> None:
        self.cookies = self.browser.cookies.copy()

    def hears(self, method: str, path: str, number: int, data: dict[str, Any]) -> tuple[Any, ...]:
        """Return what an answer says, but for the number that was asked for; undo what it did."""
        self.browser.cookies = self.cookies.copy()
        with transaction.atomic():
            answer = getattr(self.browser, method)(path, data)
            text = said(answer)
            transaction.set_rollback(True)
        asked = re.compile(rf"(?<!\d){number}(?!\d)")
        shown = asked.sub("ID", DRAWN.sub("DRAWN", text))
        return answer.status_code, asked.sub("ID", answer.headers.get("Location", "")), shown

    def told(self, method: str, path: str, name: str = "", *numbers: int) -> list[int]:
        """Return which ids of somebody else are answered unlike one that nobody has.

        `path` holds the number as `{}`; `name` is the field that holds it as well. A number that no
        query holds is looked for nowhere, so it is not tried with others.
        """

        def hear(number: int) -> tuple[Any, ...]:
            data = {name: str(number)} if name else {}
            return self.hears(method, path.format(number), number, data)

        with CaptureQueriesContext(connection) as queries:
            nobodys = hear(NOBODYS)
        if not any(str(NOBODYS) in query["sql"] for query in queries):
            return []
        return [each for each in numbers if hear(each) != nobodys]

    def paths(self, route: str) -> Iterator[tuple[str, list[int]]]:
        """Return a route with each of its numbers left out, and the foreign ids that fit there."""
        for wanted in NUMBER.findall(route):
            path = filled(route, self.own, wanted).replace("<str:token>", self.token)
            yield f"/{path}", numbers_for(route, wanted, self.foreign)

    @property
    def numbers(self) -> list[int]:
        """Ids of others that a field may hold."""
        return [self.foreign[model][0] for model in IN_FIELDS if model in self.foreign]


def meant(route: str, name: str) -> type[Model] | None:
    """Return the table whose rows this number of a route stands for, None when nobody knows."""
    found = (model for begin, each, model in MEANT if route.startswith(begin) and each == name)
    return next(found, None)


def numbers_for(route: str, name: str, ids: Ids) -> list[int]:
    """Return the ids that may stand at this place of a route."""
    model = meant(route, name)
    return ids.get(model, []) if model else [each for found in ids.values() for each in found]


def filled(route: str, own: Ids, left_out: str) -> str:
    """Return a route with own ids, and `{}` for the number that is left out."""
    return NUMBER.sub(
        lambda found: (
            "{}" if found[1] == left_out else str((numbers_for(route, found[1], own) or [0])[0])
        ),
        route,
    )


def said(answer: HttpResponseBase) -> str:
    """Return the text of an answer."""
    content = b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return content.decode(errors="replace")


class Fields(QueryDict):
    """The fields of a request; it notes which were looked for."""

    wanted: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.wanted.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.wanted.add(str(key))
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the last value of a field."""
        self.wanted.add(key)
        return super().get(key, default)

    def getlist(self, key: str, default: Any = None) -> Any:
        """Return the values of a field."""
        self.wanted.add(key)
        return super().getlist(key, default)


class NoteFields:
    """The innermost middleware: has the view look for its fields in `Fields`.

    Views that take files read their form themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, _args: Any, _named: Any) -> None:
        """Put other fields into the request."""
        request.GET = Fields(request.META.get("QUERY_STRING", ""))
        if request.method == "POST" and not hasattr(view, TAKES_FILES):
            request.POST = Fields(request.POST.urlencode())


def names_read(browser: Client, method: str, path: str) -> set[str]:
    """Return the names of the fields that are looked for when this is asked."""
    Fields.wanted = set()
    with transaction.atomic():
        getattr(browser, method)(path, {"anything": "1"})
        transaction.set_rollback(True)
    return Fields.wanted - {"csrfmiddlewaretoken", "unsent_form", "anything"}
