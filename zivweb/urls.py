"""Every address of the product (docs: DESIGN, "The outside")."""

from django.urls import include, path

from zivweb import api
from zivweb.security_txt import security_txt

urlpatterns = [
    path("", include("drafts.urls")),
    path("", include("intake.urls")),
    path("", include("delivery.urls")),
    path("", include("contacts.urls")),
    path("", include("notifications.urls")),
    path("", include("accounts.urls")),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("api/v1/docs", api.docs, name="api_docs"),
    path("api/v1/", api.api.urls),
    path("api/scim/v2/", include("accounts.scim.urls")),
    path("api/organization/verification_suggestions/", api.known_api.urls),
]
handler400 = "zivweb.later.bad_request"
handler500 = "zivweb.later.server_error"
