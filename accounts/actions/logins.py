"""Signing in over SMTP, and choosing a language."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.utils import timezone

from accounts import audit
from accounts.access import sender_by_address
from accounts.actions.sign_in_log import note_failed_sign_in, note_smtp_sign_in
from accounts.models import LANGUAGES, Organization, SmtpCredential, User
from addresses.mail import AddressError, normalize_address


@dataclass(frozen=True, slots=True)
class SmtpLogin:
    """Who handed in a login: a person, or (user is None) an organization's mail server."""

    organization: Organization
    user: User | None


def check_login(username: str, password: str) -> SmtpLogin | None:
    """Return whose SMTP login this is, None when there is none. Takes as long either way."""
    user = _user_of_login(username)
    if user is not None and user.check_password(password):
        return SmtpLogin(user.organization, user)
    credential = None if user is not None else _credential(username)
    if credential is not None and check_password(password, credential.password_hash):
        SmtpCredential.objects.filter(pk=credential.pk).update(last_used_at=timezone.now())
        return SmtpLogin(credential.organization, None)
    if user is None and credential is None:
        make_password(password)  # an unknown name must cost what a known one costs
    return None


def log_in_by_smtp(username: str, password: str, ip: str) -> SmtpLogin | None:
    """Return whose SMTP login this is; note it, unless nothing is to be written."""
    login = check_login(username, password)
    if settings.READ_ONLY:
        return login
    whose = _user_of_login(username) or _credential(username)
    with audit.asked_from(ip):
        if login is None:
            note_failed_sign_in(whose, "smtp_password")
        elif whose is not None:
            note_smtp_sign_in(whose)
    return login


def choose_language(user: User, language: str) -> None:
    """Keep the language in which this person reads pages and mail."""
    if language in dict(LANGUAGES):
        user.language = language
        user.save(update_fields=["language"])


def _user_of_login(username: str) -> User | None:
    """Return the person who is meant; who works in a shared mailbox has a login of their own."""
    try:
        user = sender_by_address(normalize_address(username))
    except AddressError:
        return None
    return None if user is not None and user.is_mailbox else user


def _credential(username: str) -> SmtpCredential | None:
    credentials = SmtpCredential.objects.select_related("organization")
    return credentials.filter(username=username, revoked_at=None).first()
