"""Which rows of the audit log somebody wants to see."""

from django import forms
from django.utils.translation import gettext_lazy

from accounts.verbs import KINDS, kind_words


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
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
