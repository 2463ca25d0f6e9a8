"""The pages of guests, and the sender's page of a sent message."""

from delivery.views.guests import (
    guest,
    guest_attachment,
    guest_body,
    guest_close,
    guest_right_number,
    guest_send_code,
    guest_verify,
    guest_wrong_number,
)
from delivery.views.senders import message, message_attachment, message_body

__all__ = [
    "guest",
    "guest_attachment",
    "guest_body",
    "guest_close",
    "guest_right_number",
    "guest_send_code",
    "guest_verify",
    "guest_wrong_number",
    "message",
    "message_attachment",
    "message_body",
]
