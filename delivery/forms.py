"""The one field by which a guest opens a message, and the words for what went wrong."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.forms import LineField
from accounts.policy import SMS
from accounts.unsent import UnsentForm
from accounts.uploads import SealedUpload
from addresses.mail import AddressError, normalize_address
from addresses.phone import EMPTY
from contacts.codes import MAX_HINT_LENGTH, check_access_code, fold_code
from contacts.forms import AccessCodeField, MobileNumberField, code_error, phone_error
from delivery import codes
from delivery.actions import Answer, Correction, verifying
from delivery.content import Content
from delivery.models import MessageRecipient
from delivery.outgoing import BCC
from delivery.render import safe_name
from delivery.uploads import MAX_BYTES, MAX_FILES, SealedUploadHandler
from notifications import states as notification_states
from notifications.compose import one_line
from notifications.models import Notification

MAX_TYPED = 200
# Names that a computer runs when somebody opens them.
PROGRAMS = frozenset({
    *("app", "bat", "cmd", "com", "cpl", "exe", "hta", "jar", "js", "jse", "lnk", "msi", "msp"),
    *("pif", "ps1", "reg", "scr", "sh", "vb", "vbe", "vbs", "wsf", "wsh"),
})  # fmt: skip
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
    """The access code that sender and recipient agreed on, as it is typed."""

    code = LineField(
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

    def clean_code(self) -> str:
        """Return what was typed. What nobody can see does not count as a wrong try."""
        typed: str = self.cleaned_data["code"]
        if not fold_code(typed):
            raise forms.ValidationError(self.fields["code"].error_messages["required"])
        return typed


class OwnAddressForm(forms.Form):
    """The address that the mail went to: who types it is a person who got it."""

    address = LineField(
        label=gettext_lazy("Your own email address"),
        max_length=MAX_TYPED,
        error_messages={
            "required": gettext_lazy("Enter the email address that received our mail.")
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )

    def __init__(self, data: Any = None, *, recipient: MessageRecipient) -> None:
        super().__init__(data)
        self.recipient = recipient

    def clean_address(self) -> str:
        """Return the address. Raises ValidationError when it is not this recipient's."""
        with suppress(AddressError):
            if normalize_address(self.cleaned_data["address"]) == self.recipient.address:
                return self.recipient.address
        raise forms.ValidationError(_("We did not send this mail to that address."))


class NumberForm(forms.Form):
    """The right number of a recipient, as the sender types it."""

    phone = MobileNumberField(required=True)

    def __init__(self, data: Any = None, *, recipient: MessageRecipient, focus: bool) -> None:
        super().__init__(data, prefix=f"r{recipient.pk}")
        policy = recipient.message.organization.policy
        field = self.fields["phone"]
        assert isinstance(field, MobileNumberField)
        field.about, field.policy = recipient.address, policy
        field.error_messages["required"] = phone_error(EMPTY, "", policy.default_country)
        if focus:
            field.widget.attrs["autofocus"] = True

    def correction(self) -> Correction:
        """Return what was typed, of a valid form."""
        return Correction(self.cleaned_data["phone"])


class NewCodeForm(forms.Form):
    """Another access code for a recipient, with the hint that goes with it."""

    code = AccessCodeField(required=True)
    hint = LineField(
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


class Readable(Protocol):
    """A message that was opened: what it says, and its visible recipients."""

    @property
    def content(self) -> Content:
        """What it says."""

    @property
    def to(self) -> Sequence[MessageRecipient]:
        """The recipients in To."""

    @property
    def cc(self) -> Sequence[MessageRecipient]:
        """The recipients in Cc."""


class FilesInput(forms.FileInput):
    """A field for several files."""

    allow_multiple_selected = True


class ReplyForm(forms.Form):
    """A recipient's answer. Files come last: what is too much for us must not cost the text."""

    ONLY_SENDER, TO_ALL = "sender", "all"

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200, required=False)
    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=100_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    reader = forms.ChoiceField(label=gettext_lazy("To"), widget=forms.RadioSelect)
    attachments = forms.FileField(
        label=gettext_lazy("Attachments"), required=False, widget=FilesInput
    )

    def __init__(
        self,
        data: Any = None,
        *,
        recipient: MessageRecipient,
        letter: Readable,
        files: Any = (),
        kept: UnsentForm | None = None,
    ) -> None:
        subject = reply_subject(letter.content.subject)
        typed = (
            {name: value for name, value in kept.fields if name in self.base_fields} if kept else {}
        )
        super().__init__(data, initial={"subject": subject, "reader": self.ONLY_SENDER} | typed)
        self.uploads = list(files)
        sender = recipient.message.sender.display_name
        choices = [(self.ONLY_SENDER, _("Only %(name)s") % {"name": sender})]
        if recipient.kind != BCC and len(letter.to) + len(letter.cc) > 1:
            choices.append(
                (self.TO_ALL, _("%(name)s and everybody in To and Cc") % {"name": sender})
            )
        field = self.fields["reader"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if len(choices) == 1:
            field.required, field.widget = False, forms.HiddenInput()
        self.fields["attachments"].help_text = _("Up to %(count)s files, %(size)s together.") % {
            "count": MAX_FILES,
            "size": filesizeformat(MAX_BYTES),
        }

    def clean_subject(self) -> str:
        """Return the subject in one line."""
        return one_line(self.cleaned_data["subject"], 200)

    def clean_attachments(self) -> list[SealedUpload]:
        """Return the files. Raises ValidationError for names that run as a program."""
        programs = [safe_name(file.name or "") for file in self.uploads if _is_program(file)]
        if programs:
            raise forms.ValidationError(
                _("“%(name)s” is a program, and programs cannot be sent. Leave it out."),
                params={"name": programs[0]},
            )
        return self.uploads

    def clean(self) -> dict[str, Any]:
        """Ask for a text or a file."""
        values = super().clean() or self.cleaned_data
        if not values.get("text", "").strip() and not self.uploads and not self.errors:
            self.add_error("text", _("Write an answer, or add a file."))
        return values

    def answer(self) -> Answer:
        """Return what was written, of a valid form."""
        values = self.cleaned_data
        return Answer(
            subject=values["subject"],
            text=values["text"],
            to_all=values["reader"] == self.TO_ALL,
            files=values["attachments"],
        )


def reply_subject(subject: str) -> str:
    """Return the subject of an answer to a message with this subject."""
    return subject if subject.lower().startswith("re:") else f"Re: {subject}".strip()


def files_error(handler: SealedUploadHandler) -> str:
    """Return what to say when more files came than we take, "" when that is not so."""
    if handler.too_many:
        return _("These are too many files. Choose at most %(count)s, or send a second answer.") % {
            "count": MAX_FILES
        }
    return too_large_error() if handler.too_large else ""


def too_large_error() -> str:
    """Return how large files may be."""
    return _("These files are too large. Together they can have %(size)s.") % {
        "size": filesizeformat(MAX_BYTES)
    }


def _is_program(file: SealedUpload) -> bool:
    return safe_name(file.name or "").rpartition(".")[2].lower() in PROGRAMS


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
