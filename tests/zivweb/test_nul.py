"""A NUL, which no text of the database can hold, is refused and never an error of ours."""

import pytest
from django.test import Client

from accounts.models import Role
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "status"),
    [("/logo/%00/", 404), ("/?q=%00", 400), ("/radar/?q=%00", 400)],
)
def test_a_nul_in_an_address_is_refused(path: str, status: int) -> None:
    assert make.signed_in(make.user(role=Role.ADMIN)).get(path).status_code == status


def test_a_nul_in_the_address_of_who_signs_in_leads_nowhere(client: Client) -> None:
    answer = client.post("/account/elsewhere/", {"login": "a@b\0.example"})

    assert answer.status_code < 500


@pytest.mark.parametrize("path", ["/api/v1/contacts", "/api/scim/v2/Users"])
def test_a_program_is_told_in_its_own_form(path: str, client: Client) -> None:
    answer = client.get(f"{path}?a%00b=c")

    assert (answer.status_code, answer.json()) == (400, {"detail": "a NUL in the query"})
