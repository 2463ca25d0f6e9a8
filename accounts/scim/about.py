"""What this server can do: its configuration, types of resources and schemas (RFC 7643, 5-7)."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse

from accounts.actions.provisioning import Refusal
from accounts.provisioning import ENTERPRISE, GROUP, USER, ZIVVER
from accounts.scim import shown
from accounts.scim.door import Visit, visited

CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"

# Attribute, type, more that differs from a single text that may be read and written.
Attribute = tuple[str, str, dict[str, Any]]
SECRET: dict[str, Any] = {"mutability": "writeOnly", "returned": "never"}
MANY: dict[str, Any] = {"multiValued": True}
SCHEMAS: dict[str, tuple[str, str, tuple[Attribute, ...]]] = {
    USER: (
        "User",
        "A person",
        (
            ("userName", "string", {"required": True, "uniqueness": "server"}),
            ("name", "complex", {"subAttributes": [{"name": "formatted", "type": "string"}]}),
            ("nickName", "string", {}),
            ("active", "boolean", {}),
        ),
    ),
    ENTERPRISE: ("EnterpriseUser", "Where a person works", (("division", "string", {}),)),
    ZIVVER: (
        "ZivverUser",
        "What existing clients say of a person beside this",
        (
            ("aliases", "string", MANY),
            ("delegates", "string", MANY),
            ("SsoAccountKey", "string", SECRET),
        ),
    ),
    GROUP: (
        "Group",
        "A shared mailbox",
        (
            ("displayName", "string", {"required": True}),
            ("members", "complex", MANY | {"subAttributes": [{"name": "value", "type": "string"}]}),
        ),
    ),
}


@visited("GET")
def config(visit: Visit) -> HttpResponse:
    """Tell what is supported."""
    return visit.answer(
        {
            "schemas": [CONFIG],
            "documentationUri": f"{settings.BASE_URL}/api/v1/docs",
            "patch": {"supported": True},
            "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
            "filter": {"supported": True, "maxResults": 100_000},
            "changePassword": {"supported": False},
            "sort": {"supported": False},
            "etag": {"supported": False},
            "authenticationSchemes": [
                {
                    "type": "oauthbearertoken",
                    "name": "API key",
                    "description": "Authorization: Bearer and the key, as it is or as base64",
                    "primary": True,
                }
            ],
            "meta": _meta("ServiceProviderConfig", ""),
        }
    )


@visited("GET", "POST", "PUT", "PATCH", "DELETE")
def nothing(visit: Visit) -> HttpResponse:
    """Answer an address that SCIM does not know, also a user address without its `Users`."""
    raise Refusal(404, f"Unknown: {visit.request.path[:200]}")


@visited("GET")
def resource_types(visit: Visit, name: str | None = None) -> HttpResponse:
    """Tell of people and mailboxes."""
    return _some(visit, {each["id"]: each for each in (_user_type(), _group_type())}, name)


@visited("GET")
def schemas(visit: Visit, name: str | None = None) -> HttpResponse:
    """Tell which attributes there are."""
    return _some(visit, {urn: _schema(urn) for urn in SCHEMAS}, name)


def _some(visit: Visit, known: dict[str, dict[str, Any]], name: str | None) -> HttpResponse:
    if not name:
        return visit.answer(shown.listed(visit, list(known.values()), len(known), dict))
    if name not in known:
        raise Refusal(404, f"Unknown: {name[:200]}")
    return visit.answer(known[name])


def _user_type() -> dict[str, Any]:
    extensions = [{"schema": each, "required": False} for each in (ENTERPRISE, ZIVVER)]
    return _type("User", USER) | {"schemaExtensions": extensions}


def _group_type() -> dict[str, Any]:
    return _type("Group", GROUP)


def _type(name: str, schema: str) -> dict[str, Any]:
    return {
        "schemas": [RESOURCE_TYPE],
        "id": name,
        "name": name,
        "endpoint": f"/{name}s",
        "schema": schema,
        "meta": _meta("ResourceType", name),
    }


def _schema(urn: str) -> dict[str, Any]:
    name, description, attributes = SCHEMAS[urn]
    return {
        "schemas": [SCHEMA],
        "id": urn,
        "name": name,
        "description": description,
        "attributes": [_attribute(*each) for each in attributes],
        "meta": _meta("Schema", urn),
    }


def _attribute(name: str, kind: str, more: dict[str, Any]) -> dict[str, Any]:
    usual = {
        "name": name,
        "type": kind,
        "multiValued": False,
        "required": False,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
    }
    return usual | more


def _meta(kind: str, name: str) -> dict[str, str]:
    places = {"ResourceType": "ResourceTypes", "Schema": "Schemas"}
    path = "/".join(filter(None, (places.get(kind, kind), name)))
    return {"resourceType": kind, "location": f"{settings.BASE_URL}/api/scim/v2/{path}"}
