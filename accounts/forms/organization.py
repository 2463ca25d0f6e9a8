"""What an admin fills in about the organization: how it looks, its people, domains and machines."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import owns_domain_of
from accounts.forms.fields import AddressField, AddressInput, LineField
from accounts.forms.policies import Group, GroupedForm, switch
from accounts.logos import (
    MAX_BYTES,
    MAX_SIDE,
    MIN_SIDE,
    MOVING,
    TOO_BIG,
    TOO_WIDE,
    BadLogo,
    Picture,
    read_upload,
)
from accounts.models import LANGUAGES, ROLE_FIELDS, Organization, User
from addresses.mail import AddressError, normalize_domain
from flow.reader import ReaderAway

TEXTS = ("mail_nl", "mail_en", "page_nl", "page_en")
MAX_TEXT = 500


def text(label: Any, help_text: Any = "", most: int = 200) -> LineField:
    """Return a field for one line that may stay empty."""
    return LineField(label=label, help_text=help_text, max_length=most, required=False)


def paragraph(label: Any) -> forms.CharField:
    """Return a field for a few sentences that may stay empty."""
    return forms.CharField(
        label=label, max_length=MAX_TEXT, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


def address(label: Any, help_text: Any = "", *, required: bool = True) -> AddressField:
    """Return a field for a mail address."""
    return AddressField(
        label=label, help_text=help_text, required=required, max_length=254,
        widget=AddressInput({"autocomplete": "off"}),
    )  # fmt: skip


class LookForm(GroupedForm):
    """What recipients and colleagues see of the organization."""

    name = LineField(label=gettext_lazy("Name of the organization"), max_length=200)
    mail_from = address(
        gettext_lazy("Address that mails to recipients come from"),
        gettext_lazy(
            "In one of your own domains, and only once its SPF and DKIM allow this server. Empty: "
            "our address."
        ),
        required=False,
    )
    phrase = text(
        gettext_lazy("Words that stand in the mail and on the page"),
        gettext_lazy(
            "A recipient sees by them that the page belongs to the mail. Empty: words of their "
            "own for every recipient, which nobody can copy."
        ),
        most=60,
    )
    mail_nl = paragraph(gettext_lazy("In the mail to a recipient, in Dutch"))
    mail_en = paragraph(gettext_lazy("In the mail to a recipient, in English"))
    page_nl = paragraph(gettext_lazy("On the page of a recipient, in Dutch"))
    page_en = paragraph(gettext_lazy("On the page of a recipient, in English"))
    support_name = text(gettext_lazy("Name"), gettext_lazy("For example Servicedesk."))
    support_email = address(gettext_lazy("Email address"), required=False)
    support_phone = text(gettext_lazy("Telephone number"), most=40)

    groups = (
        Group("name", gettext_lazy("Who you are"), ("name", "mail_from", "phrase")),
        Group(
            "texts",
            gettext_lazy("Texts of your own"),
            TEXTS,
            gettext_lazy("A few plain sentences, for example what you use this for. No links."),
        ),
        Group(
            "support",
            gettext_lazy("Who helps"),
            ("support_name", "support_email", "support_phone"),
            gettext_lazy("Your colleagues find it on every page and in every mail."),
        ),
    )

    def __init__(
        self, organization: Organization, data: Mapping[str, Any] | None = None, **more: Any
    ) -> None:
        self.organization = organization
        names = ("name", "support_name", "support_email", "support_phone")
        shown = {name: getattr(organization, name) for name in names}
        texts = {name: organization.texts.get(name, "") for name in TEXTS}
        super().__init__(organization.policy, data, initial=shown | texts, **more)

    def clean_mail_from(self) -> str:
        """Return an address of the organization. Raises ValidationError."""
        found: str = self.cleaned_data["mail_from"]
        if found and not owns_domain_of(self.organization, found):
            raise forms.ValidationError(_("This address is not in one of your domains."))
        return found

    def clean(self) -> dict[str, Any]:
        """Refuse links: a recipient must not learn to follow them in these mails."""
        for name in TEXTS:
            if "://" in self.cleaned_data.get(name, "") or "www." in self.cleaned_data.get(
                name, ""
            ):
                self.add_error(name, _("Leave out the link: a recipient must trust one link only."))
        return self.cleaned_data

    def look(self) -> dict[str, Any]:
        """Return what the organization keeps of it."""
        names = ("name", "support_name", "support_email", "support_phone")
        texts = {name: self.cleaned_data[name] for name in TEXTS if self.cleaned_data[name]}
        return {name: self.cleaned_data[name] for name in names} | {"texts": texts}


class LogoForm(forms.Form):
    """A picture; cleaned to one with nothing in it but what shows."""

    logo = forms.FileField(
        label=gettext_lazy("Choose a picture"),
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 50 kB. Wide and low looks best."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )

    def clean_logo(self) -> Picture:
        """Return the picture. Raises ValidationError."""
        texts = {
            TOO_BIG: _("This file is too big: at most %(size)d kB.") % {"size": MAX_BYTES // 1000},
            TOO_WIDE: _("This picture must be %(least)d to %(most)d pixels wide and high.")
            % {"least": MIN_SIDE, "most": MAX_SIDE},
            MOVING: _("This picture moves. Choose one that does not."),
        }
        try:
            return read_upload(self.cleaned_data["logo"].read(MAX_BYTES + 1))
        except BadLogo as error:
            other = _("This is no PNG, JPEG or WebP picture that we can read.")
            raise forms.ValidationError(texts.get(error.reason, other)) from error
        except ReaderAway as error:
            later = _("We cannot read files just now. Try again in a minute.")
            raise forms.ValidationError(later) from error


class PersonForm(forms.Form):
    """Somebody of the organization, and what they may do."""

    email = address(gettext_lazy("Email address"))
    name = text(gettext_lazy("Name"))
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("What they may do"),
        choices=[
            ("sender", gettext_lazy("Send: hand in emails, and finish those that are held")),
            (
                "editor",
                gettext_lazy("Edit the organization contacts, and see which emails wait for them"),
            ),
            (
                "policy_admin",
                gettext_lazy("Set the policy, and decide who is in: everything on these pages"),
            ),
            ("auditor", gettext_lazy("Read the audit log")),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, person: User | None = None, **more: Any
    ) -> None:
        if person:
            shown = {"name": person.name, "language": person.language, "roles": person.roles}
            more["initial"] = shown
        super().__init__(data, **more)
        if person:
            del self.fields["email"]

    def clean_roles(self) -> list[str]:
        """Return the roles in one order."""
        return [role for role in ROLE_FIELDS if role in self.cleaned_data["roles"]]


class MailboxForm(forms.Form):
    """An address whose drafts several people finish."""

    email = address(gettext_lazy("Email address"), gettext_lazy("For example poli@zorg.example."))
    name = text(gettext_lazy("Name that recipients see"))
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)


class DomainForm(forms.Form):
    """A mail domain."""

    name = forms.CharField(
        label=gettext_lazy("Domain"), max_length=253,
        help_text=gettext_lazy("What stands behind the @ of your addresses: zorg.example"),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip

    def clean_name(self) -> str:
        """Return the domain as A-labels. Raises ValidationError."""
        typed = self.cleaned_data["name"].strip().removeprefix("@")
        try:
            return normalize_domain(typed)
        except AddressError as error:
            raise forms.ValidationError(_("This is not a domain.")) from error


class SmtpForm(forms.Form):
    """What a mail server is called."""

    description = LineField(
        label=gettext_lazy("Which mail server"), max_length=200,
        help_text=gettext_lazy("For example Exchange Online, or the EPD."),
    )  # fmt: skip


class KeyForm(forms.Form):
    """What another system is called, and what its key opens."""

    name = LineField(label=gettext_lazy("Name of the system"), max_length=50)
    for_contacts = switch(gettext_lazy("It keeps the organization contacts in step"))
    for_people = switch(gettext_lazy("It lets people in and out (SCIM)"))

    def clean(self) -> dict[str, Any]:
        """Refuse a key that opens nothing."""
        if not (self.cleaned_data.get("for_contacts") or self.cleaned_data.get("for_people")):
            raise forms.ValidationError(_("Tick what the system does."))
        return self.cleaned_data


class DelegateForm(forms.Form):
    """A colleague who may finish drafts."""

    delegate = address(gettext_lazy("Email address of a colleague"))
