"""A policy in words: what senders and recipients will experience."""

from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from babel import Locale
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from phonenumbers import SUPPORTED_REGIONS

from accounts.policy import (
    ACCESS_CODE,
    DRAFT,
    EDIT,
    ORGANIZATION,
    PERSONAL,
    PROPOSE,
    SMS,
    STATELESS,
    Policy,
)
from addresses.phone import region_of

PLACES = (DRAFT, PERSONAL, ORGANIZATION)


@dataclass(frozen=True, slots=True)
class Experience:
    """What somebody will notice of a policy, sentence by sentence."""

    sender: list[str]
    recipient: list[str]


@lru_cache(maxsize=8)
def country_names(language: str) -> list[tuple[str, str]]:
    """Return code and name of the countries with a telephone code, by name."""
    names = Locale.parse(language[:2]).territories
    known = [(code, names.get(code, code)) for code in SUPPORTED_REGIONS if len(code) == 2]
    return sorted(known, key=lambda pair: pair[1])


def country_of(number: str) -> str:
    """Return the name of the country of a number (E.164) in the active language, "" for none."""
    region = region_of(number)
    if region == STATELESS:
        return _("satellite phones and networks without a country")
    return dict(country_names(get_language() or "en")).get(region, "")


def sms_country_error(number: str) -> str:
    """Return that SMS may not go to the country of a number (E.164), and what to do."""
    code = phonenumbers.parse(number).country_code
    return _(
        "SMS to %(country)s (+%(code)s) is not switched on in your organization. "
        "Ask your admin to switch it on."
    ) % {"country": country_of(number), "code": code}


@lru_cache(maxsize=8)
def day_names(language: str) -> list[tuple[int, str]]:
    """Return the days of the week, Monday first."""
    days = Locale.parse(language[:2]).days["stand-alone"]["wide"]
    return [(day, str(days[day])) for day in range(7)]


def experience_of(policy: Policy) -> Experience:
    """Return what senders and recipients will experience under this policy."""
    sender = [
        *_methods_to_type(policy),
        _held(policy),
        *_help(policy),
        _book(policy),
        *_times(policy),
    ]
    recipient = [*_mail(policy), *_opening(policy), *_afterwards(policy)]
    return Experience(sender, recipient)


def _methods_to_type(policy: Policy) -> list[str]:
    sms, code = policy.allows(SMS, DRAFT), policy.allows(ACCESS_CODE, DRAFT)
    if not policy.web_sending:
        return [_("You cannot fill in anything on the web page: the address books must hold it.")]
    if sms and code:
        return [
            _("When we do not know a recipient, you fill in a mobile number or an access code.")
        ]
    if sms:
        return [_("When we do not know a recipient, you fill in a mobile number.")]
    if code:
        return [_("When we do not know a recipient, you fill in an access code.")]
    return [_("When we do not know a recipient, somebody must add them to an address book.")]


def _held(policy: Policy) -> str:
    if not policy.web_sending or policy.send_when_complete:
        return _("An email that was held goes out by itself as soon as nothing is missing.")
    return _("When nothing is missing any more, you get a mail and press Send.")


def _help(policy: Policy) -> list[str]:
    told = []
    if policy.web_sending and policy.splitting:
        told.append(_("You may already send to the recipients who are ready."))
    if policy.hand_over:
        told.append(_("You may have a colleague finish your email."))
    return told


def _book(policy: Policy) -> str:
    texts = {
        EDIT: _("You may change the organization contacts."),
        PROPOSE: _("You may propose changes of the organization contacts."),
    }
    return texts.get(policy.organization_book, _("You use the organization contacts as they are."))


def _times(policy: Policy) -> list[str]:
    days, reminders = policy.keep_drafts_days, len(policy.reminder_hours)
    told = [
        ngettext(
            "A held email is deleted after %(count)d day.",
            "A held email is deleted after %(count)d days.",
            days,
        )
        % {"count": days}
    ]
    if reminders:
        told.append(
            ngettext(
                "Before that you get %(count)d reminder and a warning, in working hours.",
                "Before that you get %(count)d reminders and a warning, in working hours.",
                reminders,
            )
            % {"count": reminders}
        )
    if policy.second_factor:
        told.append(_("You sign in with a second step: a passkey, or a code from an app."))
    if policy.keep_signed_in_days:
        told.append(
            ngettext(
                "You may stay signed in for %(count)d day.",
                "You may stay signed in for %(count)d days.",
                policy.keep_signed_in_days,
            )
            % {"count": policy.keep_signed_in_days}
        )
    return told


def _mail(policy: Policy) -> list[str]:
    if policy.subject_in_mail:
        return [_("You get a mail that names the sender and the subject, with a link.")]
    return [_("You get a mail that names the sender, not the subject, with a link.")]


def _opening(policy: Policy) -> list[str]:
    sms = any(policy.allows(SMS, place) for place in PLACES)
    code = any(policy.allows(ACCESS_CODE, place) for place in PLACES)
    told = []
    if sms and code:
        told.append(_("You open the message with a code by SMS, or with the agreed access code."))
    elif sms:
        told.append(_("You open the message with a code that we send by SMS."))
    elif code:
        told.append(_("You open the message with the access code that you agreed."))
    if sms:
        count = len(policy.sms_countries)
        told.append(
            ngettext(
                "Codes by SMS go to mobile numbers from %(count)d country.",
                "Codes by SMS go to mobile numbers from %(count)d countries.",
                count,
            )
            % {"count": count}
        )
    if policy.trusted_devices:
        told.append(_("On your own device you need a code only once in 30 days."))
    return told


def _afterwards(policy: Policy) -> list[str]:
    days = policy.keep_messages_days
    told = [
        ngettext(
            "You can read and answer the message for %(count)d day.",
            "You can read and answer the message for %(count)d days.",
            days,
        )
        % {"count": days}
    ]
    if policy.learn_proven:
        told.append(_("What you opened a message with is used for the next one too."))
    return told
