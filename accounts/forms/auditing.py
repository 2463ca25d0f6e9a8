"""Which rows of the audit log somebody wants to see."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy

from accounts.verbs import KINDS, kind_words


def day(label: Any) -> forms.DateField:
    """Return a field for a day of our time, to whose ends nothing overflows."""
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}),
        validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))],
    )  # fmt: skip


class AuditForm(forms.Form):
    """Filters; each may stay empty."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What"),
        choices=lambda: [("", kind_words("")), *((kind, kind_words(kind)) for kind in KINDS)],
        required=False,
    )
    who = forms.CharField(
        label=gettext_lazy("Who"), max_length=254, required=False,
        widget=forms.TextInput(attrs={"autocapitalize": "none"}),
    )  # fmt: skip
    about = forms.CharField(
        label=gettext_lazy("On what"), max_length=60, required=False,
        widget=forms.TextInput(attrs={"placeholder": "draft:12", "autocapitalize": "none"}),
    )  # fmt: skip
    since = day(gettext_lazy("From"))
    until = day(gettext_lazy("Until"))
