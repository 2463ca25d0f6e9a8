"""The forms of signing in, where they differ from django-allauth's."""

from typing import Any

from allauth.account.forms import (
    ConfirmLoginCodeForm,
    LoginForm,
    RequestLoginCodeForm,
    ResetPasswordForm,
)
from allauth.account.internal.stagekit import unstash_login
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, LoginWebAuthnForm
from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy

from accounts.access import user_of
from accounts.actions import note_failed_sign_in
from accounts.adapter import keep_signed_in
from accounts.forms.fields import AddressInput
from addresses.mail import AddressError, normalize_address


class SignInAddressField(forms.EmailField):
    """The address of somebody who signs in, in its normal form; Django's own check has the word."""

    widget = AddressInput({"autocomplete": "email"})

    def to_python(self, value: Any) -> str:
        """Return the normal form, or what was typed where it has none."""
        typed: str = super().to_python(value) or ""
        try:
            return normalize_address(typed)
        except AddressError:
            return typed


class SignInForm(LoginForm):  # type: ignore[misc]  # django-allauth has no types
    """Address and password; how long the session lives is the policy's, not a setting's."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["login"] = SignInAddressField(label=gettext_lazy("Email address"))

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in."""
        response: HttpResponse = super().login(request, redirect_url)
        if request.user.is_authenticated:
            keep_signed_in(request, user_of(request))
        return response


class SignInCodeForm(RequestLoginCodeForm):  # type: ignore[misc]  # django-allauth has no types
    """The address to mail a code to; the one that was typed on the sign-in page counts too."""

    def __init__(self, data: QueryDict | None = None, **more: Any) -> None:
        if data is not None and "email" not in data:
            typed = data.get("login", "")
            data = data.copy()
            data.setlist("email", [str(typed)])
        super().__init__(data, **more)
        self.fields["email"] = SignInAddressField(label=gettext_lazy("Email address"))


class PasswordResetForm(ResetPasswordForm):  # type: ignore[misc]  # django-allauth has no types
    """The address of somebody who forgot the password."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["email"] = SignInAddressField(label=gettext_lazy("Email address"))


class SignInCodeTypedForm(ConfirmLoginCodeForm):  # type: ignore[misc]  # django-allauth has no types
    """The code that was mailed; a wrong one is noted."""

    def clean_code(self) -> str:
        """Return the code. Raises ValidationError."""
        try:
            return str(super().clean_code())
        except forms.ValidationError:
            login = unstash_login(context.request, peek=True)
            note_failed_sign_in(login.user if login else None, "wrong_code")
            raise


class SecondFactorForm(AuthenticateForm):  # type: ignore[misc]  # django-allauth has no types
    """The code of an app, or one of those for later; a wrong one is noted."""

    def clean_code(self) -> str:
        """Return the code. Raises ValidationError."""
        try:
            return str(super().clean_code())
        except forms.ValidationError:
            note_failed_sign_in(self.user, "wrong_second_factor")
            raise


class _NotedPasskey:
    """A passkey or security key; one that does not fit is noted."""

    user: Any

    def clean_credential(self) -> Authenticator:
        """Return which one it is. Raises ValidationError."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except forms.ValidationError:
            note_failed_sign_in(self.user, "wrong_passkey")
            raise


class SecondFactorKeyForm(_NotedPasskey, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A key as second factor."""


class PasskeyForm(_NotedPasskey, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey instead of a password."""
