"""Who finds a hole is told where to write (RFC 9116)."""

from django.test import Client
from pytest_django import Settings
from time_machine import travel


@travel("2026-11-23T12:00:00Z", tick=False)
def test_the_contact_of_the_operator_is_named(settings: Settings) -> None:
    settings.SECURITY_CONTACT = "mailto:cert@example.org"

    answer = Client().get("/.well-known/security.txt")

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == (
        "Contact: mailto:cert@example.org\n"
        "Expires: 2027-05-22T00:00:00Z\n"
        "Preferred-Languages: nl, en\n"
        "Canonical: http://localhost:8000/.well-known/security.txt\n"
    )
