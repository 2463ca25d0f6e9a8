"""The one field by which a guest opens a message, and the words for what went wrong."""

from datetime import datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.policy import SMS
from delivery import codes
from delivery.actions import verifying

MAX_TYPED = 200
_SECONDS_COUNT = timedelta(minutes=10)


class CodeForm(forms.Form):
    """The code that came by SMS, as people type or paste it."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=MAX_TYPED,
        error_messages={"required": gettext_lazy("Fill in the code from the SMS.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "class": "short",
            }
        ),
    )

    def clean_code(self) -> str:
        """Return six digits. What cannot be a code does not count as a wrong try."""
        code = codes.read_typed(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(
                _("The code in the SMS has %(count)s digits, for example 042617."),
                params={"count": codes.DIGITS},
            )
        return code


class AccessCodeForm(forms.Form):
    """The access code that sender and recipient agreed on."""

    code = forms.CharField(
        label=gettext_lazy("Access code"),
        max_length=MAX_TYPED,
        error_messages={"required": gettext_lazy("Fill in the access code.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )


def form_for(method: str) -> type[forms.Form]:
    """Return the form that belongs to a verification method."""
    return CodeForm if method == SMS else AccessCodeForm


def wrong_code_error(method: str, tries_left: int) -> str:
    """Return what to say about a wrong code."""
    if method == SMS:
        wrong = _("This is not the code from the newest SMS.")
    else:
        wrong = _("This is not the access code.")
    left = ngettext(
        "You can try %(count)s more time before you have to wait.",
        "You can try %(count)s more times before you have to wait.",
        tries_left,
    )
    return f"{wrong} {left % {'count': tries_left}}"


def no_code_error() -> str:
    """Return what to say when this browser has no code that still works."""
    return _(
        "This code does not work (any more) in this browser. Press “Send code” to get a new one."
    )


def not_sent_error(reason: str, until: datetime | None) -> str:
    """Return why no code was sent now; "" when the page says so by itself."""
    moment = show_moment(until) if until else ""
    texts = {
        verifying.DAY_USED: _(
            "We have sent %(count)s codes in a day, and that is the most we send. "
            "You can ask for a new one from %(moment)s."
        ),
        verifying.TOO_SOON: _(
            "We have just sent a code. You can ask for it again from %(moment)s."
        ),
    }
    return texts.get(reason, "") % {"count": codes.SENDS_A_DAY, "moment": moment}


def show_moment(at: datetime) -> str:
    """Return a coming time in words: with seconds when it is soon, with the day when it is not."""
    now, local = timezone.localtime(), timezone.localtime(at)
    if local - now < _SECONDS_COUNT:
        return date_format(local, "H:i:s")
    if local.date() == now.date():
        return date_format(local, "H:i")
    return date_format(local, "j F, H:i")
