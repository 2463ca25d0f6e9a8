"""`/.well-known/security.txt` (RFC 9116): where to tell us of a hole."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

DAYS = 180  # RFC 9116, 2.5.5: less than a year


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Name the contact of the operator."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    fields = {
        "Contact": settings.SECURITY_CONTACT,
        "Expires": f"{midnight + timedelta(days=DAYS):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages": "nl, en",
        "Canonical": f"{settings.BASE_URL}{request.path}",
    }
    lines = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return HttpResponse(lines, content_type="text/plain; charset=utf-8")
