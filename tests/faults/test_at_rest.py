"""Nothing of a held mail is readable in the files of PostgreSQL and Redis, or in a log of ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.fleet import Fleet
from tests.faults.mails import ANNA
from tests.faults.rows import states_of_drafts
from tests.product import a_mail, disguises, link_in, wait_for

pytestmark = pytest.mark.slow

JAN, ELS = "jan@at-rest.example", "els@at-rest.example"
SUBJECT, TEXT, FILE = "boomklever", "sneeuwgors", "waterspreeuw"
NUMBER, CODE = "636363911", "grasmus 4711"
BLOCK = f"""<!--zivver_headers
zivver-access-right: {JAN} sms +31{NUMBER}
zivver-access-right: {ELS} access_code "{CODE}"
zivver_headers-->

{TEXT}"""


def hand_in(fleet: Fleet) -> str:
    """Have a mail held, and its page looked at; return the token of its link."""
    people = [JAN, ELS, "piet@at-rest.example"]
    mail = a_mail(SUBJECT, *people, text=BLOCK)
    mail.add_attachment(FILE.encode() * 50, "application", "pdf", filename=f"{FILE}.pdf")
    fleet.send(mail, *people)
    link = link_in(fleet.wait_for_mail(ANNA, SUBJECT), "finish", SUBJECT)
    fleet.person().sign_in(ANNA, link)
    wait_for("the draft", lambda: states_of_drafts(fleet)[JAN] == ["waiting"])
    return link.rstrip("/").rpartition("/")[2]


def files_of(fleet: Fleet) -> Iterator[Path]:
    """Yield every file that something was written to."""
    yield from fleet.database.at_rest()
    yield fleet.broker.at_rest()
    yield from (path for path in fleet.folder.rglob("*") if path.is_file())


def test_nothing_of_a_held_mail_is_readable_in_any_file(fleet: Fleet) -> None:
    token = hand_in(fleet)
    words = (SUBJECT, TEXT, FILE, NUMBER, CODE, token, JAN.replace("@", "%40"))
    forms = [form for word in words for form in disguises(word)]

    contents = {path: path.read_bytes() for path in files_of(fleet)}

    assert any("pg_wal" in path.parts for path in contents)
    assert any(ANNA.encode() in content for content in contents.values())
    assert [
        (path, form) for path, content in contents.items() for form in forms if form in content
    ] == []
