"""The pages of guests, and the sender's page of a sent message."""

from delivery.views.corrections import (
    correct_recipient,
    extend_message,
    keep_number,
    resend_mail,
    revoke_message,
    revoke_recipient,
    take_back_revocation,
    unlock_recipient,
)
from delivery.views.guest_devices import guest_device, guest_forget_device
from delivery.views.guest_numbers import guest_right_number, guest_wrong_number
from delivery.views.guest_replies import guest_reply, guest_reply_attachment
from delivery.views.guest_visits import guest_visit
from delivery.views.guests import (
    guest,
    guest_archive,
    guest_attachment,
    guest_body,
    guest_close,
    guest_print,
    guest_send_code,
    guest_sms,
    guest_verify,
)
from delivery.views.senders import (
    message,
    message_archive,
    message_attachment,
    message_body,
    reply_attachment,
)

__all__ = [
    "correct_recipient",
    "extend_message",
    "guest",
    "guest_archive",
    "guest_attachment",
    "guest_body",
    "guest_close",
    "guest_device",
    "guest_forget_device",
    "guest_print",
    "guest_reply",
    "guest_reply_attachment",
    "guest_right_number",
    "guest_send_code",
    "guest_sms",
    "guest_verify",
    "guest_visit",
    "guest_wrong_number",
    "keep_number",
    "message",
    "message_archive",
    "message_attachment",
    "message_body",
    "reply_attachment",
    "resend_mail",
    "revoke_message",
    "revoke_recipient",
    "take_back_revocation",
    "unlock_recipient",
]
