"""Entering a contact, and the words for a number or an access code that is refused."""

from typing import Any

import phonenumbers
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import AddressInput, LineField
from accounts.models import LANGUAGES, User
from accounts.policy import ACCESS_CODE, ORGANIZATION, SMS, Policy
from accounts.wording import sms_country_error
from addresses import phone
from addresses.mail import AddressError, normalize_address, normalize_domain, show_address
from addresses.text import strip_for_domain
from contacts import codes
from contacts.entries import ContactEntry
from contacts.models import Contact

MAX_SHOWN = 40


def phone_error(reason: str, typed: str, region: str = "NL") -> str:
    """Return what is wrong with this number and what would be right in the reader's country."""
    texts = {
        phone.LETTERS: _(
            "“%(typed)s” holds letters or other signs. Write the mobile number in digits, "
            "for example %(example)s."
        ),
        phone.EMPTY: _("Fill in a mobile number, for example %(example)s."),
        phone.TOO_SHORT: _(
            "%(typed)s is too short for a mobile number. Is a digit missing? "
            "A mobile number looks like %(example)s or %(foreign)s."
        ),
        phone.TOO_LONG: _(
            "%(typed)s is too long for a mobile number. Is there a digit too many? "
            "A mobile number looks like %(example)s or %(foreign)s."
        ),
        phone.LANDLINE: _(
            "%(typed)s is a landline. A code by SMS needs a mobile number, for example %(example)s."
        ),
        phone.NOT_MOBILE: _(
            "%(typed)s is not a mobile number. A code by SMS needs a mobile number, "
            "for example %(example)s."
        ),
        phone.INVALID: _(
            "The number %(typed)s does not exist. Check the digits. A number from another country "
            "starts with the code of that country, for example %(foreign)s."
        ),
    }
    shown = " ".join(typed.split())
    shown = f"{shown[:MAX_SHOWN]}…" if len(shown) > MAX_SHOWN else shown
    foreign = "+31 6 12345678" if region == "BE" else "+32 470 12 34 56"
    return texts[reason] % {"typed": shown, "example": example_mobile(region), "foreign": foreign}


def example_mobile(region: str) -> str:
    """Return a mobile number as it is written in a country: `06 12345678`."""
    mobile = phonenumbers.PhoneNumberType.MOBILE
    number = phonenumbers.example_number_for_type(region, mobile)
    if number is None:
        return "+31 6 12345678"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def code_error(reason: str) -> str:
    """Return why an access code (or its hint) is refused and what would be right."""
    limits = {
        "least": codes.MIN_LENGTH,
        "most": codes.MAX_LENGTH,
        "most_hint": codes.MAX_HINT_LENGTH,
    }
    texts = {
        codes.TOO_SHORT: _(
            "This access code is too short. Use at least %(least)d letters or digits."
        ),
        codes.TOO_LONG: _("This access code is too long. Use at most %(most)d characters."),
        codes.TRIVIAL: _(
            "This access code is too easy to guess. Use something that only you and the "
            "recipient know, or a few words in a row."
        ),
        codes.IS_HINT: _("The hint gives the access code away. Change the hint or the code."),
        codes.IS_ADDRESS: _(
            "This access code is part of the email address, so anybody can guess it. "
            "Choose another one."
        ),
        codes.IS_NAME: _(
            "This access code is part of the name, so anybody can guess it. Choose another one."
        ),
        codes.HINT_TOO_LONG: _("This hint is too long. Use at most %(most_hint)d characters."),
    }
    return texts[reason] % limits


class AboutField(LineField):
    """A text field; `about` (an address) is added to its label for screen readers."""

    about = ""


