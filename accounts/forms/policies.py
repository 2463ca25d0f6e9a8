"""The switches of an organization in plain words, in groups as an admin thinks of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import LANGUAGES
from accounts.policy import EDIT, PROPOSE, READ, SHARED_NUMBERS, STATELESS, Policy
from accounts.wording import country_names, day_names

MAX_REMINDERS = 6
HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]
ENDS = [(hour, f"{hour:02}:00") for hour in range(1, 25)]


@dataclass(frozen=True, slots=True)
class Group:
    """Some fields under a heading."""

    name: str
    title: Any
    fields: tuple[str, ...]
    help: Any = ""


def switch(label: Any, help_text: Any = "") -> forms.BooleanField:
    """Return a field that is on or off."""
    return forms.BooleanField(label=label, help_text=help_text, required=False)


def number(label: Any, least: int, most: int, help_text: Any = "") -> forms.IntegerField:
    """Return a field for a whole number."""
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, help_text=help_text,
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )  # fmt: skip


def countries() -> list[tuple[str, str]]:
    """Return the countries with a telephone code, by name in the reader's language."""
    return country_names(get_language() or "en")


def sms_countries() -> list[tuple[str, str]]:
    """Return where codes by SMS can go: the countries, and numbers that are of none."""
    names = dict(countries())
    for region, main in SHARED_NUMBERS.items():
        names[main] += f", {names.pop(region)}"
    stateless = _("Satellite phones and networks without a country (+870, +881, +882)")
    return [*names.items(), (STATELESS, stateless)]


