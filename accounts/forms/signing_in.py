"""The forms of signing in, where they differ from django-allauth's."""

from typing import Any

from allauth.account.forms import LoginForm, RequestLoginCodeForm
from django.http import HttpRequest, HttpResponse, QueryDict

from accounts.access import user_of
from accounts.adapter import keep_signed_in


class SignInForm(LoginForm):  # type: ignore[misc]  # django-allauth has no types
    """Address and password; how long the session lives is the policy's, not a setting's."""

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
