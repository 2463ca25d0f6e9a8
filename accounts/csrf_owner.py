"""For whom the CSRF secret of a browser was issued (docs/adr/0041).

A cookie says so: the person's id, and a keyed digest of it with the secret.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from vault.keys import keyed_digest, matches

COOKIE = f"{settings.COOKIE_PREFIX}csrf_owner"
PURPOSE = "csrf owner"


def owner_of(request: HttpRequest) -> int | None:
    """Return the id of the last person who was signed in with this CSRF secret."""
    pk, _, digest = request.COOKIES.get(COOKIE, "").partition(".")
    secret = secret_of(request)
    if not secret or not matches(digest, PURPOSE, f"{pk}:{secret}"):
        return None
    return int(pk)


def may_keep_secret(request: HttpRequest, pk: int) -> bool:
    """Tell whether no page of somebody else can be open with this CSRF secret."""
    return COOKIE not in request.COOKIES or owner_of(request) == pk


def secret_of(request: HttpRequest) -> str:
    """Return the CSRF secret of the browser, "" when it has none yet."""
    secret: str = request.META.get("CSRF_COOKIE", "")
    return secret


def note_owner(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookie for a signed-in person, where it does not name them yet."""
    secret, pk = secret_of(request), request.user.pk
    if not secret or pk is None or owner_of(request) == pk:
        return
    response.set_cookie(
        COOKIE,
        f"{pk}.{keyed_digest(PURPOSE, f'{pk}:{secret}')}",
        max_age=settings.CSRF_COOKIE_AGE,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
