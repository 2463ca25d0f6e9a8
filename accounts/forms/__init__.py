"""What people fill in about themselves and their organization."""

from accounts.forms.auditing import AuditForm
from accounts.forms.elsewhere import IdentityProviderForm
from accounts.forms.fields import AddressField, AddressInput, LineField
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
from accounts.forms.signing_in import (
    PasskeyForm,
    PasswordResetForm,
    SecondFactorForm,
    SecondFactorKeyForm,
    SignInCodeForm,
    SignInCodeTypedForm,
    SignInForm,
)

__all__ = [
    "AddressField",
    "AddressInput",
    "AuditForm",
    "DelegateForm",
    "DomainForm",
    "IdentityProviderForm",
    "KeyForm",
    "LineField",
    "LogoForm",
    "LookForm",
    "MailboxForm",
    "PasskeyForm",
    "PasswordResetForm",
    "PersonForm",
    "PolicyForm",
    "SecondFactorForm",
    "SecondFactorKeyForm",
    "SignInCodeForm",
    "SignInCodeTypedForm",
    "SignInForm",
    "SmtpForm",
    "TimesForm",
]
