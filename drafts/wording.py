"""Says in plain words what a draft needs, in the language that is active. Pure."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.policy import ACCESS_CODE, DRAFT, HEADER, ORGANIZATION, PERSONAL, SMS, Policy
from accounts.wording import sms_country_error
from addresses.phone import mask_phone
from drafts import states
from drafts.incoming import LineProblem
from drafts.resolver import TOO_WEAK, Candidate, Rejected, Verdict


def reason_sentence(verdict: Verdict, who: str, policy: Policy) -> str:
    """Return why this recipient is incomplete, "" when complete."""
    if not verdict.reason:
        return ""
    if verdict.reason == states.MISSING:
        return _missing(who, policy)
    told = {states.INVALID, states.DISPUTED, states.COUNTRY} & {verdict.reason}
    rejected = next(item for item in verdict.rejected if not told or item.why in told)
    return _rejected(rejected, who)


def source_words(source: str) -> str:
    """Return where a datum came from, as part of a sentence."""
    words = {
        DRAFT: pgettext("source", "filled in here"),
        HEADER: pgettext("source", "from the header block in your email"),
        PERSONAL: pgettext("source", "from your address book"),
        ORGANIZATION: pgettext("source", "from the organization's address book"),
    }
    return words.get(source, source)


def method_words(method: str) -> str:
    """Return the name of a verification method."""
    return {SMS: _("Code by SMS"), ACCESS_CODE: _("Access code")}.get(method, method)


def demand_sentence(policy: Policy) -> str:
    """Return what the organization asks of every recipient."""
    methods = policy.methods_to_type()
    if methods == (SMS,):
        return _("Your organization asks that every recipient is verified by a code by SMS.")
    if methods == (ACCESS_CODE,):
        return _("Your organization asks that every recipient is verified by an access code.")
    return _(
        "Your organization asks that every recipient is verified: "
        "by a code by SMS, or by an access code."
    )


def problem_sentences(problem: str, lines: Sequence[LineProblem]) -> list[str]:
    """Return why the draft is held beside its recipients, [] when it is not."""
    if problem == states.DUPLICATE:
        return [
            _(
                "You already sent this same email, to at least one of the same recipients. "
                "We hold this one, so that nobody gets it twice unless you want that."
            )
        ]
    if problem == states.BAD_HEADER:
        return [line_sentence(line) for line in lines]
    return []


def line_sentence(problem: LineProblem) -> str:
    """Return what is wrong with a line of the header block."""
    reasons = {
        "unknown_key": _("this name is not known"),
        "bad_address": _("this is not an email address"),
        "not_a_recipient": _("this address is not a recipient of your email"),
        "bad_number": _("this is not a phone number"),
        "number_without_country": _("the number needs its country code, like +31 or 0031"),
        "not_mobile": _("this number cannot receive an SMS"),
        "unknown_method": _("the method must be sms or access-code"),
        "missing_value": _("the number or the code is missing"),
        "bad_duration": _("the time must look like P30D"),
        "conflicting": _("another line says something else"),
        "unclosed_block": _("the block has no end: zivver_headers-->"),
        "weak_code": _("this access code is too easy to guess"),
        "too_long": _("the line is too long"),
    }
    why = reasons.get(problem.reason, _("this line cannot be read"))
    return _("In the header block of your email, “%(line)s”: %(why)s.") % {
        "line": problem.line,
        "why": why,
    }


def _missing(who: str, policy: Policy) -> str:
    methods = policy.methods_to_type()
    if not policy.any_method():
        return _("Your organization allows no way to verify %(who)s.") % {"who": who}
    if methods == (ACCESS_CODE,):
        return _("We do not have an access code for %(who)s.") % {"who": who}
    if ACCESS_CODE in methods:
        return _("We do not have a mobile number or an access code for %(who)s.") % {"who": who}
    return _("We do not have a mobile number for %(who)s.") % {"who": who}


def _rejected(rejected: Rejected, who: str) -> str:
    candidate = rejected.candidate
    if rejected.why == states.INVALID:
        text = _("The number that we have for %(who)s, %(source)s, cannot receive an SMS.")
    elif rejected.why == states.DISPUTED:
        text = _(
            "%(who)s told us that %(number)s, %(source)s, is not their number. Ask them, and fill "
            "in the right number, or the same one if it is right after all."
        )
    elif rejected.why == states.COUNTRY:
        text = _("We have a number for %(who)s, %(source)s, but cannot use it.")
    elif rejected.why == TOO_WEAK and candidate.method == ACCESS_CODE:
        text = _("Your email asks for a code by SMS; for %(who)s we only know an access code.")
    elif candidate.method == SMS:
        text = _("Your organization does not allow the number of %(who)s, %(source)s.")
    else:
        text = _("Your organization does not allow the access code of %(who)s, %(source)s.")
    shown = {"number": mask_phone(candidate.phone) if candidate.phone else ""}
    told: str = text % (shown | {"who": who, "source": source_words(candidate.source)})
    if rejected.why == states.COUNTRY:
        return f"{told} {sms_country_error(candidate.phone)}"
    return told


def candidate_words(candidate: Candidate) -> str:
    """Return a datum in words: what, from where, proven or not; the number masked."""
    what = mask_phone(candidate.phone) if candidate.phone else method_words(candidate.method)
    where = source_words(candidate.source)
    marks = [
        words
        for mark, words in (
            (candidate.fixed, _("locked by an admin")),
            (candidate.domain, _("for the whole domain")),
            (candidate.confirmed_at is not None, _("proven")),
        )
        if mark
    ]
    return ", ".join([what, where, *marks])


def rejected_words(why: str, policy: Policy) -> str:
    """Return why a datum is passed over."""
    words = {
        states.INVALID: _("This number cannot receive an SMS."),
        states.DISPUTED: _("The recipient said that this is not their number."),
        states.COUNTRY: _("SMS to the country of this number is not switched on."),
        states.NOT_ALLOWED: _("The policy of your organization does not allow this source."),
        TOO_WEAK: _("Something stronger was asked for."),
    }
    return words.get(why, why) if policy.any_method() else _("The policy allows no method at all.")
