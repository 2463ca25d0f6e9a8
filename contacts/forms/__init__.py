"""What people fill in about contacts and imports."""

from contacts.forms.books import (
    AboutField,
    AccessCodeField,
    CodeInput,
    ContactForm,
    MobileNumberField,
    code_error,
    example_mobile,
    phone_error,
)
from contacts.forms.imports import ChoicesForm, ColumnsForm, UploadForm

__all__ = [
    "AboutField",
    "AccessCodeField",
    "ChoicesForm",
    "CodeInput",
    "ColumnsForm",
    "ContactForm",
    "MobileNumberField",
    "UploadForm",
    "code_error",
    "example_mobile",
    "phone_error",
]
