"""In read-only mode people read, and are told when they can send."""

import pytest
from django.test import Client
from pytest_django import Settings

from tests import make


@pytest.fixture
def read_only(settings: Settings) -> None:
    """Switch read-only mode on."""
    settings.READ_ONLY = True


@pytest.mark.django_db
def test_pages_can_be_read_in_read_only_mode(read_only: None, client: Client) -> None:
    client.force_login(make.user())

    assert client.get("/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"), [("nl", "Probeer het over een minuut"), ("en", "Please try again")]
)
def test_what_is_sent_in_read_only_mode_is_put_off_in_the_readers_language(
    read_only: None, client: Client, language: str, words: str
) -> None:
    client.force_login(make.user())

    answer = client.post("/contacts/new/", {}, headers={"accept-language": language})

    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert words in answer.content.decode()


def test_programs_are_put_off_in_read_only_mode(read_only: None, client: Client) -> None:
    answer = client.post("/api/v1/contacts", {}, content_type="application/json")

    assert (answer.status_code, list(answer.json())) == (503, ["detail"])
