"""The hottest queries have an index that fits: the planner finds it when it may not read it all.

The tables are small here, so that reading all of one would be cheapest; that way is closed. The
benchmark `growth` looks at the same on a million rows.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.access import stored_data
from drafts import access, actions
from drafts.models import Draft
from intake import actions as intake
from notifications import actions as outbox
from tests import make
from vault.tokens import link_token

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="plans of PostgreSQL"),
]


def plans_of(act: Callable[[], object]) -> str:
    """Return the plans of what a call reads, when no table may be read as a whole."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            act()
        plans = []
        for query in captured.captured_queries:
            if query["sql"].startswith("SELECT"):
                cursor.execute(f"EXPLAIN {query['sql']}")
                plans += [line for (line,) in cursor.fetchall()]
    return "\n".join(plans)


HOT: dict[str, Callable[[Draft], object]] = {
    "intake_new": lambda _: intake.claim_new_mails(),
    "intake_new ": lambda _: intake.claim_mail(),
    "drafts_new": lambda _: actions.claim_new(),
    "drafts_to_release": lambda _: actions.release_due(),
    "drafts_to_tell": lambda _: actions.senders_to_tell(100),
    "drafts_to_remind": lambda _: actions.senders_to_remind(100),
    "drafts_to_expire": lambda _: list(actions.drafts_to_expire()[:100]),
    "drafts_of_sender": lambda draft: access.page_of_held(draft.sender, ""),
    "notifications_due": lambda _: outbox.send_due(),
    "notifications_leased": lambda _: outbox.send_due(),
    "drafts_draft_token_hash": lambda draft: access.draft_for_link(
        draft.sender, link_token("finish", draft.uid)
    ),
    "contacts_contact": lambda draft: stored_data(
        draft.organization_id, draft.sender_id, ["jan@example.nl"]
    ),
}


@pytest.fixture
def draft(db: None) -> Draft:
    """A draft among many that wait, as on most days: nothing is due for them now."""
    sender = make.user()
    later = timezone.now() + timedelta(days=20)
    Draft.objects.bulk_create(
        Draft(
            organization_id=sender.organization_id, sender=sender, state="waiting",
            subject=b"", content=b"", fingerprint=str(number), token_hash=str(number),
            keep_message_days=30, expires_at=later, remind_at=later,
        )
        for number in range(1500)
    )  # fmt: skip
    mine = make.draft(make.user())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE drafts_draft")
    return mine


@pytest.mark.slow
def test_every_hot_query_uses_its_index(draft: Draft) -> None:
    plans = {index: plans_of(partial(act, draft)) for index, act in HOT.items()}
    assert [index for index, plan in plans.items() if index.strip() not in plan] == []
