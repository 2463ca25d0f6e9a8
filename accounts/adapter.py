"""What differs from django-allauth's defaults.

Nobody signs up; the policy says how long a session lives; secrets of second factors are sealed; an
organization's own sign-in is found by the domain, and knows its own people alone.
"""

import base64
import logging
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import person_by_address
from accounts.actions import note_changed_sign_in, note_failed_sign_in, note_sign_in
from accounts.csrf_owner import may_keep_secret, secret_of
from accounts.models import IdentityProvider, SecondFactorKey, User
from accounts.openid import discovery_url, email_was_checked
from accounts.outside import guard
from accounts.sessions import BROWSER, SIGNED_IN_AT
from addresses.agents import device_name
from addresses.mail import AddressError, domain_of, normalize_address, stored_form
from addresses.peers import peer_of
from vault.sealing import unseal_text

log = logging.getLogger(__name__)

DAY = 24 * 3600
WAYS = {"password": "password", "code": "code", "socialaccount": "provider"}
# What is noted when the library tells a person of a change, by the name of that mail.
CHANGES = {
    "password_changed": "change_password",
    "password_set": "change_password",
    "password_reset": "change_password",
    "totp_activated": "set_second_factor",
    "webauthn_added": "set_second_factor",
    "totp_deactivated": "remove_second_factor",
    "webauthn_removed": "remove_second_factor",
    "recovery_codes_generated": "renew_recovery_codes",
}


class AccountAdapter(DefaultAccountAdapter):
    """Closes sign-up, and lets a session live as long as the policy allows."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Tell that nobody can make an account from the sign-in page."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the network address that attempts are counted by: not that of our own proxy."""
        remote = request.META.get("REMOTE_ADDR", "")
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        return peer_of(remote, forwarded, settings.TRUSTED_PROXIES) or remote

    def is_safe_url(self, url: str) -> bool:
        """Tell whether a page is one of ours to go on to: a path, never the name of a view."""
        return url.startswith("/") and bool(super().is_safe_url(url))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link to choose a new password, whatever host the request was sent to."""
        link: str = super().get_reset_password_from_key_url(key)
        return settings.BASE_URL + urlsplit(link).path

    def send_notification_mail(
        self, template_prefix: str, user: User, context: Any = None, email: str | None = None
    ) -> None:
        """Note what was changed in how a person signs in, and tell them."""
        how = template_prefix.rpartition("/")[2]
        if how in CHANGES:
            note_changed_sign_in(user, CHANGES[how], how)
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def pre_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse | None:
        """Refuse shared mailboxes; send people whose domain signs in elsewhere there."""
        if user.is_mailbox or not user.is_active:
            note_failed_sign_in(user, "inactive")
        if user.is_mailbox:
            clear_login(request)
            return HttpResponseRedirect(reverse("account_inactive"))
        refused: HttpResponse | None = super().pre_login(request, user, **more)
        provider = IdentityProvider.objects.filter(
            domain__name=domain_of(user.email), domain__organization=user.organization_id, only=True
        ).first()
        if refused is not None or provider is None or _came_from(provider, request, user):
            return refused
        clear_login(request)
        way = urlencode({"next": more.get("redirect_url") or "/"})
        return HttpResponseRedirect(f"{reverse('sign_in_elsewhere', args=[provider.uid])}?{way}")

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, and note in which browser and when.

        Django issues a new CSRF secret; the forms in a person's other tabs go on working with the
        old one. Forms that somebody else left open do not (docs/adr/0041).
        """
        secret, kept = secret_of(request), may_keep_secret(request, user.pk)
        super().login(request, user)
        if secret and kept:
            request.META["CSRF_COOKIE"] = secret
        request.session[BROWSER] = device_name(self.get_http_user_agent(request))[:40]
        request.session[SIGNED_IN_AT] = timezone.now().isoformat()
        records = get_authentication_records(request, user)
        note_sign_in(user, [_way(record) for record in records], _provider_in(records))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note a wrong password, also one that was asked for again."""
        address = stored_form(credentials.get("email") or "")
        note_failed_sign_in(person_by_address(address), "wrong_password")

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """Set how long the session lives, and go on to the page that was asked for."""
        keep_signed_in(request, user)
        response: HttpResponse = super().post_login(request, user, **more)
        return response


def keep_signed_in(request: HttpRequest, user: User) -> None:
    """Let the session outlive the browser, if the person asks for it and the policy allows it."""
    days = user.policy.keep_signed_in_days if request.POST.get("remember") else 0
    request.session.set_expiry(days * DAY)


def _way(record: Mapping[str, Any]) -> str:
    """Return by what somebody proved who they are, from the library's record of it."""
    if record.get("passwordless"):
        return "passkey"
    return WAYS.get(record["method"]) or str(record.get("type") or record["method"])


def _provider_in(records: Sequence[Mapping[str, Any]]) -> int | None:
    uids = [record["provider"] for record in records if record.get("provider")]
    row = IdentityProvider.objects.filter(uid=uids[0]).first() if uids else None
    return row.pk if row else None


