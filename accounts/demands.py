"""Has people set up a second factor, where their organization's policy asks for one."""

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.models import User

Handler = Callable[[HttpRequest], HttpResponse]

OPEN = ("/account/", "/language/", "/static/", "/.well-known/", "/m/", "/api/", "/demo/")
STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class SecondFactorMiddleware:
    """Leads to the page where a second factor is set up, until there is one."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, unless something has to be set up first."""
        if request.path.startswith(OPEN) or not _lacks_factor(request):
            return self.get_response(request)
        way = urlencode({"next": request.get_full_path() if request.method == "GET" else "/"})
        return HttpResponseRedirect(f"{reverse('mfa_index')}?{way}")


def _lacks_factor(request: HttpRequest) -> bool:
    """Tell whether this person needs a second factor; who has one is asked for it at sign-in."""
    user = request.user
    if not isinstance(user, User) or not user.policy.second_factor:
        return False
    records = get_authentication_records(request, user)
    elsewhere = any(record.get("method") == "socialaccount" for record in records)
    return not elsewhere and not is_mfa_enabled(user, STRONG)
