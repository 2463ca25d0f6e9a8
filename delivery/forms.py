"""The one field by which a guest opens a message, and the words for what went wrong."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.policy import SMS
from addresses.phone import EMPTY
from contacts.codes import MAX_HINT_LENGTH, check_access_code
from contacts.forms import AccessCodeField, MobileNumberField, code_error, phone_error
from delivery import codes
from delivery.actions import Correction, verifying
from delivery.models import MessageRecipient
from notifications import states as notification_states
from notifications.models import Notification

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


class NumberForm(forms.Form):
    """The right number of a recipient, as the sender types it."""

    phone = MobileNumberField(required=True)

    def __init__(self, data: Any = None, *, recipient: MessageRecipient, focus: bool) -> None:
        super().__init__(data, prefix=f"r{recipient.pk}")
        policy = recipient.message.organization.policy
        field = self.fields["phone"]
        assert isinstance(field, MobileNumberField)
        field.about, field.region = recipient.address, policy.default_country
        field.error_messages["required"] = phone_error(EMPTY, "", policy.default_country)
        if focus:
            field.widget.attrs["autofocus"] = True

    def correction(self) -> Correction:
        """Return what was typed, of a valid form."""
        return Correction(self.cleaned_data["phone"])


class NewCodeForm(forms.Form):
    """Another access code for a recipient, with the hint that goes with it."""

    code = AccessCodeField(required=True)
    hint = forms.CharField(
        label=gettext_lazy("Hint"),
        max_length=MAX_HINT_LENGTH,
        required=False,
        help_text=gettext_lazy("The recipient reads this when the code is asked."),
    )

    def __init__(self, data: Any = None, *, recipient: MessageRecipient, focus: bool) -> None:
        super().__init__(data, prefix=f"r{recipient.pk}")
        self.recipient = recipient
        field = self.fields["code"]
        assert isinstance(field, AccessCodeField)
        field.about = recipient.address
        if focus:
            field.widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        """Judge the code with what stands around it."""
        values = super().clean() or self.cleaned_data
        reason = values.get("code") and check_access_code(
            values["code"],
            hint=values.get("hint", ""),
            address=self.recipient.address,
            name=self.recipient.name,
        )
        if reason:
            self.add_error("code", code_error(reason))
        return values

    def correction(self) -> Correction:
        """Return what was typed, of a valid form."""
        return Correction(self.cleaned_data["code"], self.cleaned_data["hint"])


CorrectionForm = NumberForm | NewCodeForm


def correction_form(
    recipient: MessageRecipient, data: Any = None, *, focus: bool = False
) -> CorrectionForm:
    """Return the form by which the sender puts a recipient's number or code right."""
    form = NumberForm if recipient.method == SMS else NewCodeForm
    return form(data, recipient=recipient, focus=focus)


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
        verifying.CAPPED: _(
            "So many codes were asked for that we send no more now. You can ask for one again "
            "from %(moment)s. Or ask the sender for another way."
        ),
        verifying.COUNTRY: _(
            "We cannot send an SMS to a number of this country. Ask the sender for another way."
        ),
    }
    return texts.get(reason, "") % {"count": codes.SENDS_A_DAY, "moment": moment}


def network_error(until: datetime) -> str:
    """Return what to say when too many wrong codes came from one network."""
    return _(
        "Too many wrong codes were typed from your network. You can try again from %(moment)s."
    ) % {"moment": show_moment(until)}


def sms_trouble(code: Notification | None, now: datetime) -> str:
    """Return what is wrong with the newest SMS to a recipient, "" when nothing is known to be."""
    if code is None or code.report == notification_states.DELIVERED:
        return ""
    over = now - code.created_at > codes.LIFE
    if code.state == notification_states.QUEUED and code.error and not over:
        return _(
            "We could not send the SMS yet: the service that sends it does not answer. "
            "We keep trying for a few minutes. In a hurry? Ask the sender for another way."
        )
    failed = code.state == notification_states.FAILED
    if (failed or code.report == notification_states.RETURNED) and not over:
        return _(
            "The SMS could not be delivered. We have told the sender. "
            "Is it urgent? Ask the sender for another way."
        )
    return ""


def show_moment(at: datetime) -> str:
    """Return a coming time in words: with seconds when it is soon, with the day when it is not."""
    now, local = timezone.localtime(), timezone.localtime(at)
    if local - now < _SECONDS_COUNT:
        return date_format(local, "H:i:s")
    if local.date() == now.date():
        return date_format(local, "H:i")
    return date_format(local, "j F, H:i")
