"""One field per incomplete recipient: a mobile number or an access code, as the policy allows."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import LineField
from accounts.policy import ACCESS_CODE, SMS, Policy
from contacts.codes import MAX_HINT_LENGTH, check_access_code
from contacts.forms import AccessCodeField, MobileNumberField, code_error
from drafts.incoming import Choice
from drafts.models import Recipient


class RecipientForm(forms.Form):
    """What the sender fills in for one recipient; nothing filled in changes nothing."""

    phone = MobileNumberField()
    code = AccessCodeField()
    hint = LineField(label=gettext_lazy("Hint"), max_length=MAX_HINT_LENGTH, required=False)

    def __init__(self, recipient: Recipient, policy: Policy, data: QueryDict | None = None) -> None:
        super().__init__(data, prefix=f"r{recipient.pk}")
        self.recipient = recipient
        methods = policy.methods_to_type()
        if SMS not in methods:
            del self.fields["phone"]
        if ACCESS_CODE not in methods:
            del self.fields["code"], self.fields["hint"]
        for field in self.fields.values():
            field.about = recipient.address  # type: ignore[attr-defined]  # _about.html
            if isinstance(field, MobileNumberField):
                field.policy = policy

    def clean(self) -> dict[str, Any]:
        """Refuse a weak access code, and a number together with a code."""
        values = super().clean() or {}
        code, hint = values.get("code", ""), values.get("hint", "")
        if code and values.get("phone"):
            self.add_error("code", _("Fill in a mobile number or an access code, not both."))
        elif code:
            who = self.recipient
            reason = check_access_code(code, hint=hint, address=who.address, name=who.name)
            if reason:
                self.add_error("code", code_error(reason))
        elif hint:
            self.add_error("code", _("Fill in the access code that this hint belongs to."))
        return values

    def choice(self) -> Choice | None:
        """Return what was filled in, None when nothing was or it cannot be used."""
        if not self.is_valid():
            return None
        if self.cleaned_data.get("phone"):
            return Choice(SMS, self.cleaned_data["phone"])
        if self.cleaned_data.get("code"):
            return Choice(ACCESS_CODE, self.cleaned_data["code"], self.cleaned_data["hint"])
        return None


def posted_forms(
    recipients: Iterable[Recipient], policy: Policy, data: QueryDict
) -> list[RecipientForm]:
    """Return a form for every recipient for whom something was filled in, in order."""
    filled = {name for name, value in data.items() if value}
    return [
        RecipientForm(each, policy, data)
        for each in recipients
        if not filled.isdisjoint(f"r{each.pk}-{field}" for field in RecipientForm.base_fields)
    ]
