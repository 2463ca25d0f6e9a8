"""What happened to a draft and its message, as lines to read. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SMS = "sms"
DONE, NEEDS, FAIL, PLAIN = "done", "needs", "fail", ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: an audit line, with the names that it may be told with."""

    at: datetime
    verb: str
    data: Mapping[str, Any]
    actor: str = ""
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the timeline; `tone` is how it is marked."""

    at: datetime
    words: str
    tone: str


# Verb: words for the sender, tone. `who` is who did it, `recipient` to whom it happened.
_WORDS: Mapping[str, tuple[Any, str]] = {
    "receive": (gettext_lazy("Your email came in"), PLAIN),
    "hold": (gettext_lazy("Held: something is missing"), NEEDS),
    "give_up": (gettext_lazy("We could not work on it"), FAIL),
    "try_again": (gettext_lazy("Tried again by %(who)s"), PLAIN),
    "become_complete": (gettext_lazy("Everything is known now"), DONE),
    "become_incomplete": (gettext_lazy("Something is missing again"), NEEDS),
    "open": (gettext_lazy("Opened by %(who)s"), PLAIN),
    "complete_recipients": (gettext_lazy("Filled in by %(who)s"), PLAIN),
    "forget_choices": (gettext_lazy("What was filled in was taken back by %(who)s"), PLAIN),
    "correct_address": (gettext_lazy("An address was corrected by %(who)s"), PLAIN),
    "remove_recipient": (gettext_lazy("A recipient was taken off by %(who)s"), PLAIN),
    "accept_problem": (gettext_lazy("Sent in spite of the warning, by %(who)s"), PLAIN),
    "ask_admins": (gettext_lazy("%(who)s asked the admins for help"), PLAIN),
    "share": (gettext_lazy("%(who)s let a colleague finish it"), PLAIN),
    "unshare": (gettext_lazy("%(who)s took it back from a colleague"), PLAIN),
    "snooze": (gettext_lazy("Reminders put off by %(who)s"), PLAIN),
    "split": (gettext_lazy("Sent to the ready recipients by %(who)s, the others wait"), PLAIN),
    "send": (gettext_lazy("Send was pressed by %(who)s"), PLAIN),
    "undo_send": (gettext_lazy("Undone by %(who)s"), PLAIN),
    "discard": (gettext_lazy("Discarded by %(who)s"), PLAIN),
    "restore": (gettext_lazy("Brought back by %(who)s"), PLAIN),
    "supersede": (gettext_lazy("The same email came in again and took its place"), DONE),
    "expire": (gettext_lazy("Never finished: the content was destroyed"), FAIL),
    "release": (gettext_lazy("Sent"), DONE),
    "send_message": (gettext_lazy("Sent to all recipients"), DONE),
    "recipient_notified": (gettext_lazy("%(recipient)s got the mail with the link"), DONE),
    "recipient_bounced": (gettext_lazy("The mail to %(recipient)s came back"), FAIL),
    "send_code": (gettext_lazy("%(recipient)s asked for a code by SMS"), PLAIN),
    "wrong_code": (gettext_lazy("%(recipient)s typed a wrong code"), NEEDS),
    "open_message": (gettext_lazy("%(recipient)s was verified and read it"), DONE),
    "open_by_device": (gettext_lazy("%(recipient)s read it on a trusted device"), DONE),
    "report_wrong_number": (gettext_lazy("%(recipient)s says the number is wrong"), FAIL),
    "take_back_wrong_number": (
        gettext_lazy("%(recipient)s says the number is right after all"),
        PLAIN,
    ),
    "correct_recipient": (gettext_lazy("%(who)s corrected the data of %(recipient)s"), PLAIN),
    "keep_number": (gettext_lazy("%(who)s says the data of %(recipient)s are right"), PLAIN),
    "resend_mail": (gettext_lazy("The mail to %(recipient)s was sent again"), PLAIN),
    "revoke_message": (gettext_lazy("Withdrawn from %(recipient)s"), NEEDS),
    "take_back_revocation": (gettext_lazy("Given back to %(recipient)s"), PLAIN),
    "unlock_recipient": (gettext_lazy("%(recipient)s may try again"), PLAIN),
    "reply": (gettext_lazy("%(recipient)s replied"), DONE),
    "extend_message": (gettext_lazy("Kept longer by %(who)s"), PLAIN),
    "end_message": (gettext_lazy("The content was destroyed"), PLAIN),
    "trust_device": (gettext_lazy("%(recipient)s trusts a device from now on"), PLAIN),
    "forget_device": (gettext_lazy("%(recipient)s trusts a device no longer"), PLAIN),
}

# What became of an SMS with a code, up to the carrier's receipt.
_TEXTS: Mapping[str, tuple[Any, str]] = {
    "notification_sent": (gettext_lazy("The SMS to %(recipient)s is on its way"), PLAIN),
    "notification_delivered": (
        gettext_lazy("The carrier delivered the SMS to %(recipient)s"),
        DONE,
    ),
    "notification_returned": (
        gettext_lazy("The carrier could not deliver the SMS to %(recipient)s"),
        FAIL,
    ),
    "notification_failed": (
        gettext_lazy("The SMS to %(recipient)s could not be handed over"),
        FAIL,
    ),
}

_NOTICES: Mapping[str, Any] = {
    "finish_sending": gettext_lazy("You were told by mail"),
    "finish_several": gettext_lazy("You were told by mail, together with other emails"),
    "ready_to_send": gettext_lazy("You were told by mail that it is ready"),
    "sent_by_itself": gettext_lazy("You were told by mail that it went out"),
    "sent_several": gettext_lazy("You were told by mail that it went out"),
    "mail_refused": gettext_lazy("You were told by mail that we could not work on it"),
    "reminder": gettext_lazy("You were reminded by mail"),
    "expired": gettext_lazy("You were told by mail that it was not delivered"),
    "ask_admin": gettext_lazy("An admin was asked by mail"),
    "shared": gettext_lazy("Your colleague was told by mail"),
    "number_wrong": gettext_lazy("You were told by mail that a number or code is wrong"),
    "recipient_stuck": gettext_lazy("You were told by mail that a recipient cannot read it"),
    "reply_received": gettext_lazy("You were told by mail of a reply"),
}


def moments_of(events: Iterable[Event]) -> list[Moment]:
    """Return the lines in order of time; what says nothing to people is left out."""
    found = (_moment(event) for event in sorted(events, key=lambda event: event.at))
    return [moment for moment in found if moment is not None]


def _moment(event: Event) -> Moment | None:
    names = {
        "who": event.actor or _("the program"),
        "recipient": event.recipient or _("A recipient"),
    }
    if event.data.get("channel") == SMS:
        words, tone = _TEXTS.get(event.verb, ("", PLAIN))
        return Moment(event.at, str(words) % names, tone) if words else None
    if event.verb == "notification_sent":
        words = _NOTICES.get(str(event.data.get("kind")))
        return Moment(event.at, str(words), PLAIN) if words else None
    if event.verb in {"notification_failed", "notification_returned"}:
        known = str(event.data.get("kind")) in _NOTICES
        return (
            Moment(event.at, _("A mail about it could not be delivered"), FAIL) if known else None
        )
    if event.verb not in _WORDS:
        return None
    words, tone = _WORDS[event.verb]
    if event.verb == "release" and event.data.get("by_itself"):
        return Moment(event.at, _("Complete, so it went out by itself"), DONE)
    return Moment(event.at, str(words) % names, tone)
