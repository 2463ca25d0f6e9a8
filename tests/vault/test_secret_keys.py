"""The secret key changes, and what was made under the old one goes on (docs/adr/0056)."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from accounts.actions import seal_audit
from accounts.models import Organization
from accounts.verifying import verify
from delivery.phrases import phrase_for
from drafts.actions.telling import finish_link
from drafts.fingerprint import fingerprint
from drafts.models import Draft
from tests import make
from tests.delivery.messages import again, receiver
from vault.access import MANY_WRAPS, wraps_of_first_key
from vault.actions import note_first_key, rotate_keys
from vault.keys import index_digest, keyed_digest, matches
from vault.models import KeyUse
from zivweb.environment import secret_keys

OLD, NEW = "an old secret, long enough to be one, and more", "n" * 50


def change(settings: Settings, *, fallback: bool = True) -> None:
    """Put a new key in the place of the one of now."""
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if fallback else []
    settings.SECRET_KEY = NEW


def test_what_is_made_new_comes_from_the_new_key(settings: Settings) -> None:
    old = keyed_digest("x", "text")
    change(settings)
    assert keyed_digest("x", "text") != old


@pytest.mark.parametrize("fallback", [True, False])
def test_what_was_made_before_counts_while_its_key_is_there(
    settings: Settings, fallback: bool
) -> None:
    old = keyed_digest("x", "text")
    change(settings, fallback=fallback)
    assert matches(old, "x", "text") is fallback
    assert not matches(old, "x", "another text")


@pytest.mark.parametrize("fallback", [True, False])
def test_what_rows_are_found_by_stays_while_the_old_key_is_there(
    settings: Settings, fallback: bool
) -> None:
    old = index_digest("x", "text")
    change(settings, fallback=fallback)
    assert (index_digest("x", "text") == old) is fallback


@pytest.mark.django_db
def test_a_link_that_was_mailed_is_mailed_again_as_it_was(settings: Settings) -> None:
    draft, recipient = make.draft(make.user()), receiver()
    links = finish_link(draft), recipient.token
    change(settings)
    assert (finish_link(Draft.objects.get(pk=draft.pk)), again(recipient).token) == links
    assert Client().get(f"/m/{links[1]}/").status_code == 200


@pytest.mark.django_db
def test_a_link_of_a_new_row_comes_from_the_new_key(settings: Settings) -> None:
    change(settings)
    draft = make.draft(make.user())
    link = finish_link(draft)
    settings.SECRET_KEY_FALLBACKS = []
    assert finish_link(draft) == link


@pytest.mark.django_db
def test_people_stay_signed_in(settings: Settings) -> None:
    browser = make.signed_in(make.user())
    change(settings)
    assert browser.get("/contacts/").status_code == 200


def test_recipients_see_the_same_words(settings: Settings) -> None:
    words = phrase_for(1, "jan@example.nl", "en")
    change(settings)
    assert phrase_for(1, "jan@example.nl", "en") == words


@pytest.mark.django_db
def test_a_mail_that_is_sent_again_is_recognized(settings: Settings) -> None:
    mail = make.mail(make.user())
    before = fingerprint(mail)
    change(settings)
    assert fingerprint(mail) == before


@pytest.mark.django_db
@pytest.mark.parametrize(("fallback", "wrong"), [(True, False), (False, True)])
def test_earlier_seals_of_the_audit_log_are_proven(
    settings: Settings, fallback: bool, wrong: bool
) -> None:
    place = make.organization()
    seal_audit(settled=timedelta(0))
    change(settings, fallback=fallback)
    assert bool(verify(Organization.objects.get(pk=place.pk)).findings) is wrong


@pytest.mark.django_db
def test_when_the_old_key_is_removed_codes_are_compared_anew(settings: Settings) -> None:
    make.contact(make.user(), code="kwikstaart-71")
    change(settings, fallback=False)
    output = StringIO()
    call_command("rewrite_digests", stdout=output)
    call_command("rewrite_digests", stdout=output)
    assert output.getvalue() == "1 digests rewritten\n0 digests rewritten\n"


@pytest.mark.parametrize(("text", "keys"), [
    ("", []),
    ("a" * 40, ["a" * 40]),
    (f"{'a' * 40},{'b' * 41}", ["a" * 40, "b" * 41]),
    (f"{'a' * 40} {'b' * 41}", ["a" * 40, "b" * 41]),
    (OLD, [OLD]),
])  # fmt: skip
def test_fallbacks_are_read(text: str, keys: list[str]) -> None:
    assert secret_keys(text) == keys


@pytest.mark.parametrize("text", ["short", "short, shorter"])
def test_a_fallback_that_is_too_short_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="at least 40 characters"):
        secret_keys(text)


@pytest.mark.django_db
def test_the_uses_of_a_key_are_rows_made_and_wrapped_again(settings: Settings) -> None:
    note_first_key()
    make.draft(make.user())
    before = wraps_of_first_key()
    settings.ENCRYPTION_KEYS = [b"k" * 32, *settings.ENCRYPTION_KEYS]
    note_first_key()
    fresh = wraps_of_first_key()
    rotate_keys(lambda _progress: None)
    assert (before > 0, fresh, 0 < wraps_of_first_key() <= before) == (True, 0, True)


@pytest.mark.django_db
def test_a_key_that_was_used_very_often_is_worth_a_warning() -> None:
    use = note_first_key()
    KeyUse.objects.filter(pk=use.pk).update(rewrapped=MANY_WRAPS + 1)
    assert wraps_of_first_key() > MANY_WRAPS
    assert "zivweb_key_wraps 2.14" in Client().get("/metrics").content.decode()
