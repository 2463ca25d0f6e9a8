"""What programs are told of an id of another organization: the same as of one that nobody has.

Every operation of the API and of SCIM is called with the key of a stranger.
"""

import json
import re
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from accounts.actions import create_api_key
from accounts.provisioning import PATCH
from contacts.actions import Synced, sync_contacts
from tests import make
from tests.accounts.test_scim import Scim
from tests.attacks.foreign import said
from tests.test_matrix import routes
from zivweb.api import api, known_api

pytestmark = pytest.mark.django_db

THEIRS, NOBODYS = "crm-42", "crm-77"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OPERATIONS = [
    (method.upper(), path)
    for made in (api, known_api)
    for path, methods in made.get_openapi_schema()["paths"].items()
    for method in methods
]
SCIM_KINDS = ("Users", "Groups")
# What differs from one answer to the next: times, cursors of times, ids of what was made.
DRAWN = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.+Z-]+|\d{10}\.\d{6}\.\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)


def answer_to(client: Client, method: str, path: str, body: object, named: str) -> tuple[Any, ...]:
    """Return what a call is told, but for the id that it names; undo what it did."""
    with transaction.atomic():
        answer = client.generic(method, path, json.dumps(body), content_type="application/json")
        text = said(answer)
        transaction.set_rollback(True)
    return answer.status_code, DRAWN.sub("DRAWN", text.replace(named, "ID"))


def contact_named(client: Client, method: str, path: str, named: str) -> tuple[Any, ...]:
    """Return what a call about a contact is told that names this id."""
    item = {"external_id": named, "third_party_id": named, "deleted": True}
    body = item if method == "PUT" else {"contacts": [item]}
    return answer_to(client, method, re.sub(r"\{\w+\}", named, path), body, named)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_call_tells_whether_another_organization_has_a_contact(method: str, path: str) -> None:
    theirs, ours = make.organization(), make.organization()
    sync_contacts(theirs, "CRM", [Synced(THEIRS, "els@example.nl", "Els", (make.NUMBER,))])
    client = Client(headers={"authorization": f"Bearer {create_api_key(ours, 'CRM')}"})
    told = [contact_named(client, method, path, named) for named in (THEIRS, NOBODYS)]

    assert told[0] == told[1]


def scim_bodies(named: str, domain: str) -> list[dict[str, Any]]:
    """Return what may be sent about an account, with an id in each place for one."""
    member = [{"value": named}]
    return [
        {},
        {"id": named, "userName": f"x@{domain}", "externalId": f"x@{domain}", "displayName": "X"},
        {"displayName": "X", "externalId": f"x@{domain}", "members": member},
        {"userName": f"x@{domain}", "urn:ietf:params:scim:schemas:zivver:0.1:User": {
            "delegates": [named]}},
        {"schemas": [PATCH], "Operations": [{"op": "add", "path": "members", "value": member}]},
        {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "id", "value": named}]},
    ]  # fmt: skip


@dataclass(frozen=True)
class Call:
    """A call about an account: one that is named in the address, or in the body of an own one."""

    kind: str
    method: str
    in_path: bool

    def told(self, asker: Scim, own: str, named: str) -> list[tuple[Any, ...]]:
        """Return what it is told that names this id, with each body."""
        place = f"/{named if self.in_path else own}" if self.method != "POST" else ""
        path = f"/api/scim/v2/{self.kind}{place}"
        bodies = scim_bodies(own if self.in_path else named, asker.domain)
        return [answer_to(asker.client, self.method, path, body, named) for body in bodies]


CALLS = [Call(*each) for each in product(SCIM_KINDS, METHODS, (True, False))]


@pytest.mark.parametrize("call", CALLS)
def test_no_call_tells_whether_another_organization_has_an_account(call: Call) -> None:
    victim, asker = Scim(make.organization()), Scim(make.organization())
    foreign = [victim.make("jan")["id"], victim.box()["id"]]
    own = {"Users": asker.make("kees")["id"], "Groups": asker.box("ward")["id"]}[call.kind]
    nobodys = call.told(asker, own, str(uuid4()))

    assert [call.told(asker, own, each) for each in foreign] == [nobodys, nobodys]


def test_every_kind_of_account_is_tried() -> None:
    named = {route for _name, route in routes(get_resolver().url_patterns) if "<uid>" in route}

    assert {re.search(r"\^(\w+)/", route)[1] for route in named} == set(SCIM_KINDS)  # type: ignore[index]
