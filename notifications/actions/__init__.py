"""The outbox: queue a mail or an SMS, call it off, send what is due, note what became of it."""

from notifications.actions.forgetting import forget_done
from notifications.actions.queueing import (
    SEND_DUE,
    SEND_TEXTS,
    cancel,
    cancel_about,
    cancel_all,
    queue_for_nobody,
    queue_mail,
    queue_mails,
    queue_sms,
)
from notifications.actions.reporting import note_report, settle_news
from notifications.actions.sending import send_due, send_texts

__all__ = [
    "SEND_DUE",
    "SEND_TEXTS",
    "cancel",
    "cancel_about",
    "cancel_all",
    "forget_done",
    "note_report",
    "queue_for_nobody",
    "queue_mail",
    "queue_mails",
    "queue_sms",
    "send_due",
    "send_texts",
    "settle_news",
]
