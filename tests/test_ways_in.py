"""Every way in: what nobody sees gets into no address, name, number, access code or hint."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.header import Header
from pathlib import Path

import pytest
from django.core.management import call_command
from django.http import QueryDict

from accounts.forms import DomainForm, MailboxForm, PersonForm
from accounts.models import User
from accounts.policy import ORGANIZATION
from accounts.provisioning import ZIVVER, mailbox_in, person_in
from addresses.text import INVISIBLE
from contacts.actions import Synced, sync_contacts
from contacts.forms import ContactForm
from contacts.importer import Reader, open_table
from contacts.models import Contact
from delivery.forms import NewCodeForm
from drafts.forms import RecipientForm
from drafts.models import Recipient
from drafts.paste import Person, map_list
from intake.compose import Envelope, incoming_mail
from intake.parser import parse_mail
from intake.smtpd.envelope import normalized, read_rcpt_command
from tests import make
from tests.contacts.test_bad_files import workbook
from tests.delivery.messages import receiver

ADDRESS, NAME, NUMBER = "tess@kamp.example", "Tess Kamp", "+31611110701"
CODE, HINT = "Molen-77'31", "onze oude straat"
EDGES = [chr(code) for edges in INVISIBLE for code in dict.fromkeys(edges)]
NOISES = ["".join(EDGES[at::5]) for at in range(5)]
UNSEEN = {chr(code) for first, last in INVISIBLE for code in range(first, last + 1)}
HEADER = "email_address,full_name,phone_number,access_code,access_code_hint"


@dataclass(frozen=True)
class Noise:
    """Puts the same unseen characters into everything."""

    signs: str

    def __call__(self, text: str) -> str:
        """Return the text with some of them around it, and all of them inside."""
        return f"{self.signs[0]}{text[:2]}{self.signs}{text[2:]}{self.signs[-1]}"

    @property
    def cells(self) -> list[str]:
        """Everything about one person."""
        return [self(text) for text in (ADDRESS, NAME, NUMBER, CODE, HINT)]


Found = Mapping[str, str]
Way = Callable[[Noise], Found]


def from_rows(file: io.BytesIO) -> Found:
    """Return what an import reads of the first row of a file."""
    table = open_table(file)
    row = Reader(table.roles, "NL", domains=True).read(next(iter(table.rows)))
    found = {"address": row.address, "name": row.name, "number": row.phones[0]}
    return found | ({"code": row.code, "hint": row.hint} if row.code else {})


def csv_file(noise: Noise) -> Found:
    """A file of comma separated values."""
    return from_rows(io.BytesIO("\n".join([HEADER, ",".join(noise.cells)]).encode()))


def xlsx_file(noise: Noise) -> Found:
    """A workbook whose cells are texts."""
    rows = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{c}</t></is></c>' for c in cells) + "</row>"
        for cells in (HEADER.split(","), noise.cells)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return from_rows(
        workbook(f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>')
    )


def vcard(noise: Noise) -> Found:
    """A card of a phone."""
    address, name, number = noise.cells[:3]
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{name}", f"EMAIL:{address}"]
    lines += [f"TEL;TYPE=CELL:{number}", "END:VCARD", ""]
    return from_rows(io.BytesIO("\r\n".join(lines).encode()))


def pasted_list(noise: Noise) -> Found:
    """A list on the page of a held mail."""
    address, name, number = noise.cells[:3]
    found = map_list(f"{name}\t{address}\t{number}", [Person(1, ADDRESS, NAME)], "NL")
    return {"number": found.matches[0].number, "text": "".join(m.text for m in found.matches)}


def mail_by_smtp(noise: Noise) -> Found:
    """A mail: its envelope, its header, its header fields and its block."""
    address, name, number, code, hint = noise.cells
    other = noise("piet@kamp.example")
    to = f"{Header(name, 'utf-8').encode()} <{address}>"
    block = (
        f"<!--zivver_headers\r\nzivver-access-right: {address} sms {number}\r\nzivver_headers-->"
    )
    field = f"zivver-access-right: {other} access-code {code} {hint}"
    raw = f"From: a@zorg.example\r\nTo: {to}\r\n{field}\r\n"
    raw += f"Content-Type: text/plain; charset=utf-8\r\n\r\n{block}\r\nHello"
    people = [normalized(read_rcpt_command(f"TO:<{each}>")) for each in (address, other)]
    found = incoming_mail(parse_mail(raw.encode()), Envelope(1, 1, tuple(people)))
    tess, piet = found.recipients
    assert tess.header
    assert piet.header
    first = {"address": tess.address, "name": tess.name, "number": tess.header.value}
    return first | {"code": piet.header.value, "hint": piet.header.hint}


PURE: list[Way] = [csv_file, xlsx_file, vcard, pasted_list, mail_by_smtp]


def contact_page(noise: Noise) -> Found:
    """The page of a contact."""
    data = dict(zip(["address", "name", "phone", "code", "hint"], noise.cells, strict=True))
    form = ContactForm(data, user=make.user(role=User.Role.ADMIN), book=ORGANIZATION)
    assert form.is_valid(), form.errors
    entry = form.entry()
    found = {"address": entry.address, "name": entry.name, "number": entry.phone}
    return found | {"code": entry.code or "", "hint": entry.hint}


def draft_page(noise: Noise) -> Found:
    """The page of a held mail."""
    person = Recipient(pk=1, address=ADDRESS, name=NAME)
    policy = make.organization().policy
    posted = {"r1-phone": noise(NUMBER)}, {"r1-code": noise(CODE), "r1-hint": noise(HINT)}
    data = [QueryDict(mutable=True) for _ in posted]
    data[0].update(posted[0])
    data[1].update(posted[1])
    number, code = (RecipientForm(person, policy, each).choice() for each in data)
    assert number
    assert code
    return {"number": number.value, "code": code.value, "hint": code.hint}


def message_page(noise: Noise) -> Found:
    """The page of a sent message, where a code is put right."""
    row = receiver(method="access_code")
    posted = {f"r{row.pk}-code": noise(CODE), f"r{row.pk}-hint": noise(HINT)}
    form = NewCodeForm(posted, recipient=row, focus=False)
    assert form.is_valid(), form.errors
    return {"code": form.correction().value, "hint": form.correction().hint}


def organization_pages(noise: Noise) -> Found:
    """The pages on which people and mailboxes are let in."""
    posted = {"email": noise(ADDRESS), "name": noise(NAME), "language": "nl"}
    person, box = PersonForm(posted), MailboxForm(posted)
    domain = DomainForm({"name": noise("kamp.example")})
    assert person.is_valid()
    assert box.is_valid()
    assert domain.is_valid()
    assert person.cleaned_data["email"] == box.cleaned_data["email"]
    assert domain.cleaned_data["name"] == "kamp.example"
    return {"address": box.cleaned_data["email"], "name": person.cleaned_data["name"]}


def contacts_api(noise: Noise) -> Found:
    """Another system that keeps the book in step."""
    organization = make.organization()
    address, name, number, code, hint = noise.cells
    item = Synced(address=address, name=name, phones=(number,), code=code, hint=hint)
    sync_contacts(organization, "CRM", [item])
    return of_contact(Contact.objects.get(organization=organization))


def of_contact(contact: Contact) -> Found:
    """Return what is stored of a contact."""
    numbers = [datum.e164 for datum in contact.data.all() if datum.phone_number]
    code, hint = next(datum.open_code() for datum in contact.data.all() if not datum.phone_number)
    found = {"address": contact.address, "name": contact.name, "number": numbers[0]}
    return found | {"code": code, "hint": hint}


def scim(noise: Noise) -> Found:
    """Another system that lets people and mailboxes in."""
    address, name = noise.cells[:2]
    person = person_in(
        {"userName": address, "name": {"formatted": name}, ZIVVER: {"aliases": [address]}}
    )
    box = mailbox_in({"externalId": address, "displayName": name})
    assert person.aliases == (person.address,) == (box.address,)
    assert person.name == box.name
    return {"address": person.address or "", "name": person.name or ""}


STORING: list[Way] = [
    *(contact_page, draft_page, message_page, organization_pages, contacts_api, scim),
]
EXPECTED = {"address": ADDRESS, "name": NAME, "number": NUMBER, "code": CODE, "hint": HINT}


@pytest.mark.parametrize("noise", [Noise(each) for each in NOISES])
@pytest.mark.parametrize("way", PURE)
def test_nothing_unseen_is_read_of(way: Way, noise: Noise) -> None:
    found = dict(way(noise))
    assert set(found.pop("text", "")) & UNSEEN <= {"\u200c", "\u200d"}
    assert found == {key: EXPECTED[key] for key in found}


@pytest.mark.django_db
@pytest.mark.parametrize("way", STORING)
def test_nothing_unseen_is_stored_by(way: Way) -> None:
    found = way(Noise("".join(NOISES[:3])[:24]))
    assert found == {key: EXPECTED[key] for key in found}


@pytest.mark.django_db
def test_nothing_unseen_is_stored_by_an_operators_import(tmp_path: Path) -> None:
    organization = make.organization(domain="kamp.example")
    file = tmp_path / "contacts.csv"
    file.write_text("\n".join([HEADER, ",".join(Noise(NOISES[0]).cells)]), encoding="utf-8")
    call_command("import_contacts", str(file), organization="kamp.example")
    assert of_contact(Contact.objects.get(organization=organization)) == EXPECTED
