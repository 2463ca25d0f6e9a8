"""The hottest queries have an index that fits, and read no table from its start to its end.

The tables are small here, where reading all of one would be cheapest, so that way is closed. With
`ZIVWEB_PLAN_ROWS=1000000 make test T=tests/test_plans.py` they are large, and the planner is free.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Organization
from accounts.policy import ORGANIZATION
from contacts import actions as importing
from contacts.access import Wanted, contacts_page, stored_data
from contacts.importer import Row
from contacts.models import Contact
from drafts import access, actions
from drafts.actions.judging import same_mail
from drafts.models import Draft
from intake import actions as intake
from notifications import actions as outbox
from notifications.access import outbox_age
from notifications.models import Notification
from tests import engines, make
from vault.tokens import link_token

pytestmark = [
    pytest.mark.django_db,
    engines.PLANS,
]

ROWS = int(os.environ.get("ZIVWEB_PLAN_ROWS", "1500"))
LARGE = 100_000  # rows from which the planner leaves a table unread by itself
UNTIL = "generate_series(1, {count}) AS many(n)"
NEWER = "(SELECT id AS n FROM {table} WHERE id > {than}) AS many"
UID = "gen_random_uuid()"
ADDRESS = "jan@example.nl"
BY_SEARCH_ALONE = """
UPDATE pg_index SET indisvalid = false
 WHERE indrelid = 'contacts_contact'::regclass AND indexrelid <> 'contacts_search'::regclass
"""
READING_ALL = tuple(
    f"Seq Scan on {table}"
    for table in (
        "contacts_contact", "contacts_datum", "drafts_draft", "drafts_recipient",
        "intake_rawmail", "notifications_notification",
    )
)  # fmt: skip


@dataclass
class House:
    """A draft and a contact among very many, on a day like most: nothing is due now."""

    draft: Draft
    contact: Contact


def multiply(row: models.Model, over: str, **expressions: str) -> None:
    """Store the row again for each `n` of `over`, with these columns made by SQL expressions."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    columns = [str(field.column) for field in fields if not getattr(field, "generated", False)]
    values = [expressions.get(column, f"old.{column}") for column in columns]
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"  # noqa: S608
            f" FROM {table} AS old, {over} WHERE old.id = {row.pk}"
        )
        cursor.execute(f"ANALYZE {table}")


@pytest.fixture
def house(db: None) -> House:
    """Fill the tables."""
    sender = make.user()
    mine = make.draft(make.user(sender.organization), ADDRESS)
    many = UNTIL.format(count=ROWS)
    make_drafts(make.draft(sender, "nobody@elsewhere.example"), many)
    person = make.shared_contact(sender, "one@bedrijf.example", phone="0612345678")
    name, address = "'Person ' || n", "'person' || n || '@bedrijf' || n % 1000 || '.example'"
    multiply(person, many, address=address, name=name, search=f"lower({name} || ' ' || {address})")
    contacts = NEWER.format(table="contacts_contact", than=person.pk)
    multiply(person.data.get(), contacts, contact_id="n")
    multiply(make.raw_mail(sender, b"Subject: x\r\n\r\n", state="refused"), many, uid=UID)
    return House(mine, make.shared_contact(sender, ADDRESS, phone="0612345679"))


def make_drafts(held: Draft, many: str) -> None:
    """Multiply a draft that waits, its recipient and the mail that told of it."""
    notice = Notification.objects.get(about=f"draft:{held.pk}")
    Notification.objects.update(state="sent")
    later = timezone.now() + timedelta(days=20)
    Draft.objects.update(expires_at=later, remind_at=later, tell_at=None)
    multiply(held, many, uid=UID, token_hash="md5(n::text)", fingerprint="md5(n::text)")
    drafts = NEWER.format(table="drafts_draft", than=held.pk)
    multiply(held.recipients.get(), drafts, draft_id="n", address="n || '@elsewhere.example'")
    multiply(notice, many, uid=UID, key="'old:' || n", about="'draft:' || n")


