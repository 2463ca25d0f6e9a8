"""The audit lines of people who read what they sent."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import AuditEntry, User
from delivery.actions.locking import record
from delivery.models import Message

AGAIN_AFTER = timedelta(hours=1)
READ = "read_message"


def note_reading(reader: User, message: Message) -> None:
    """Note that the sender, or who answers for the mailbox, reads a sent message; once an hour."""
    lines = AuditEntry.objects.filter(about=str(message), actor=reader, verb=READ)
    if not lines.filter(at__gt=timezone.now() - AGAIN_AFTER).exists():
        record(READ, message, actor=reader)
