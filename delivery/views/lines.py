"""What became of a message for each recipient, in words, marks and things to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.policy import SMS
from addresses.phone import mask_phone
from delivery import access, actions, codes, states
from delivery.forms import CorrectionForm, correction_form, show_moment
from delivery.models import Message, MessageRecipient, Tries
from notifications import states as notification_states
from notifications.access import newest_about
from notifications.models import Notification
from vault.keys import VaultError

# The row of marks: mail delivered, verified, read.
DONE, OPEN, WAIT, NEEDS, FAIL = "done", "", "wait", "needs", "fail"
_MARKS = {
    states.QUEUED: (WAIT, OPEN, OPEN),
    states.NOTIFIED: (DONE, OPEN, OPEN),
    states.VERIFIED: (DONE, DONE, OPEN),
    states.READ: (DONE, DONE, DONE),
    states.BOUNCED: (FAIL, OPEN, OPEN),
    states.SUSPENDED: (DONE, NEEDS, OPEN),
    states.REVOKED: (OPEN, OPEN, OPEN),
    states.EXPIRED: (OPEN, OPEN, OPEN),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What became of the message for one recipient, and what the sender can do about it."""

    recipient: MessageRecipient
    marks: tuple[str, ...]
    words: str
    at: datetime | None
    way: str
    sms: str
    problem: str
    locked: str
    form: CorrectionForm | None
    can_take_back: bool

    @property
    def tone(self) -> str:
        """The look of the line: ready, needs or failed."""
        tones = {FAIL: "failed", NEEDS: "needs"}
        marked = next((tones[mark] for mark in self.marks if mark in tones), "")
        return marked or ("needs" if self.problem else "ready")

    @property
    def is_live(self) -> bool:
        """Whether this recipient can still come to read the message."""
        return self.form is not None


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of all recipients: codes that were sent, when asked for, and wrong ones."""

    sent: Mapping[str, Notification]
    asked: Mapping[int, datetime]
    tries: Mapping[int, Tries]


def lines_of(message: Message, tried: CorrectionForm | None = None) -> list[Line]:
    """Return a line for every recipient; `tried` is a form that came back with errors."""
    recipients = list(access.recipients_of(message))
    for row in recipients:
        row.message = message
    known = _Known(
        sent=newest_about([str(row) for row in recipients], "code"),
        asked=access.asked_codes(recipients),
        tries=access.tries_of(recipients),
    )
    focused = _first_in_need(recipients)
    return [
        _line(row, known, focus=row is focused and tried is None)
        if tried is None or tried.prefix != f"r{row.pk}"
        else _tried_line(row, known, tried)
        for row in recipients
    ]


def _tried_line(row: MessageRecipient, known: _Known, tried: CorrectionForm) -> Line:
    line = _line(row, known, focus=True)
    return Line(**{name: getattr(line, name) for name in Line.__slots__} | {"form": tried})


def _first_in_need(recipients: Iterable[MessageRecipient]) -> MessageRecipient | None:
    return next((row for row in recipients if row.state == states.SUSPENDED), None)


def _line(recipient: MessageRecipient, known: _Known, *, focus: bool) -> Line:
    now = timezone.now()
    live = recipient.state in states.LIVE and recipient.message.expires_at > now
    code = known.sent.get(str(recipient))
    return Line(
        recipient=recipient,
        marks=_MARKS[recipient.state],
        words=_words(recipient),
        at=_at(recipient),
        way=_way(recipient),
        sms=_sms(code, known.asked.get(recipient.pk)),
        problem=_problem(recipient, code) if live else "",
        locked=_locked(recipient, known.tries[recipient.pk]) if live else "",
        form=correction_form(recipient, focus=focus) if live else None,
        can_take_back=actions.can_take_back(recipient, now),
    )


def _words(recipient: MessageRecipient) -> str:
    error = recipient.notification.error if recipient.notification else ""
    is_sms = recipient.method == SMS
    texts = {
        states.QUEUED: _("The mail with the link is on its way"),
        states.NOTIFIED: _("Has the mail with the link, has not opened the message yet"),
        states.VERIFIED: _("Verified"),
        states.READ: _("Read"),
        states.BOUNCED: _("The mail with the link could not be delivered"),
        states.SUSPENDED: (
            _("Says that the mobile number is not theirs")
            if is_sms
            else _("Does not know the access code")
        ),
        states.REVOKED: _("You withdrew the message"),
        states.EXPIRED: _("Can no longer be read"),
    }
    words = texts[recipient.state]
    return f"{words}: {error}" if recipient.state == states.BOUNCED and error else words


def _at(recipient: MessageRecipient) -> datetime | None:
    times = {
        states.NOTIFIED: recipient.notified_at,
        states.VERIFIED: recipient.verified_at,
        states.READ: recipient.read_at,
    }
    return times.get(recipient.state, recipient.stopped_at)


def _way(recipient: MessageRecipient) -> str:
    if recipient.method != SMS:
        return _("Access code")
    if not recipient.secret:
        return _("Code by SMS")
    try:
        number = mask_phone(recipient.open_secret().value)
    except VaultError:
        return _("Code by SMS")
    return _("Code by SMS to %(number)s") % {"number": number}


def _sms(code: Notification | None, asked_at: datetime | None) -> str:
    """Return what became of the newest code by SMS."""
    if asked_at is None or code is None:
        return ""
    moment = {"moment": date_format(timezone.localtime(asked_at), "j F, H:i")}
    if code.report == notification_states.DELIVERED:
        return _("SMS asked for at %(moment)s: delivered") % moment
    if code.report == notification_states.RETURNED or code.state == notification_states.FAILED:
        return _("SMS asked for at %(moment)s: could not be delivered") % moment
    if code.state == notification_states.SENT:
        return _("SMS asked for at %(moment)s: sent") % moment
    return _("SMS asked for at %(moment)s: on its way") % moment


def _problem(recipient: MessageRecipient, code: Notification | None) -> str:
    """Return what the sender should do about this recipient, "" for nothing."""
    failed = code and (
        code.report == notification_states.RETURNED or code.state == notification_states.FAILED
    )
    if recipient.state == states.SUSPENDED:
        return (
            _("Ask for the right number, and fill it in here. Only this person gets a new mail.")
            if recipient.method == SMS
            else _("Agree a code by phone, and fill it in here. Only this person gets a new mail.")
        )
    if recipient.state == states.BOUNCED:
        return _("Check the address. Is it right? Then send the mail again. Is it wrong? Then send "
                 "your email again to the right address.")  # fmt: skip
    if failed and recipient.state in states.UNREAD:
        return _("The SMS could not be delivered. Check the number, and correct it here.")
    return ""


def _locked(recipient: MessageRecipient, tries: Tries) -> str:
    if codes.is_exhausted(recipient.method, tries.failures):
        return _("Too many wrong codes were typed. Call this person before you let them try again.")
    if tries.locked_until and tries.locked_until > timezone.now():
        return _("Too many wrong codes were typed. They can try again from %(moment)s.") % {
            "moment": show_moment(tries.locked_until)
        }
    return ""
