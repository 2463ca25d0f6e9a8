"""Sign-in, and the language. Of django-allauth only the pages that the product has."""

from allauth.account import views as sign_in
from django.urls import path, re_path

from accounts import views

urlpatterns = [
    path("account/login/", sign_in.login, name="account_login"),
    path("account/login/code/", sign_in.request_login_code, name="account_request_login_code"),
    path(
        "account/login/code/confirm/",
        sign_in.confirm_login_code,
        name="account_confirm_login_code",
    ),
    path("account/logout/", sign_in.logout, name="account_logout"),
    path("account/signup/", sign_in.signup, name="account_signup"),
    path("account/inactive/", sign_in.account_inactive, name="account_inactive"),
    path("account/password/change/", sign_in.password_change, name="account_change_password"),
    path("account/password/reset/", sign_in.password_reset, name="account_reset_password"),
    path(
        "account/password/reset/done/",
        sign_in.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        sign_in.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/reset/key/done/",
        sign_in.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("account/reauthenticate/", sign_in.reauthenticate, name="account_reauthenticate"),
    path("language/", views.choose_language, name="choose_language"),
]
