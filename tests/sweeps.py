"""A bad row for every sweep of the beat table, with a good one behind it.

Each builder stores both, and returns how to tell that the good one was worked on. What makes a row
bad is real: sealed bytes that do not open, a time that no calendar holds, settings of another form.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import time_machine
from django.db import connection, models
from django.utils import timezone

from accounts import audit
from accounts.actions import seal_audit
from accounts.models import AuditSeal, Organization, SignInSession, User
from accounts.policy import Policy
from contacts import actions as contact_actions
from contacts import states as contact_states
from contacts.models import ImportRun
from delivery import states as delivery_states
from delivery.models import Message, MessageRecipient
from drafts import actions, states
from drafts.models import Draft, Recipient
from flow import engine
from intake.models import RawMail
from notifications.access import PAYLOAD
from notifications.models import Notification
from tests import make
from tests.contacts.imports import uploaded
from tests.delivery.messages import released
from tests.notifications.letters import Outbox
from vault.models import BlobChunk

IsDone = Callable[[], bool]
Builder = Callable[[], IsDone]

BROKEN = b"no key and no seal ever made these bytes"
LONG_AGO = datetime(2012, 1, 1, tzinfo=UTC)
ALWAYS = Policy(work_days=tuple(range(7)), work_from=0, work_until=24)


def mails_to_read() -> IsDone:
    sender = make.user()
    bad, good = (make.raw_mail(sender, b"Subject: x\r\n\r\nDear Jan") for _ in range(2))
    RawMail.objects.filter(pk=bad.pk).update(raw=BROKEN)
    return has(RawMail, good, state="drafted")


def drafts_to_judge() -> IsDone:
    bad, good = (actions.hold_mail(make.mail(make.user())) for _ in range(2))
    _break_header(bad)
    return has(Draft, good, state=states.WAITING)


def changes_to_follow() -> IsDone:
    sender = make.user()
    bad, good = (make.draft(sender, subject=subject) for subject in ("Bad", "Good"))
    _break_header(bad)
    make.contact(sender, phone=make.NUMBER)
    return has(Draft, good, reason="", through="recipients__reason")


def policies_to_follow() -> IsDone:
    bad, good = held_for_two()
    actions.judge_policies()
    _set_policy(bad.organization, {"work_days": 5})
    _set_policy(good.organization, Policy(keep_drafts_days=3).to_json())
    soon = timezone.now() + timedelta(days=4)
    return lambda: Draft.objects.filter(pk=good.pk, expires_at__lt=soon).exists()


def releases() -> IsDone:
    bad, good = due_of_one()
    Draft.objects.filter(pk=bad.pk).update(content=BROKEN)
    return has(Draft, good, state=states.SENT)


def notices() -> IsDone:
    bad, good = held_for_two()
    _break_header(bad)
    due = timezone.now() - timedelta(seconds=10)
    Draft.objects.filter(pk__in=[bad.pk, good.pk]).update(tell_at=due)
    return has(Draft, good, tell_at=None)


def reminders() -> IsDone:
    bad, good = held_for_two(ALWAYS)
    now = timezone.now()
    Draft.objects.filter(pk__in=[bad.pk, good.pk]).update(remind_at=now)
    Draft.objects.filter(pk=bad.pk).update(expires_at=None)
    return lambda: Draft.objects.filter(pk=good.pk, remind_at__gt=now).exists()


def drafts_to_end() -> IsDone:
    bad, good = held_for_two()
    Draft.objects.filter(pk__in=[bad.pk, good.pk]).update(expires_at=timezone.now())
    break_time(bad, "created_at")
    return has(Draft, good, state=states.EXPIRED)


def imports() -> IsDone:
    admin = make.user(role=User.Role.ADMIN)
    bad, good = (uploaded(admin, f"{name}@example.nl,,0612345678,,") for name in ("jan", "els"))
    contact_actions.check(bad, bad.roles)
    contact_actions.check(good, good.roles)
    BlobChunk.objects.filter(blob=bad.file).update(sealed=BROKEN)
    return has(ImportRun, good, state=contact_states.CHECKED)


def imports_to_forget() -> IsDone:
    admin = make.user(role=User.Role.ADMIN)
    bad, good = (uploaded(admin, f"{name}@example.nl,,0612345678,,") for name in ("jan", "els"))
    ImportRun.objects.update(created_at=LONG_AGO, finished_at=LONG_AGO)
    break_time(bad, "finished_at")
    return has(ImportRun, good, file=None)


def mails_to_send() -> IsDone:
    outbox = Outbox()
    bad, good = outbox.mail("draft:1:1"), outbox.mail("draft:2:1")
    _break_payload(bad)
    return has(Notification, good, state="sent")


def texts_to_send() -> IsDone:
    outbox = Outbox()
    bad, good = outbox.sms("code:1"), outbox.sms("code:2")
    _break_payload(bad)
    return has(Notification, good, state="sent")


def bounces() -> IsDone:
    bad = Outbox().sms("code:1")
    came_back = {"state": "sent", "report": "returned", "news": True}
    Notification.objects.filter(pk=bad.pk).update(about="message recipient:?", **came_back)
    good = released().recipients.get()
    assert good.notification is not None
    Notification.objects.filter(pk=good.notification.pk).update(**came_back)
    return has(MessageRecipient, good, state=delivery_states.BOUNCED)


def messages_to_end() -> IsDone:
    bad, good = released(), released()
    Message.objects.update(destroy_at=LONG_AGO)
    break_time(bad, "created_at")
    return has(Message, good, data_key=b"")


def mails_to_forget() -> IsDone:
    sender = make.user()
    old = {"state": "refused"}
    bad, good = (make.raw_mail(sender, b"Subject: x", **old) for _ in range(2))
    RawMail.objects.update(received_at=LONG_AGO)
    RawMail.objects.filter(pk=bad.pk).update(raw=BROKEN, data_key=BROKEN)
    return has(RawMail, good, data_key=b"")


def sessions() -> IsDone:
    for key, data in (("bad", "no session"), ("good", "")):
        SignInSession.objects.create(session_key=key, session_data=data, expire_date=LONG_AGO)
    return lambda: not SignInSession.objects.filter(session_key="good").exists()


def audit_to_seal() -> IsDone:
    bad, good = make.organization(), make.organization()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_auditentry (organization_id, verb, about, data, at)"
            " VALUES (%s, 'hold', 'draft:1', '{}', %s)",
            [bad.pk, _no_time()],
        )
    with time_machine.travel(LONG_AGO, tick=False):
        audit.record("hold", "draft:2", organization_id=good.pk)
    return lambda: AuditSeal.objects.filter(organization=good).exists()


def audit_to_prune() -> IsDone:
    with time_machine.travel(LONG_AGO, tick=False):
        bad, good = make.organization(), make.organization()
        audit.record("hold", "draft:1", organization_id=good.pk)
        seal_audit(settled=timedelta(0))
    _set_policy(bad, {"keep_audit_years": "ten"})
    return lambda: not AuditSeal.objects.filter(organization=good, pruned_at=None).exists()


def notifications_to_forget() -> IsDone:
    outbox = Outbox()
    bad, good = outbox.mail("draft:1:1"), outbox.mail("draft:2:1")
    Notification.objects.update(state="sent", created_at=LONG_AGO)
    Notification.objects.filter(pk=bad.pk).update(payload=BROKEN, data_key=BROKEN)
    return lambda: not Notification.objects.filter(pk=good.pk).exists()


# Beat's name of each sweep, and whether it sets aside the bad row of its builder. The others have
# attempts of their own, at whose end somebody is told, or look at no row that they work on.
SWEEPS: dict[str, tuple[Builder, bool]] = {
    "intake.tasks.make_drafts": (mails_to_read, False),
    "drafts.tasks.detect_missing": (drafts_to_judge, False),
    "drafts.tasks.judge_changed": (changes_to_follow, True),
    "drafts.tasks.judge_policies": (policies_to_follow, True),
    "drafts.tasks.release_due": (releases, False),
    "drafts.tasks.tell_due": (notices, True),
    "drafts.tasks.remind_due": (reminders, True),
    "drafts.tasks.expire_due": (drafts_to_end, True),
    "contacts.tasks.work_imports": (imports, True),
    "contacts.tasks.forget_old_rows": (imports_to_forget, True),
    "notifications.tasks.send_due": (mails_to_send, False),
    "notifications.tasks.send_texts": (texts_to_send, False),
    "delivery.tasks.follow_notifications": (bounces, True),
    "delivery.tasks.end_messages": (messages_to_end, True),
    "intake.tasks.forget_ended": (mails_to_forget, False),
    "accounts.tasks.clear_sessions": (sessions, False),
    "accounts.tasks.seal_audit": (audit_to_seal, True),
    "accounts.tasks.prune_audit": (audit_to_prune, True),
    "zivweb.tasks.forget_old": (notifications_to_forget, False),
}


def due_of_one() -> tuple[Draft, Draft]:
    """Hold two mails of one sender that are to go out now."""
    sender = make.user()
    make.contact(sender, phone=make.NUMBER)
    bad, good = (actions.hold_mail(make.mail(sender, subject=text)) for text in ("Bad", "Good"))
    due = {"state": states.SENDING, "send_at": timezone.now() - timedelta(seconds=1)}
    Draft.objects.filter(pk__in=[bad.pk, good.pk]).update(**due)
    return bad, good


def held_for_two(policy: Policy | None = None) -> tuple[Draft, Draft]:
    """Store a held draft of each of two organizations."""
    bad, good = (make.draft(make.user(make.organization(policy=policy))) for _ in range(2))
    return bad, good


def has(
    model: type[models.Model], row: models.Model, *, through: str = "", **fields: object
) -> IsDone:
    wanted = {through or name: value for name, value in fields.items()}
    return lambda: model._default_manager.filter(pk=row.pk, **wanted).exists()  # noqa: SLF001


def _break_header(draft: Draft) -> None:
    Recipient.objects.filter(draft=draft).update(header=BROKEN)


def _break_payload(row: Notification) -> None:
    row.payload = row.seal(PAYLOAD, b"not the JSON that a worker wrote")
    row.save(update_fields=["payload"])


def break_time(row: models.Model, field: str) -> None:
    """Put a time there that no calendar holds: the row itself cannot be read any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {row._meta.db_table} SET {field} = %s WHERE id = %s",  # noqa: S608
            [_no_time(), row.pk],
        )


def _no_time() -> str:
    """Return a time that the database takes, and Python cannot read."""
    return "2026-13-32 00:00:00" if engine.embedded() else "10000-01-01 00:00:00+00"


def _set_policy(place: Organization, data: dict[str, object]) -> None:
    Organization.objects.filter(pk=place.pk).update(policy_data=data)