class MobileNumberField(AboutField):
    """A mobile number as people type it; cleaned to E.164, "" where nothing was typed.

    Numbers that the contact holds already (`kept`) stay, wherever SMS may go now.
    """

    widget = forms.TelInput(attrs={"autocomplete": "off"})

    def __init__(self, *, policy: Policy = Policy(), **options: Any) -> None:  # noqa: B008  frozen
        options.setdefault("label", gettext_lazy("Mobile number"))
        options.setdefault("required", False)
        super().__init__(**options)
        self.policy = policy
        self.kept: frozenset[str] = frozenset()

    def clean(self, value: Any) -> str:
        """Return the E.164 form. Raises ValidationError in plain words."""
        typed = super().clean(value)
        if not typed:
            return ""
        region = self.policy.default_country
        try:
            number = phone.parse_mobile(typed, region)
        except phone.PhoneError as error:
            text = phone_error(error.reason, typed, region)
            raise forms.ValidationError(text, error.reason) from error
        if number not in self.kept and not self.policy.allows_sms_to(number):
            raise forms.ValidationError(sms_country_error(number), "country")
        return number


class CodeInput(forms.TextInput):
    """A text field that never sends back what was typed: an access code is shown to nobody."""

    def format_value(self, value: Any) -> None:
        """Return nothing to show."""


class AccessCodeField(AboutField):
    """An access code; judge it with `codes.check_access_code` and `code_error`."""

    widget = CodeInput(
        attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
    )

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("Access code"))
        options.setdefault("required", False)
        super().__init__(**options)


