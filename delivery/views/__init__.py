"""The pages of guests, and the sender's page of a sent message."""

from delivery.views.corrections import (
    correct_recipient,
    extend_message,
    resend_mail,
    revoke_message,
    revoke_recipient,
    take_back_revocation,
    unlock_recipient,
)
from delivery.views.guests import (
    guest,
    guest_attachment,
    guest_body,
    guest_close,
    guest_right_number,
    guest_send_code,
    guest_sms,
    guest_verify,
    guest_wrong_number,
)
from delivery.views.senders import message, message_attachment, message_body

__all__ = [
    "correct_recipient",
    "extend_message",
    "guest",
    "guest_attachment",
    "guest_body",
    "guest_close",
    "guest_right_number",
    "guest_send_code",
    "guest_sms",
    "guest_verify",
    "guest_wrong_number",
    "message",
    "message_attachment",
    "message_body",
    "resend_mail",
    "revoke_message",
    "revoke_recipient",
    "take_back_revocation",
    "unlock_recipient",
]
