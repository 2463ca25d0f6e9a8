"""Says in plain words what is wrong with a file or a row, in the language that is active."""

from django.utils.translation import gettext as _

from accounts.wording import sms_country_error
from addresses import phone
from contacts import codes, states
from contacts.importer import rows


def failure_sentence(reason: str) -> str:
    """Return why a file cannot be imported."""
    texts = {
        "empty": _("This file is empty."),
        "too_complex": _(
            "Reading this file takes too much time or memory. Save it as CSV, or split it."
        ),
        "reader_away": _("We cannot read files just now. Try again in a minute."),
        "too_big": _("This file is too large. Split it into parts of at most 100 MB."),
        "too_big_inside": _("This workbook is too large once unpacked. Save it as CSV."),
        "no_workbook": _("This is not an Excel workbook (.xlsx). Save it as XLSX or CSV."),
        "locked": _("This workbook has a password. Save it without one."),
        "no_table": _(
            "This file holds no columns that we can read. Save it as CSV, XLSX or vCard."
        ),
        "too_many_columns": _("This file has too many columns to be a list of contacts."),
        "line_too_long": _("A line of this file is too long. Is it a list of contacts?"),
        "broken_csv": _("A quotation mark in this file is never closed, so its rows run together."),
        "binary": _("This is not a list of contacts. Save it as CSV, XLSX or vCard."),
        "encoding": _("This file is in an encoding that we cannot read. Save it as UTF-8."),
        "no_email_column": _("Tell us which column holds the email addresses."),
        "rows_lost": _("The rows were lost when the database stopped. Upload the file again."),
        "interrupted": _(
            "The import was interrupted. What it had written stays; import the file again, or "
            "undo it."
        ),
        "stopped": _(
            "The import stopped three times at the same place, so we ended it. What it had "
            "written stays; you can undo it. Try again with a smaller file."
        ),
    }
    return texts.get(reason, _("This file cannot be read."))


def row_sentence(reason: str, typed: str = "") -> str:
    """Return why a row is refused, or what is left out of it; `typed` is what the reason is about.

    Of a number that SMS may not go to, `typed` is its E.164 form.
    """
    if reason == rows.COUNTRY:
        kept = _("We keep the number until then.")
        return f"{sms_country_error(typed)} {kept}"
    texts = {
        rows.NO_ADDRESS: _("There is no email address in this row."),
        rows.BAD_ADDRESS: _("This is not an email address."),
        rows.DOMAIN_NUMBER: _("A whole domain can only have an access code."),
        rows.BAD_LANGUAGE: _("This is no language of ours (nl or en): it was left out."),
        rows.SCIENTIFIC: _("Excel has shortened this number. Format the column as text."),
        rows.ZERO_LOST: _("The first 0 was lost, probably in Excel. It was put back."),
        rows.PLUS_LOST: _("The + was lost, probably in Excel. It was put back."),
        "duplicate": _("The same row stands earlier in the file."),
        "twice_in_file": _("Another row of this file says something else about this address."),
        phone.LETTERS: _("This number holds letters."),
        phone.TOO_SHORT: _("This number is too short."),
        phone.TOO_LONG: _("This number is too long."),
        phone.LANDLINE: _("This is a landline: it cannot get an SMS."),
        phone.NOT_MOBILE: _("This is not a mobile number."),
        phone.INVALID: _("This number does not exist."),
        codes.TOO_SHORT: _("The access code is too short."),
        codes.TOO_LONG: _("The access code is too long."),
        codes.TRIVIAL: _("The access code is too easy to guess."),
        codes.IS_HINT: _("The hint gives the access code away."),
        codes.IS_ADDRESS: _("The access code is part of the email address."),
        codes.IS_NAME: _("The access code is part of the name."),
        codes.HINT_TOO_LONG: _("The hint is too long."),
    }
    return texts.get(reason, "")


def verdict_words(verdict: str) -> str:
    """Return what becomes of a row."""
    words = {
        states.NEW: _("New"),
        states.CHANGED: _("Changed"),
        states.SAME: _("Unchanged"),
        states.CONFLICT: _("Conflict"),
        states.REJECTED: _("Refused"),
    }
    return words.get(verdict, "")


def role_words(role: str) -> str:
    """Return what a column of a file holds."""
    words = {
        "": _("Leave out"),
        "email": _("Email address"),
        "mobile": _("Mobile number"),
        "name": _("Whole name"),
        "first": _("First name"),
        "middle": _("Middle name"),
        "last": _("Last name"),
        "code": _("Access code"),
        "hint": _("Hint"),
        "language": _("Language"),
        "kind": _("Kind of the number beside it"),
        "value": _("Number of any kind"),
    }
    return words[role]


def state_words(state: str) -> str:
    """Return how far an import is."""
    words = {
        states.UPLOADED: _("Uploaded"),
        states.CHECKING: _("Being checked"),
        states.CHECKED: _("Ready to import"),
        states.IMPORTING: _("Being imported"),
        states.DONE: _("Imported"),
        states.CANCELLED: _("Stopped"),
        states.FAILED: _("Failed"),
        states.UNDOING: _("Being undone"),
        states.UNDONE: _("Undone"),
    }
    return words[state]
