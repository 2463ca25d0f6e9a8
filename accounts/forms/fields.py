"""Fields for what people type: visible text on one line, and mail addresses in their one form."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from addresses.mail import AddressError, normalize_address
from addresses.text import visible_line


class LineField(forms.CharField):
    """Text on one line; cleaned of characters that nobody sees."""

    def to_python(self, value: Any) -> str:
        """Return the visible text."""
        return visible_line(super().to_python(value) or "")


class AddressInput(forms.TextInput):
    """A text field for an address.

    Not type="email": browsers turn what is typed there into another domain before it is sent
    (Chromium reads ß as ss, by the transitional mapping of UTS 46).
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        usual = {"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
        super().__init__({**usual, **(attrs or {})})


class AddressField(forms.CharField):
    """A mail address, cleaned to its normal form."""

    def clean(self, value: Any) -> str:
        """Return the normal form. Raises ValidationError."""
        typed = str(super().clean(value) or "").strip()
        try:
            return normalize_address(typed) if typed else ""
        except AddressError as error:
            raise forms.ValidationError(_("This is not an email address.")) from error
