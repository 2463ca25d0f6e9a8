"""The only writer of messages: release, one-time codes, verification, wrong numbers."""

from delivery.actions.numbers import report_wrong_number, take_back_wrong_number
from delivery.actions.releasing import follow_notifications, send_message
from delivery.actions.verifying import Attempt, CodeNotSentError, open_message, send_code

__all__ = [
    "Attempt",
    "CodeNotSentError",
    "follow_notifications",
    "open_message",
    "report_wrong_number",
    "send_code",
    "send_message",
    "take_back_wrong_number",
]
