"""The forms of signing in, where they differ from django-allauth's."""

from typing import Any

from allauth.account.forms import LoginForm, RequestLoginCodeForm, ResetPasswordForm
from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy

from accounts.access import user_of
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
