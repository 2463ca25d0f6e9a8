"""For every task that takes rows: one of which a column cannot be read, and a good one behind it.

No row is worked on here before it was read, so it is the taking of rows that must survive.
"""

from collections.abc import Callable
from datetime import timedelta

from django.core.files import File
from django.utils import timezone

from accounts.models import User
from contacts import actions as contact_actions
from contacts import states as contact_states
from contacts.models import ImportRun
from delivery import states as delivery_states
from delivery.models import MessageRecipient
from drafts import actions, states
from drafts.models import Draft
from intake.models import RawMail
from notifications.models import Notification
from tests import make
from tests.contacts.imports import csv_file
from tests.delivery.messages import released
from tests.notifications.letters import Outbox
from tests.sweeps import ALWAYS, LONG_AGO, IsDone, break_time, due_of_one, has, held_for_two

RAW = b"Subject: x\r\n\r\nDear Jan"


def new_mails() -> IsDone:
    sender = make.user()
    bad, good = (make.raw_mail(sender, RAW) for _ in range(2))
    break_time(bad, "received_at")
    return has(RawMail, good, state="drafted")


def mails_begun_before() -> IsDone:
    sender = make.user()
    begun = {"attempts": 1, "lease_until": LONG_AGO}
    bad, good = (make.raw_mail(sender, RAW, **begun) for _ in range(2))
    break_time(bad, "received_at")
    return has(RawMail, good, state="drafted")


def new_drafts() -> IsDone:
    bad, good = (actions.hold_mail(make.mail(make.user())) for _ in range(2))
    Draft.objects.update(created_at=LONG_AGO)
    break_time(bad, "opened_at")
    return has(Draft, good, state=states.WAITING)


def releases() -> IsDone:
    bad, good = due_of_one()
    break_time(bad, "created_at")
    return has(Draft, good, state=states.SENT)


def notices() -> IsDone:
    bad, good = held_for_two()
    Draft.objects.update(tell_at=timezone.now() - timedelta(seconds=10))
    break_time(bad, "created_at")
    return has(Draft, good, tell_at=None)


def reminders() -> IsDone:
    bad, good = held_for_two(ALWAYS)
    now = timezone.now()
    Draft.objects.update(remind_at=now)
    break_time(bad, "created_at")
    return lambda: Draft.objects.filter(pk=good.pk, remind_at__gt=now).exists()


def imports() -> IsDone:
    admins = [make.user(role=User.Role.ADMIN) for _ in range(2)]
    bad, good = (_to_check(admin) for admin in admins)
    ImportRun.objects.filter(pk=bad.pk).update(beat_at=LONG_AGO - timedelta(days=1))
    break_time(bad, "created_at")
    return has(ImportRun, good, state=contact_states.CHECKED)


def mails_to_send() -> IsDone:
    outbox = Outbox()
    bad, good = outbox.mail("draft:1:1"), outbox.mail("draft:2:1")
    break_time(bad, "created_at")
    return has(Notification, good, state="sent")


def texts_to_send() -> IsDone:
    outbox = Outbox()
    bad, good = outbox.sms("code:1"), outbox.sms("code:2")
    Notification.objects.filter(pk=bad.pk).update(next_at=LONG_AGO)
    break_time(bad, "created_at")
    return has(Notification, good, state="sent")


def mails_that_a_dead_worker_left() -> IsDone:
    outbox = Outbox()
    bad, good = outbox.mail("draft:1:1"), outbox.mail("draft:2:1")
    Notification.objects.update(state="sending", lease_until=LONG_AGO)
    break_time(bad, "created_at")
    return has(Notification, good, state="sent")


def bounces() -> IsDone:
    bad = Outbox().mail("draft:1:1")
    came_back = {"state": "sent", "report": "returned", "news": True, "about": "message:0"}
    Notification.objects.filter(pk=bad.pk).update(**came_back)
    break_time(bad, "created_at")
    good = released().recipients.get()
    assert good.notification is not None
    came_back.pop("about")
    Notification.objects.filter(pk=good.notification.pk).update(**came_back)
    return has(MessageRecipient, good, state=delivery_states.BOUNCED)


def _to_check(admin: User) -> ImportRun:
    file = File(csv_file("jan@example.nl,,0612345678,,"))
    run = contact_actions.upload(admin, personal=False, file=file, name="contacts.csv")
    contact_actions.check(run, run.roles)
    return run


UNREADABLE: list[tuple[str, Callable[[], IsDone]]] = [
    ("intake.tasks.make_drafts", new_mails),
    ("intake.tasks.make_drafts", mails_begun_before),
    ("drafts.tasks.detect_missing", new_drafts),
    ("drafts.tasks.release_due", releases),
    ("drafts.tasks.tell_due", notices),
    ("drafts.tasks.remind_due", reminders),
    ("contacts.tasks.work_imports", imports),
    ("notifications.tasks.send_due", mails_to_send),
    ("notifications.tasks.send_due", mails_that_a_dead_worker_left),
    ("notifications.tasks.send_texts", texts_to_send),
    ("delivery.tasks.follow_notifications", bounces),
]