class ContactForm(forms.Form):
    """A contact of one book; fields that the book or the person may not set are left out."""

    name = LineField(
        label=gettext_lazy("Name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    address = forms.CharField(
        label=gettext_lazy("Email address"),
        max_length=300,
        widget=AddressInput({"autocomplete": "off"}),
    )
    phone = MobileNumberField()
    more_phones = forms.CharField(
        label=gettext_lazy("Further mobile numbers"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("One on each line. Codes go to the number above."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
    code = AccessCodeField()
    hint = LineField(
        label=gettext_lazy("Hint"),
        max_length=codes.MAX_HINT_LENGTH,
        required=False,
        help_text=gettext_lazy(
            "The recipient reads this when the code is asked, for example: "
            "the number of your letter."
        ),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of emails to this person"), required=False
    )
    remove_code = forms.BooleanField(
        label=gettext_lazy("Remove the code that is stored"), required=False
    )
    fixed = forms.BooleanField(
        label=gettext_lazy("Always use this contact"),
        help_text=gettext_lazy("It then goes before what colleagues have in their own book."),
        required=False,
    )

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        book: str,
        contact: Contact | None = None,
        initial: dict[str, str] | None = None,
    ) -> None:
        self.user, self.book, self.contact = user, book, contact
        data_of = contact.data.all() if contact else []
        self.stored = {datum.method: datum for datum in data_of if datum.preferred}
        self.further = [d.e164 for d in data_of if d.method == SMS and not d.preferred]
        super().__init__(data, initial=self._stored_values() if contact else initial)
        self._fit_fields()
        self._describe_fields()
        self._mark_focus()

    def clean_address(self) -> str:
        """Return the normalized address, or "@example.org" in the organization's book."""
        typed = strip_for_domain(self.cleaned_data["address"]).strip()
        is_domain = typed.startswith("@")
        if is_domain and self.book != ORGANIZATION:
            raise forms.ValidationError(
                _("Only the contacts of the organization can hold a whole domain.")
            )
        try:
            return f"@{normalize_domain(typed[1:])}" if is_domain else normalize_address(typed)
        except AddressError as error:
            raise forms.ValidationError(
                _("“%(typed)s” is not an email address. Write it like jan@example.nl.")
                % {"typed": typed}
            ) from error

    def clean_more_phones(self) -> tuple[str, ...]:
        """Return the further numbers as E.164."""
        lines = self.cleaned_data["more_phones"].replace(",", "\n").replace(";", "\n").splitlines()
        field = MobileNumberField(policy=self.user.policy)
        field.kept = self._kept_numbers()
        return tuple(number for line in lines if (number := field.clean(line)))

    def clean(self) -> dict[str, Any]:
        """Judge the access code with what stands around it."""
        values = super().clean() or self.cleaned_data
        if values.get("more_phones") and not values.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Put the number that codes go to here."))
        if values.get("phone") and values.get("address", "").startswith("@"):
            self.add_error("phone", _("A whole domain can only have an access code."))
        self._check_code()
        self.ask_code_again()
        return values

    def refuse_address(self) -> None:
        """Say that the book has another contact with this address."""
        self.add_error("address", _("There is already a contact with this email address."))
        self.ask_code_again()

    def ask_code_again(self) -> None:
        """Say that a code must be typed again, where the page comes back without it."""
        if self.errors and self.cleaned_data.get("code"):
            self.add_error(
                "code", _("Please type the access code again. For safety it is not kept here.")
            )

    def entry(self) -> ContactEntry:
        """Return what was entered, of a valid form."""
        values = self.cleaned_data
        removed = "" if values.get("remove_code") else None
        kept = self.contact.fixed if self.contact else False
        return ContactEntry(
            book=self.book,
            address=values["address"],
            name=values["name"],
            phone=values.get("phone", ""),
            more_phones=values.get("more_phones", ()),
            code=values["code"] or removed,
            hint=values["hint"],
            fixed=values.get("fixed", kept),
            language=values["language"],
        )

    def _check_code(self) -> None:
        values = self.cleaned_data
        code = values.get("code") or self._stored_code()
        hint = values.get("hint", "")
        if not code:
            if hint and not values.get("remove_code"):
                self.add_error("code", _("A hint needs an access code."))
            return
        reason = codes.check_access_code(
            code, hint=hint, address=values.get("address", ""), name=values.get("name", "")
        )
        if reason:
            self.add_error("code", code_error(reason))

    def _stored_code(self) -> str:
        stored = self.stored.get(ACCESS_CODE)
        if stored is None or self.cleaned_data.get("remove_code"):
            return ""
        return stored.open_code()[0]

    def _stored_values(self) -> dict[str, Any]:
        assert self.contact
        sms, code = self.stored.get(SMS), self.stored.get(ACCESS_CODE)
        return {
            "name": self.contact.name,
            "address": show_address(self.contact.address),
            "phone": phone.show_phone(sms.e164) if sms else "",
            "more_phones": "\n".join(phone.show_phone(number) for number in self.further),
            "hint": code.open_code()[1] if code else "",
            "fixed": self.contact.fixed,
            "language": self.contact.language,
        }

    def _fit_fields(self) -> None:
        if ACCESS_CODE not in self.stored:
            del self.fields["remove_code"]
        if self.book != ORGANIZATION or not self.user.is_editor:
            del self.fields["fixed"]
        if self.contact and self.contact.is_domain:
            del self.fields["phone"], self.fields["more_phones"]

    def _describe_fields(self) -> None:
        policy = self.user.policy
        own = self.user.organization.get_language_display()
        usual = _("As the organization (%(language)s)") % {"language": own}
        self.fields["language"].choices = [("", usual), *LANGUAGES]  # type: ignore[attr-defined]
        for field in self.fields.values():
            if isinstance(field, AboutField):
                field.about = self.initial.get("address", "")
            if isinstance(field, MobileNumberField):
                field.policy, field.kept = policy, self._kept_numbers()
                field.help_text = self._phone_help()
            if isinstance(field, AccessCodeField):
                field.help_text = self._code_help()

    def _kept_numbers(self) -> frozenset[str]:
        sms = self.stored.get(SMS)
        return frozenset([*self.further, *([sms.e164] if sms else [])])

    def _mark_focus(self) -> None:
        """Put the focus of a new contact's page where there is something to type."""
        if self.contact is None and not self.is_bound:
            first = "phone" if self.initial.get("address") else "name"
            self.fields[first].widget.attrs["data-focus"] = ""

    def _phone_help(self) -> str:
        policy = self.user.policy
        if not policy.allows(SMS, self.book):
            return _("Your organization does not use mobile numbers from this address book.")
        stored = self.stored.get(SMS)
        if stored and not policy.allows_sms_to(stored.e164):
            return sms_country_error(stored.e164)
        example = example_mobile(policy.default_country)
        return _("For example %(example)s. Spaces and dashes are fine.") % {"example": example}

    def _code_help(self) -> str:
        if not self.user.policy.allows(ACCESS_CODE, self.book):
            return _("Your organization does not use access codes from this address book.")
        if ACCESS_CODE in self.stored:
            return _("There is an access code. Leave this empty to keep it.")
        return _(
            "You agree this code with the recipient beforehand, for example by phone, "
            "never by email. It is not shown again."
        )