def _came_from(provider: IdentityProvider, request: HttpRequest, user: User) -> bool:
    records = get_authentication_records(request, user)
    return any(record.get("provider") == str(provider.uid) for record in records)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seals what apps are checked with and what recovery codes come from."""

    PART = "second factor"

    def encrypt(self, text: str) -> str:
        """Return the sealed form of a secret, as text."""
        key = SecondFactorKey.objects.order_by("pk").first()
        if key is None:
            key = SecondFactorKey()
            key.seal(self.PART, b"")  # makes its data key
            key.save()
        sealed = key.seal(self.PART, text.encode())
        return f"{key.pk}:{base64.b64encode(sealed).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret. Raises VaultError."""
        pk, _, sealed = encrypted_text.partition(":")
        key = SecondFactorKey.objects.get(pk=pk)
        return key.unseal(self.PART, base64.b64decode(sealed)).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return what passkeys are bound to: the name in our address."""
        return {"id": urlsplit(settings.BASE_URL).hostname or "", "name": "zivweb"}


class IdentityAdapter(DefaultSocialAccountAdapter):
    """Takes each organization's identity provider from its row, and its word for its own domain."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return the app of an identity provider, named by its uid."""
        try:
            row = IdentityProvider.objects.filter(uid=provider).first() if provider else None
        except ValidationError:  # no uid
            row = None
        return [app_of(row)] if row is not None else []

    def get_requests_session(self) -> requests.Session:
        """Return a session that asks nobody inside our own network."""
        return guard(super().get_requests_session())

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find whose account it is: known from before, else by the address in its domain."""
        row = IdentityProvider.objects.select_related("domain").get(
            uid=sociallogin.account.provider
        )
        if not sociallogin.is_existing:
            self._require_checked(request, row, sociallogin)
        user = sociallogin.user if sociallogin.is_existing else self._person(row, sociallogin)
        own = user is not None and user.organization_id == row.domain.organization_id
        if user is None or not own or not user.is_active or user.is_mailbox:
            note_failed_sign_in(user if own else None, "provider_without_account")
            self._refuse(request, gettext("There is no account for you here yet. Ask your admin."))
        if not sociallogin.is_existing:
            self._connect(request, sociallogin, user)

    def on_authentication_error(self, request: HttpRequest, provider: Any, **more: Any) -> None:
        """Lead back to our own page when the other side refused, or nobody pressed on."""
        note_failed_sign_in(None, "provider_refused")
        self._refuse(request, gettext("Your organization's sign-in did not work. Try it again."))

    def _require_checked(
        self, request: HttpRequest, row: IdentityProvider, sociallogin: SocialLogin
    ) -> None:
        """Refuse an address that people may have typed themselves: it could be somebody else's."""
        checked = email_was_checked(sociallogin.account.extra_data)
        if checked or (checked is None and row.accepts_unchecked):
            return
        log.warning("identity provider:%s did not check an address (%s)", row.pk, checked)
        note_failed_sign_in(self._person(row, sociallogin), "provider_unchecked")
        text = gettext(
            "Your organization's sign-in does not confirm your email address. Ask your admin."
        )
        self._refuse(request, text)

    def _person(self, row: IdentityProvider, sociallogin: SocialLogin) -> User | None:
        """Return whose address the provider named, as far as it may speak for it."""
        try:
            address = normalize_address(sociallogin.user.email or "")
        except AddressError:
            return None
        if domain_of(address) != row.domain.name:
            return None
        return User.objects.filter(email=address, removed_at=None).first()

    def _connect(self, request: HttpRequest, sociallogin: SocialLogin, user: User) -> None:
        """Remember by which id the provider knows this person; a second id is somebody else."""
        known = SocialAccount.objects.filter(user=user, provider=sociallogin.account.provider)
        if known.exists():
            note_failed_sign_in(user, "provider_another_id")
            text = gettext("Your organization knows you by another id than before. Ask your admin.")
            self._refuse(request, text)
        account = sociallogin.account
        account.user, account.extra_data = user, {}
        try:
            with transaction.atomic():
                account.save()
        except IntegrityError:
            self._refuse(
                request, gettext("Your organization's sign-in did not work. Try it again.")
            )
        sociallogin.user = user

    def _refuse(self, request: HttpRequest, text: str) -> NoReturn:
        messages.error(request, text)
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))


def app_of(row: IdentityProvider) -> SocialApp:
    """Return an identity provider in the form in which django-allauth knows it."""
    return SocialApp(
        provider="openid_connect",
        provider_id=str(row.uid),
        name=row.name,
        client_id=row.client_id,
        secret=unseal_text(row.secret, row.secret_place) if row.secret else "",
        settings={
            "server_url": discovery_url(row.server_url),
            "oauth_pkce_enabled": True,
            "openid_configuration_overrides": {"issuer": row.issuer} if row.issuer else {},
        },
    )
