"""Every address of the product (docs: DESIGN, "The outside")."""

from django.urls import include, path

from zivweb import health

urlpatterns = [
    path("", include("drafts.urls")),
    path("", include("intake.urls")),
    path("", include("delivery.urls")),
    path("", include("contacts.urls")),
    path("", include("notifications.urls")),
    path("", include("accounts.urls")),
    path("healthz", health.healthz, name="healthz"),
]
