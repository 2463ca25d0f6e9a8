"""The only writer of messages: release, verification, wrong numbers, the end."""

from delivery.actions.devices import forget_device, open_by_device, trust_device
from delivery.actions.ending import (
    can_take_back,
    end_messages,
    extend,
    resend,
    revoke,
    revoke_all,
    take_back_revocation,
    unlock,
)
from delivery.actions.following import follow_notifications, note_bounce
from delivery.actions.forgetting import (
    erase_recipient,
    forget_recipients,
    forget_tries_of_codes,
)
from delivery.actions.limits import CapReachedError, count_post, forget_old
from delivery.actions.numbers import (
    ClosedError,
    Correction,
    correct_recipient,
    keep_number,
    report_wrong_number,
    take_back_wrong_number,
)
from delivery.actions.reading import note_reading
from delivery.actions.releasing import send_message, send_messages
from delivery.actions.replying import Answer, store_reply
from delivery.actions.verifying import (
    Attempt,
    CodeNotSentError,
    choose_language,
    open_message,
    send_code,
)

__all__ = [
    "Answer",
    "Attempt",
    "CapReachedError",
    "ClosedError",
    "CodeNotSentError",
    "Correction",
    "can_take_back",
    "choose_language",
    "correct_recipient",
    "count_post",
    "end_messages",
    "erase_recipient",
    "extend",
    "follow_notifications",
    "forget_device",
    "forget_old",
    "forget_recipients",
    "forget_tries_of_codes",
    "keep_number",
    "note_bounce",
    "note_reading",
    "open_by_device",
    "open_message",
    "report_wrong_number",
    "resend",
    "revoke",
    "revoke_all",
    "send_code",
    "send_message",
    "send_messages",
    "store_reply",
    "take_back_revocation",
    "take_back_wrong_number",
    "trust_device",
    "unlock",
]
