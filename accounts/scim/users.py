"""People: `/Users` and `/Users/<id>`."""

from typing import Any

from django.http import HttpResponse

from accounts.actions import provisioning
from accounts.models import User
from accounts.provisioning import Wanted, patched, person_in
from accounts.scim import shown
from accounts.scim.door import Visit, visited
from accounts.scim.kinds import Kind, list_or_make, show_or_change


@visited("GET", "POST")
def users(visit: Visit) -> HttpResponse:
    """List people, or make one."""
    return list_or_make(visit, PERSON)


@visited("GET", "PUT", "PATCH", "DELETE")
def user(visit: Visit, uid: str) -> HttpResponse:
    """Show, change or remove a person."""
    return show_or_change(visit, PERSON, uid)


def _patched(_visit: Visit, body: dict[str, Any], person: User) -> Wanted:
    return patched(body, provisioning.present(person))


PERSON = Kind("User", "account", person_in, _patched, shown.person)
