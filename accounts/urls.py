"""Sign-in, the language, the pages of an organization; of allauth only what the product has."""

from typing import Any

from allauth.account import views as sign_in
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount.providers.openid_connect import views as identity
from django.contrib.auth.decorators import login_required
from django.urls import path, re_path

from accounts import views
from accounts.access import recently_signed_in


def ours(view: Any) -> Any:
    """Have a page that changes how somebody signs in ask for a fresh proof."""
    return login_required(recently_signed_in(view))


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
    path("account/password/set/", ours(sign_in.password_set), name="account_set_password"),
    path("account/security/", views.security, name="mfa_index"),
    path("account/sessions/end/", views.end_other_sessions, name="end_other_sessions"),
    path("account/sessions/<slug:public_id>/end/", views.end_session, name="end_session"),
    path("account/factor/", factors.authenticate, name="mfa_authenticate"),
    path("account/factor/again/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("account/app/", ours(app.activate_totp), name="mfa_activate_totp"),
    path("account/app/remove/", ours(app.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/codes/", ours(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "account/codes/new/",
        ours(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("account/passkeys/", views.security, name="mfa_list_webauthn"),
    path("account/passkeys/login/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("account/passkeys/add/", ours(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path(
        "account/passkeys/again/",
        passkeys.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "account/passkeys/<int:pk>/remove/",
        ours(passkeys.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path("account/elsewhere/", views.find_provider, name="find_provider"),
    path("account/elsewhere/<uuid:uid>/", views.leave, name="sign_in_elsewhere"),
    path(
        "account/elsewhere/<str:provider_id>/back/",
        identity.callback,
        name="openid_connect_callback",
    ),
    path("organization/sign-in/", views.providers, name="identity_providers"),
    path("organization/sign-in/<int:pk>/", views.provider, name="identity_provider"),
    path(
        "organization/sign-in/<int:pk>/remove/",
        views.remove_provider,
        name="remove_identity_provider",
    ),
    path("language/", views.choose_language, name="choose_language"),
    path("delegates/", views.delegates, name="delegates"),
    path("unsent/", views.unsent, name="unsent"),
    path("logo/<slug:digest>/", views.logo, name="logo"),
    path("organization/", views.organization, name="organization"),
    path("organization/policy/", views.policy, name="organization_policy"),
    path("organization/policy/preview/", views.policy_preview, name="policy_preview"),
    path("organization/times/", views.times, name="organization_times"),
    path("organization/look/", views.look, name="organization_look"),
    path("organization/look/logo/", views.logo_upload, name="logo_upload"),
    path("organization/look/logo/remove/", views.logo_remove, name="logo_remove"),
    path("organization/people/", views.people, name="organization_people"),
    path("organization/people/new/", views.person_new, name="person_new"),
    path("organization/people/<int:pk>/", views.person, name="organization_person"),
    path("organization/people/<int:pk>/active/", views.person_active, name="person_active"),
    path("organization/people/<int:pk>/invite/", views.person_invite, name="person_invite"),
    path("organization/people/<int:pk>/delegate/", views.person_delegate, name="person_delegate"),
    path("organization/mailboxes/", views.mailboxes, name="organization_mailboxes"),
    path("organization/mailboxes/new/", views.mailbox_new, name="mailbox_new"),
    path("organization/mailboxes/<int:pk>/", views.mailbox, name="organization_mailbox"),
    path("organization/mailboxes/<int:pk>/active/", views.mailbox_active, name="mailbox_active"),
    path("organization/domains/", views.domains, name="organization_domains"),
    path("organization/domains/<int:pk>/confirm/", views.domain_confirm, name="domain_confirm"),
    path("organization/domains/<int:pk>/remove/", views.domain_remove, name="domain_remove"),
    path("organization/smtp/", views.smtp, name="organization_smtp"),
    path("organization/smtp/<int:pk>/revoke/", views.smtp_revoke, name="smtp_revoke"),
    path("organization/keys/", views.keys, name="organization_keys"),
    path("organization/keys/<int:pk>/revoke/", views.key_revoke, name="key_revoke"),
    path("organization/audit/", views.audit_log, name="organization_audit"),
    path("organization/audit/export/", views.audit_export, name="audit_export"),
]
