"""What people fill in when they import a file: the file, its columns, what becomes of the rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.policy import ORGANIZATION, PERSONAL
from contacts import states
from contacts.importer import ROLES
from contacts.wording import failure_sentence, role_words


class UploadForm(forms.Form):
    """A file, and the address book that it goes into."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV, Excel (.xlsx) or vCard (.vcf), as Outlook, Google, Apple and others export it; "
            "at most 100 MB."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.vcf"}),
    )
    book = forms.ChoiceField(
        label=gettext_lazy("Address book"),
        choices=[
            (PERSONAL, gettext_lazy("My contacts")),
            (ORGANIZATION, gettext_lazy("Organization contacts")),
        ],
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, shared: bool, book: str = ""
    ) -> None:
        super().__init__(data, files, initial={"book": book or PERSONAL})
        self.fields["file"].error_messages["required"] = _(
            "Choose a file of at most 100 MB. A larger one can be split, or imported by the "
            "people who run this system."
        )
        if not shared:
            field = self.fields["book"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(PERSONAL, _("My contacts"))]

    def refuse(self, reason: str) -> None:
        """Say why the file cannot be read."""
        self.add_error("file", failure_sentence(reason))


class ColumnsForm(forms.Form):
    """What each column of a file holds."""

    def __init__(self, data: Any = None, *, header: Sequence[str], roles: Sequence[str]) -> None:
        super().__init__(data)
        choices = [(role, role_words(role)) for role in ROLES]
        for place, (name, role) in enumerate(zip(header, roles, strict=False)):
            label = name.strip() or _("Column %(number)d") % {"number": place + 1}
            self.fields[f"column{place}"] = forms.ChoiceField(
                label=label, choices=choices, initial=role, required=False
            )

    def clean(self) -> dict[str, Any]:
        """Ask for the column without which no row can be a contact."""
        values = super().clean() or self.cleaned_data
        if "email" not in values.values():
            raise forms.ValidationError(failure_sentence("no_email_column"))
        return values

    def roles(self) -> list[str]:
        """Return what was chosen, column by column."""
        return [self.cleaned_data[name] for name in self.fields]


class ChoicesForm(forms.Form):
    """What becomes of the rows that say something else than the address book."""

    changed_rows = forms.ChoiceField(
        label=gettext_lazy("Rows that change what an import or another system brought"),
        choices=[
            (states.OVERWRITE, gettext_lazy("Take over the new data")),
            (states.KEEP, gettext_lazy("Leave as it is")),
            (states.ASK, gettext_lazy("Put aside, to decide one by one")),
        ],
        initial=states.OVERWRITE,
    )
    conflicts = forms.ChoiceField(
        label=gettext_lazy("Rows that contradict what a person entered or a recipient has proven"),
        choices=[
            (states.ASK, gettext_lazy("Put aside, to decide one by one")),
            (states.KEEP, gettext_lazy("Leave as it is")),
            (states.OVERWRITE, gettext_lazy("Take over the new data")),
        ],
        initial=states.ASK,
    )

    @classmethod
    def about(cls, counts: Mapping[str, int]) -> "ChoicesForm":
        """Return the choices; one about rows that the file has none of stays as it is, unasked."""
        form = cls()
        for name, verdict in (("changed_rows", states.CHANGED), ("conflicts", states.CONFLICT)):
            if not counts.get(verdict):
                form.fields[name].widget = form.fields[name].hidden_widget()
        return form
