"""Sign-in, and the language."""

from django.urls import include, path

from accounts import views

urlpatterns = [
    path("account/", include("allauth.account.urls")),
    path("language/", views.choose_language, name="choose_language"),
]