class GroupedForm(forms.Form):
    """A form whose fields stand in groups, filled from a policy."""

    groups: tuple[Group, ...] = ()

    def __init__(self, policy: Policy, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        initial = {**policy.to_json(), **more.pop("initial", {})}
        super().__init__(data, initial=initial, **more)
        self.before = policy

    def shown_groups(self) -> list[tuple[Group, list[forms.BoundField]]]:
        """Return the groups with their fields."""
        return [(group, [self[name] for name in group.fields]) for group in self.groups]

    def switches(self) -> dict[str, Any]:
        """Return the part of a policy that this form holds."""
        return {name: self.cleaned_data[name] for name in self.fields if name in POLICY_FIELDS}


class PolicyForm(GroupedForm):
    """How mails are verified and sent, what recipients get, and how people sign in."""

    sms_new = switch(gettext_lazy("A mobile number that the sender types"))
    sms_personal = switch(gettext_lazy("A mobile number from the sender's own contacts"))
    sms_organization = switch(gettext_lazy("A mobile number from the organization contacts"))
    access_code_new = switch(gettext_lazy("An access code that the sender types"))
    access_code_personal = switch(gettext_lazy("An access code from the sender's own contacts"))
    access_code_organization = switch(gettext_lazy("An access code from the organization contacts"))
    web_sending = switch(
        gettext_lazy("Senders may finish and send an email on the web page"),
        gettext_lazy(
            "Switched off, an email that is held goes out by itself once the address books hold "
            "what is missing."
        ),
    )
    send_when_complete = switch(
        gettext_lazy("A held email goes out by itself once nothing is missing any more"),
        gettext_lazy("Switched off, the sender gets a mail and presses Send."),
    )
    splitting = switch(
        gettext_lazy("Senders may send to those who are ready, and finish the others later")
    )
    hand_over = switch(gettext_lazy("Senders may have a colleague finish an email"))
    organization_book = forms.ChoiceField(
        label=gettext_lazy("What senders may do with the organization contacts"),
        choices=[
            (READ, gettext_lazy("Only use them")),
            (PROPOSE, gettext_lazy("Propose changes, about which an address-book editor decides")),
            (EDIT, gettext_lazy("Change them")),
        ],
        widget=forms.RadioSelect,
    )
    learn_proven = switch(
        gettext_lazy("Add to the organization contacts what a recipient has opened an email with")
    )
    default_country = forms.ChoiceField(
        label=gettext_lazy("A number without a country code is from"), choices=countries
    )
    sms_countries = forms.MultipleChoiceField(
        label=gettext_lazy("Codes by SMS may go to numbers from"),
        choices=sms_countries,
        widget=forms.CheckboxSelectMultiple,
    )
    sms_a_day = number(
        gettext_lazy("Codes by SMS a day, at most"), 1, 1_000_000,
        gettext_lazy("A bound on the costs. You get a mail when it is reached."),
    )  # fmt: skip
    subject_in_mail = switch(
        gettext_lazy("The subject stands in the mail that tells a recipient of a message"),
        gettext_lazy("That mail is not protected: others may read it."),
    )
    replies_in_full = switch(
        gettext_lazy("The text of an answer stands in the mail to the sender"),
        gettext_lazy("Switched off, the sender reads it on the web page."),
    )
    trusted_devices = switch(
        gettext_lazy("Recipients may have their own device remembered for 30 days")
    )
    second_factor = switch(
        gettext_lazy("Signing in takes a second step: a passkey, or a code from an app"),
        gettext_lazy("Who has none yet sets it up when signing in."),
    )
    keep_signed_in_days = number(
        gettext_lazy("Days that people may stay signed in on a computer"), 0, 90,
        gettext_lazy("With 0 they sign in again each time they start their browser."),
    )  # fmt: skip

    groups = (
        Group(
            "methods",
            gettext_lazy("What opens an email"),
            (
                "sms_new", "sms_personal", "sms_organization",
                "access_code_new", "access_code_personal", "access_code_organization",
            ),
            gettext_lazy("Only what is ticked is used. Without it an email is held."),
        ),
        Group(
            "sending",
            gettext_lazy("Finishing and sending"),
            ("web_sending", "send_when_complete", "splitting", "hand_over"),
        ),
        Group("books", gettext_lazy("Address books"), ("organization_book", "learn_proven")),
        Group(
            "numbers",
            gettext_lazy("Mobile numbers and SMS"),
            ("default_country", "sms_a_day", "sms_countries"),
        ),
        Group(
            "recipients",
            gettext_lazy("What recipients and senders get"),
            ("subject_in_mail", "trusted_devices", "replies_in_full"),
        ),
        Group("people", gettext_lazy("Signing in"), ("second_factor", "keep_signed_in_days")),
    )  # fmt: skip

    def clean_sms_countries(self) -> tuple[str, ...]:
        """Return the countries in one order."""
        return tuple(sorted(self.cleaned_data["sms_countries"]))

    def clean(self) -> dict[str, Any]:
        """Refuse a policy under which no email could ever go out."""
        if not self.errors and not replace(self.before, **self.switches()).any_method():
            raise forms.ValidationError(
                _("Tick at least one way to open an email. Otherwise no email can ever go out.")
            )
        return self.cleaned_data


class TimesForm(GroupedForm):
    """How long things are kept, when people are reminded, and when they work."""

    keep_drafts_days = number(gettext_lazy("Days that a held email waits"), 1, 90)
    keep_messages_days = number(
        gettext_lazy("Days that a recipient can read a message"), 1, 3650,
        gettext_lazy("It counts for emails that come in from now on."),
    )  # fmt: skip
    keep_audit_years = number(
        gettext_lazy("Years that the audit log is kept"), 1, 20,
        gettext_lazy("NTA 7516 and the law on files of patients ask for years: six is usual."),
    )  # fmt: skip
    reminder_hours = forms.CharField(
        label=gettext_lazy("Remind the sender after so many hours"),
        help_text=gettext_lazy("Separate them by commas, for example 4, 24, 72. Empty: never."),
        required=False,
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric"}),
    )
    remind_before_expiry_hours = number(
        gettext_lazy("Warn the sender so many hours before a held email is deleted"), 1, 336
    )
    work_days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Working days"),
        choices=lambda: day_names(get_language() or "en"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Reminders come in working hours only."),
    )
    work_from = forms.TypedChoiceField(label=gettext_lazy("From"), choices=HOURS, coerce=int)
    work_until = forms.TypedChoiceField(label=gettext_lazy("Until"), choices=ENDS, coerce=int)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=lambda: [(name, name.replace("_", " ")) for name in sorted(available_timezones())],
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of mails to recipients"), choices=LANGUAGES
    )

    groups = (
        Group(
            "keeping",
            gettext_lazy("How long we keep things"),
            ("keep_drafts_days", "keep_messages_days", "keep_audit_years"),
        ),
        Group(
            "reminding",
            gettext_lazy("Reminders"),
            ("reminder_hours", "remind_before_expiry_hours"),
        ),
        Group("working", gettext_lazy("Working hours"), ("work_days", "work_from", "work_until")),
        Group("place", gettext_lazy("Where you are"), ("time_zone", "language")),
    )

    def __init__(self, policy: Policy, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        shown = {"reminder_hours": ", ".join(map(str, policy.reminder_hours))}
        super().__init__(policy, data, initial=shown | more.pop("initial", {}), **more)

    def clean_reminder_hours(self) -> tuple[int, ...]:
        """Return the hours in order. Raises ValidationError."""
        parts = self.cleaned_data["reminder_hours"].replace(";", ",").replace(" ", ",").split(",")
        texts = [part for part in parts if part]
        if not all(text.isascii() and text.isdigit() and 0 < int(text) <= 2160 for text in texts):
            raise forms.ValidationError(
                _("Write whole hours from 1 to 2160, for example 4, 24, 72.")
            )
        if len(texts) > MAX_REMINDERS:
            raise forms.ValidationError(_("Six reminders are enough: leave some out."))
        return tuple(sorted({int(text) for text in texts}))

    def clean_work_days(self) -> tuple[int, ...]:
        """Return the days in order."""
        return tuple(sorted(self.cleaned_data["work_days"]))

    def clean(self) -> dict[str, Any]:
        """Refuse a day of work that ends before it begins."""
        begin, end = self.cleaned_data.get("work_from"), self.cleaned_data.get("work_until")
        if begin is not None and end is not None and begin >= end:
            self.add_error("work_until", _("The day of work must end after it begins."))
        return self.cleaned_data


POLICY_FIELDS = frozenset(Policy().to_json())
