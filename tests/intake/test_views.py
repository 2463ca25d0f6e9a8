"""Downloading the original mail."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from drafts.models import Draft
from intake.tasks import make_drafts
from tests import make

RAW = b"From: a\r\nBcc: secret@example.nl\r\n\r\nzivver\r\n"


@pytest.fixture
def draft(db: None) -> Draft:
    """A draft that came in by mail."""
    sender = make.user()
    make.raw_mail(sender, RAW)
    make_drafts()
    return Draft.objects.get()


def raw(draft: Draft) -> str:
    return reverse("draft_raw", args=[draft.pk])


def test_the_sender_gets_the_mail_as_it_came_in(client: Client, draft: Draft) -> None:
    client.force_login(draft.sender)
    response = client.get(raw(draft))
    assert response.getvalue() == RAW
    assert response["Content-Type"] == "message/rfc822"
    assert response["Content-Disposition"] == f'attachment; filename="mail-{draft.pk}.eml"'
    assert "no-store" in response["Cache-Control"]


def test_an_id_that_is_too_large_is_nobodys(client: Client, draft: Draft) -> None:
    client.force_login(draft.sender)
    assert client.get(f"/drafts/{10**20}/raw/").status_code == 404


def test_who_downloads_the_mail_is_noted(client: Client, draft: Draft) -> None:
    client.force_login(draft.sender)
    client.get(raw(draft))
    line = AuditEntry.objects.get(verb="download_raw")
    assert (line.actor, line.about) == (draft.sender, str(draft))


@pytest.mark.parametrize("role", [User.Role.SENDER, User.Role.ADMIN])
def test_a_colleague_gets_nothing(client: Client, draft: Draft, role: str) -> None:
    client.force_login(make.user(draft.organization, role=role))
    assert client.get(raw(draft)).status_code == 404


def test_a_stranger_gets_nothing(client: Client, draft: Draft) -> None:
    client.force_login(make.user())
    assert client.get(raw(draft)).status_code == 404


def test_a_guest_has_to_sign_in(client: Client, draft: Draft) -> None:
    assert client.get(raw(draft)).status_code == 302


def test_the_mail_is_only_read(client: Client, draft: Draft) -> None:
    client.force_login(draft.sender)
    assert client.post(raw(draft)).status_code == 405
