"""What differs from django-allauth's defaults: nobody signs up, the policy says how long."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from accounts.models import User

DAY = 24 * 3600


class AccountAdapter(DefaultAccountAdapter):
    """Closes sign-up, and lets a session live as long as the policy allows."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Tell that nobody can make an account from the sign-in page."""
        return False

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """Set how long the session lives, and go on to the page that was asked for."""
        keep_signed_in(request, user)
        response: HttpResponse = super().post_login(request, user, **more)
        return response


def keep_signed_in(request: HttpRequest, user: User) -> None:
    """Let the session outlive the browser, if the person asks for it and the policy allows it."""
    days = user.policy.keep_signed_in_days if request.POST.get("remember") else 0
    request.session.set_expiry(days * DAY)
