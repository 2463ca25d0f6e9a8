"""What people fill in about themselves and their organization."""

from accounts.forms.auditing import AuditForm
from accounts.forms.elsewhere import IdentityProviderForm
from accounts.forms.organization import (
    DelegateForm,
    DomainForm,
    KeyForm,
    LogoForm,
    LookForm,
    MailboxForm,
    PersonForm,
    SmtpForm,
)
from accounts.forms.policies import PolicyForm, TimesForm
from accounts.forms.signing_in import SignInCodeForm, SignInForm

__all__ = [
    "AuditForm",
    "DelegateForm",
    "DomainForm",
    "IdentityProviderForm",
    "KeyForm",
    "LogoForm",
    "LookForm",
    "MailboxForm",
    "PersonForm",
    "PolicyForm",
    "SignInCodeForm",
    "SignInForm",
    "SmtpForm",
    "TimesForm",
]
