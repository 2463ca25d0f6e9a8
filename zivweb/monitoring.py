"""`/healthz` and `/metrics` on a port of their own, for which no page and no person waits.

One thread finds the answers, so it has one connection to the database. When that thread hangs, as
with a database that takes questions and answers none, the answer is 503 after a few seconds.
"""

import os

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponseNotFound

from zivweb.in_time import InTime

MIDDLEWARE = [
    "accounts.privacy.TrustedProxyMiddleware",
    "zivweb.tracing.RequestIdMiddleware",
    "zivweb.health.HealthMiddleware",
]
urlpatterns: list[object] = []


def nothing_here(_request: HttpRequest, exception: Exception) -> HttpResponseNotFound:  # noqa: ARG001
    """Answer any other address."""
    return HttpResponseNotFound()


handler404 = nothing_here

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zivweb.settings")
django.setup()
# Nothing of the pages stands in the way; some apps want to see their middleware until here.
settings.MIDDLEWARE, settings.ROOT_URLCONF = MIDDLEWARE, __name__
application = InTime(WSGIHandler())
