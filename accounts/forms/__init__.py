"""What people fill in about themselves and their organization."""

from accounts.forms.signing_in import SignInCodeForm, SignInForm

__all__ = ["SignInCodeForm", "SignInForm"]
