"""What differs from django-allauth's defaults: nobody signs up, the policy says how long."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from addresses.peers import peer_of

DAY = 24 * 3600


class AccountAdapter(DefaultAccountAdapter):
    """Closes sign-up, and lets a session live as long as the policy allows."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Tell that nobody can make an account from the sign-in page."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the network address that attempts are counted by: not that of our own proxy."""
        remote = request.META.get("REMOTE_ADDR", "")
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        return peer_of(remote, forwarded, settings.TRUSTED_PROXIES) or remote

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link to choose a new password, whatever host the request was sent to."""
        link: str = super().get_reset_password_from_key_url(key)
        return settings.BASE_URL + urlsplit(link).path

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """Set how long the session lives, and go on to the page that was asked for."""
        keep_signed_in(request, user)
        response: HttpResponse = super().post_login(request, user, **more)
        return response


def keep_signed_in(request: HttpRequest, user: User) -> None:
    """Let the session outlive the browser, if the person asks for it and the policy allows it."""
    days = user.policy.keep_signed_in_days if request.POST.get("remember") else 0
    request.session.set_expiry(days * DAY)
