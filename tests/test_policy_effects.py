"""What each switch of the policy changes in the way of a mail, from sender to recipient."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.actions import prune_audit
from accounts.models import AuditSeal, Organization, Role, User
from accounts.policy import EDIT, Policy
from contacts.actions import learn_proven
from contacts.models import Contact
from delivery.models import Message, MessageRecipient
from drafts import actions
from drafts.models import Draft
from notifications.access import PAYLOAD
from notifications.letters import unpack_mail
from notifications.models import Notification
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
AFTERNOON = MONDAY + timedelta(hours=4)
JAN = "jan@example.nl"


def at(month: int, day: int, hour: int) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def draft_page(sender: User, *addresses: str) -> str:
    """Return the page on which the sender finishes a mail."""
    draft = make.draft(sender, *(addresses or (JAN,)))
    return make.signed_in(sender).get(f"/drafts/{draft.pk}/").content.decode()


def offers_a_number(sender: User) -> bool:
    return '-phone"' in draft_page(sender)


def offers_a_code(sender: User) -> bool:
    return '-code"' in draft_page(sender)


def offers_to_split(sender: User) -> bool:
    make.contact(sender, "els@example.nl", phone=make.NUMBER)
    return "/split/" in draft_page(sender, JAN, "els@example.nl")


def offers_a_colleague(sender: User) -> bool:
    return "/share/" in draft_page(sender)


def state_by(sender: User, **contact: Any) -> str:
    """Return the state of a mail to somebody whom an address book knows."""
    owner = make.user(sender.organization, role=Role.ADMIN) if "book" in contact else sender
    make.contact(owner, JAN, **contact)
    return make.draft(sender).state


def by_own_number(sender: User) -> str:
    return state_by(sender, phone=make.NUMBER)


def by_own_code(sender: User) -> str:
    return state_by(sender, code="kwikstaart-71")


def by_shared_number(sender: User) -> str:
    return state_by(sender, phone=make.NUMBER, book="organization")


def by_shared_code(sender: User) -> str:
    return state_by(sender, code="kwikstaart-71", book="organization")


def sent_with(sender: User, phone: str) -> str:
    """Return the state of a mail after the sender typed a number and pressed Send."""
    draft = make.draft(sender)
    field = f"r{draft.recipients.get().pk}-phone"
    make.signed_in(sender).post(f"/drafts/{draft.pk}/send/", {field: phone})
    return Draft.objects.get(pk=draft.pk).state


def after_send(sender: User) -> str:
    return sent_with(sender, "06 36363636")


def with_a_belgian_number(sender: User) -> str:
    return sent_with(sender, "0470 12 34 56")


def once_complete(sender: User) -> str:
    draft = make.draft(sender)
    make.contact(sender, JAN, phone=make.NUMBER)
    actions.judge_changes()
    return Draft.objects.get(pk=draft.pk).state


def new_shared_contact(sender: User) -> int:
    return make.signed_in(sender).get("/contacts/organization/new/").status_code


def learned(sender: User) -> int:
    learn_proven(sender.organization_id, JAN, "", method="sms", value=make.NUMBER)
    return Contact.objects.filter(owner=None).count()


def waits_days(sender: User) -> int:
    draft = make.draft(sender)
    assert draft.expires_at is not None
    return (draft.expires_at - draft.created_at).days


def reminded_at(sender: User) -> datetime | None:
    """Return when the sender of a mail that came in on a Monday morning is reminded."""
    with time_machine.travel(MONDAY, tick=False):
        return make.draft(sender).remind_at


def warned_at(sender: User) -> datetime | None:
    place = sender.organization
    place.policy_data |= {"reminder_hours": []}
    place.save()
    return reminded_at(sender)


def message_of(sender: User) -> Message:
    """Return the message that a mail became."""
    make.contact(sender, JAN, phone=make.NUMBER)
    make.draft(sender, JAN, subject="Test results")
    return Message.objects.get()


def readable_days(sender: User) -> int:
    message = message_of(sender)
    return round((message.expires_at - message.created_at) / timedelta(days=1))


def mail_to_jan(sender: User) -> str:
    message_of(sender)
    row = Notification.objects.get(kind="message_ready")
    return unpack_mail(row.unseal(PAYLOAD, bytes(row.payload))).raw.decode()


def mail_names_the_subject(sender: User) -> bool:
    return "Test results" in mail_to_jan(sender)


def mail_holds_the_words(sender: User) -> bool:
    return "green umbrella" in mail_to_jan(sender)


def mail_comes_from_us(sender: User) -> bool:
    return "care@org.example" in mail_to_jan(sender)


def codes_sent(sender: User) -> int:
    message_of(sender)
    Client().post(f"/m/{MessageRecipient.objects.get().token}/code/")
    return Notification.objects.filter(kind="code").count()


def page_offers_to_remember(sender: User) -> bool:
    message_of(sender)
    browser, path = Client(), f"/m/{MessageRecipient.objects.get().token}/"
    browser.post(f"{path}code/")
    return b'name="remember"' in browser.get(path).content


def answer_in_full(sender: User) -> bool:
    message_of(sender)
    browser, path = Client(), f"/m/{MessageRecipient.objects.get().token}/"
    browser.post(f"{path}code/")
    sms = Notification.objects.get(kind="code")
    code = sms.unseal(PAYLOAD, bytes(sms.payload)).decode()[-8:-2]
    browser.post(f"{path}verify/", {"code": code})
    browser.post(f"{path}reply/", {"text": "Thank you, doctor."})
    row = Notification.objects.get(kind="reply_received")
    return "Thank you, doctor." in unpack_mail(row.unseal(PAYLOAD, bytes(row.payload))).raw.decode()


def stays_signed_in(sender: User) -> bool:
    browser = Client()
    signing_in = {"login": sender.email, "password": make.PASSWORD, "remember": "on"}
    browser.post("/account/login/", signing_in)
    return not browser.session.get_expire_at_browser_close()


def asks_for_a_second_step(sender: User) -> int:
    return make.signed_in(sender).get("/contacts/").status_code


def forgets_the_log(sender: User) -> bool:
    AuditSeal.objects.create(
        organization=sender.organization, first_id=-9, last_id=-8, count=2, marks=b"",
        digest="d", marks_digest="d", newest_at=timezone.now() - timedelta(days=800),
    )  # fmt: skip
    prune_audit()
    return AuditSeal.objects.get().pruned_at is not None


# Of each switch: another value than that of a new organization, what is looked at, and what is
# seen with the value of a new organization and with the other.
Effect = tuple[Any, Callable[[User], Any], Any, Any]
EFFECTS: dict[str, Effect] = {
    "sms_new": (False, offers_a_number, True, False),
    "sms_personal": (False, by_own_number, "sent", "waiting"),
    "sms_organization": (False, by_shared_number, "sent", "waiting"),
    "access_code_new": (False, offers_a_code, True, False),
    "access_code_personal": (False, by_own_code, "sent", "waiting"),
    "access_code_organization": (False, by_shared_code, "sent", "waiting"),
    "web_sending": (False, after_send, "sending", "waiting"),
    "organization_book": (EDIT, new_shared_contact, 404, 200),
    "send_when_complete": (True, once_complete, "ready", "sent"),
    "splitting": (True, offers_to_split, False, True),
    "hand_over": (False, offers_a_colleague, True, False),
    "learn_proven": (False, learned, 1, 0),
    "default_country": ("BE", with_a_belgian_number, "waiting", "sending"),
    "keep_drafts_days": (3, waits_days, 14, 3),
    "keep_messages_days": (3, readable_days, 90, 3),
    "keep_audit_years": (1, forgets_the_log, False, True),
    "reminder_hours": ((2,), reminded_at, AFTERNOON, MONDAY + timedelta(hours=2)),
    "remind_before_expiry_hours": (72, warned_at, at(12, 4, 15), MONDAY + timedelta(days=11)),
    "work_days": ((5,), reminded_at, AFTERNOON, at(11, 28, 8)),
    "work_from": (16, reminded_at, AFTERNOON, at(11, 23, 15)),
    "work_until": (13, reminded_at, AFTERNOON, at(11, 24, 8)),
    "keep_signed_in_days": (30, stays_signed_in, False, True),
    "second_factor": (True, asks_for_a_second_step, 200, 302),
    "sms_countries": (("BE",), by_shared_number, "sent", "waiting"),
    "sms_a_day": (0, codes_sent, 1, 0),
    "trusted_devices": (True, page_offers_to_remember, False, True),
    "replies_in_full": (True, answer_in_full, False, True),
    "subject_in_mail": (True, mail_names_the_subject, False, True),
    "phrase": ("green umbrella", mail_holds_the_words, False, True),
    "mail_from": ("care@org.example", mail_comes_from_us, False, True),
}  # fmt: skip


def test_every_switch_is_looked_at() -> None:
    assert sorted(EFFECTS) == sorted(Policy().to_json())


@pytest.mark.parametrize("name", EFFECTS)
def test_a_switch_left_as_it_is(name: str) -> None:
    _other, look, as_it_is, _changed = EFFECTS[name]

    assert look(make.user()) == as_it_is


@pytest.mark.parametrize("name", EFFECTS)
def test_a_switch_that_is_changed(name: str) -> None:
    other, look, _as_it_is, changed = EFFECTS[name]
    place = make.organization(policy=replace(Policy(), **{name: other}))

    assert look(make.user(Organization.objects.get(pk=place.pk))) == changed
