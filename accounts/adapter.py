"""What differs from django-allauth's defaults: nobody signs up, an admin makes accounts."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Closes sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Tell that nobody can make an account from the sign-in page."""
        return False
