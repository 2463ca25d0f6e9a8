"""People: `/Users` and `/Users/<id>`."""

from functools import partial

from django.http import HttpResponse

from accounts.access import account_in, accounts_of
from accounts.actions import provisioning
from accounts.models import User
from accounts.provisioning import patched, person_in, read_filter
from accounts.scim import shown
from accounts.scim.door import Visit, visited


@visited("GET", "POST")
def users(visit: Visit) -> HttpResponse:
    """List people, or make one."""
    if visit.method == "POST":
        made = provisioning.create(visit.key, person_in(visit.body()))
        made = _found(visit, str(made.uid))
        response = visit.answer(shown.person(visit, made), status=201)
        response["Location"] = shown.location(visit, "User", made.uid)
        return response
    wanted = read_filter(visit.request.GET.get("filter", ""))
    found = accounts_of(visit.organization, wanted)
    return visit.answer(shown.listed(visit, found, found.count(), partial(shown.person, visit)))


@visited("GET", "PUT", "PATCH", "DELETE")
def user(visit: Visit, uid: str) -> HttpResponse:
    """Show, change or remove a person."""
    found = _found(visit, uid)
    if visit.method == "DELETE":
        provisioning.remove(visit.key, found)
        return HttpResponse(status=204)
    if visit.method == "PUT":
        wanted = person_in(visit.body())
        provisioning.change(visit.key, found, lambda _now: wanted)
    if visit.method == "PATCH":
        body = visit.body()
        provisioning.change(visit.key, found, lambda now: patched(body, provisioning.present(now)))
    return visit.answer(shown.person(visit, _found(visit, str(found.uid))))


def _found(visit: Visit, uid: str) -> User:
    found = account_in(visit.organization, uid)
    if found is None:
        raise provisioning.Refusal(404, f"Unknown account with uuid: {uid}")
    return found