def plans_of(act: Callable[[], object]) -> str:
    """Return the plans of what a call reads; small tables may not be read as a whole."""
    with transaction.atomic(), connection.cursor() as cursor:
        if ROWS < LARGE:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        with CaptureQueriesContext(connection) as captured:
            act()
        plans = []
        for query in captured.captured_queries:
            if query["sql"].startswith(("SELECT", "\nWITH RECURSIVE")):
                cursor.execute(f"EXPLAIN {query['sql']}")
                plans += [line for (line,) in cursor.fetchall()]
    return "\n".join(plans)


HOT: dict[str, Callable[[House], object]] = {
    "intake_in_turns": lambda _: intake.claim_new_mails(),
    "intake_in_turns ": lambda _: intake.claim_mail(),
    "drafts_new_in_turns": lambda _: actions.claim_new(),
    "drafts_same_mail": lambda house: list(same_mail(house.draft)),
    "drafts_to_release_in_turns": lambda _: actions.release_due(),
    "drafts_to_tell": lambda _: actions.senders_to_tell(100),
    "drafts_to_remind": lambda _: actions.senders_to_remind(100),
    "drafts_to_expire": lambda _: list(actions.drafts_to_expire()[:100]),
    "drafts_(of_sender|draft_sender_id)": lambda house: access.page_of_held(house.draft.sender, ""),
    "drafts_waits_for_address": lambda house: access.waiting_for_address(
        house.draft.sender, ADDRESS
    ),
    "notifications_in_turns": lambda _: outbox.send_due(),
    "notifications_in_turns ": lambda _: outbox_age(),
    "contacts_changes_in_turns": lambda _: actions.judge_changes(),
    "notifications_leased": lambda _: outbox.send_due(),
    "drafts_draft_token_hash": lambda house: access.draft_for_link(
        house.draft.sender, link_token("finish", house.draft.uid)
    ),
    "contacts_one_per_organization_book": lambda house: stored_data(
        house.draft.organization_id, house.draft.sender_id, [ADDRESS]
    ),
    "contacts_shared_in_order": lambda house: contacts_page(house.draft.sender, ORGANIZATION),
    "contacts_shared_in_order ": lambda house: contacts_page(
        house.draft.sender, ORGANIZATION, Wanted("nobody"), str(house.contact.pk)
    ),
}


@pytest.mark.slow
def test_every_hot_query_uses_its_index(house: House) -> None:
    plans = {index: plans_of(partial(act, house)) for index, act in HOT.items()}

    assert [index for index, plan in plans.items() if not re.search(index.strip(), plan)] == []
    reading_all = {index: [way for way in READING_ALL if way in plans[index]] for index in plans}
    assert [index for index, ways in reading_all.items() if ways] == []


@pytest.mark.slow
def test_a_search_reads_no_contacts_of_other_organizations(house: House) -> None:
    """A GIN index on a bigint is taken for a bigint alone; in small tables others are cheaper."""
    with CaptureQueriesContext(connection) as captured:
        contacts_page(house.draft.sender, ORGANIZATION, Wanted("person77@bedrijf77"))
    [search] = [each["sql"] for each in captured if "strpos" in each["sql"]]

    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_seqscan = off; {BY_SEARCH_ALONE}")
        cursor.execute(f"EXPLAIN {search}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Bitmap Index Scan on contacts_search" in plan
    assert "Index Cond: ((organization_id" in plan


def imports_of(organization: Organization) -> list[str]:
    """Import contacts into a book that nobody looks after meanwhile; return how rows are judged."""
    with CaptureQueriesContext(connection) as captured:
        for start in range(0, 12_000, 3_000):
            rows = [Row(f"jan{number}@example.nl") for number in range(start, start + 3_000)]
            importing.run_now(importing.new_run(organization), rows)
    return [each["sql"] for each in captured if "INSERT INTO contacts_batch" in each["sql"]]


@pytest.mark.slow
def test_an_import_looks_contacts_up_by_address_in_a_book_that_has_just_grown() -> None:
    """Without new statistics the planner would read the whole book for each of its rows."""
    judging = imports_of(make.user().organization)

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {judging[-1]}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert re.search(r"contacts_one_per_organization_book .*\n.*Cond: .*s\.address", plan)
