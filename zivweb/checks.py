"""Settings that fit badly together: `manage.py check` warns of them, and so does every start."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage
from django.core.checks import Warning as CheckWarning

NO_PROXIES = "zivweb.W001"


def warn_without_proxies(**_more: Any) -> list[CheckMessage]:
    """Warn when nobody can tell the product that a request came in by https."""
    if not settings.HTTPS or settings.TRUSTED_PROXIES:
        return []
    return [
        CheckWarning(
            "ZIVWEB_BASE_URL is https, but ZIVWEB_TRUSTED_PROXIES is empty.",
            hint="Set it to the addresses or networks of the proxies in front of the web port.",
            id=NO_PROXIES,
        )
    ]
