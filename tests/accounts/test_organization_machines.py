"""What machines sign in with is made on a page, shown once, and revoked there."""

import pytest

from accounts.access import api_key_for
from accounts.actions import check_login
from accounts.models import ApiKey, AuditEntry, Role, SmtpCredential, User
from tests import make

pytestmark = pytest.mark.django_db

KEYS, SMTP = "/organization/keys/", "/organization/smtp/"


@pytest.fixture
def admin() -> User:
    return make.user(role=Role.ADMIN)


def shown(page: str) -> list[str]:
    """Return what a page shows to be copied."""
    return [part.partition("</code>")[0] for part in page.split('<code class="address">')[1:]]


def test_a_key_is_shown_once_and_opens_until_it_is_revoked(admin: User) -> None:
    browser = make.signed_in(admin)
    page = browser.post(KEYS, {"name": "CRM", "for_contacts": "on"}).content.decode()
    (key,) = shown(page)
    assert key not in browser.get(KEYS).content.decode()
    made = api_key_for(key)
    assert made is not None
    assert (made.name, made.for_contacts, made.for_people) == ("CRM", True, False)

    browser.post(f"{KEYS}{made.pk}/revoke/")

    assert api_key_for(key) is None


def test_a_key_that_opens_nothing_is_refused(admin: User) -> None:
    answer = make.signed_in(admin).post(KEYS, {"name": "CRM"})

    assert (answer.status_code, ApiKey.objects.count()) == (422, 0)


def test_a_login_of_a_mail_server_is_shown_once_and_works_until_it_is_revoked(admin: User) -> None:
    browser = make.signed_in(admin)
    page = browser.post(SMTP, {"description": "Exchange"}).content.decode()
    username, password = shown(page)
    assert check_login(username, password) is not None
    page = browser.get(SMTP).content.decode()
    assert ("last used on" in page, password in page) == (True, False)

    browser.post(f"{SMTP}{SmtpCredential.objects.get().pk}/revoke/")

    assert check_login(username, password) is None


def test_the_log_says_who_made_and_revoked_it_but_no_secret(admin: User) -> None:
    browser = make.signed_in(admin)
    browser.post(SMTP, {"description": "Exchange"})
    browser.post(f"{SMTP}{SmtpCredential.objects.get().pk}/revoke/")

    rows = AuditEntry.objects.filter(actor=admin).order_by("pk")

    assert list(rows.values_list("verb", "data")) == [
        ("create_smtp_credential", {"description": "Exchange"}),
        ("revoke_smtp_credential", {"description": "Exchange"}),
    ]
