"""Two clients that exist, against the running product: the package `zivverscim` unchanged, and the
calls of the PowerShell connector for HelloID.
"""

import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import requests
from zivverscim.exceptions import ZivverCRUDError, ZivverTooManyRequests
from zivverscim.scim_connection_crud import ZivverSCIMConnection

from tests.product import ROOT, Product

pytestmark = [pytest.mark.journey, pytest.mark.slow]

_number = count(1)
SCHEMAS = {
    "schemas": [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "urn:ietf:params:scim:schemas:zivver:0.1:User",
    ]
}
ZIVVER = SCHEMAS["schemas"][2]


def new_key(product: Product, name: str) -> str:
    """Return a key as an operator gets it: the last word of the command."""
    command = [sys.executable, "manage.py", "create_api_key", "zorg.example", name]
    return subprocess.check_output(command, cwd=ROOT, env=product.environment, text=True).split()[
        -1
    ]


def connect(product: Product, key: str) -> ZivverSCIMConnection:
    """Return a connection as the README of the package makes it."""
    users = f"{product.base}/api/scim/v2/Users/"
    return ZivverSCIMConnection(key, users, users, users, users)


@pytest.fixture(scope="module")
def package_key(product: Product) -> str:
    """Make the key of the package; its tests together stay below 50 requests."""
    return new_key(product, "zivverscim")


@pytest.fixture
def connection(product: Product, package_key: str) -> ZivverSCIMConnection:
    """Connect with the package."""
    return connect(product, package_key)


def address(name: str = "john.doe") -> str:
    """Return an address that no account has yet."""
    return f"{name}{next(_number)}@zorg.example"


def create(connection: ZivverSCIMConnection, user_name: str, **more: Any) -> Any:
    """Create an account as the package does."""
    return connection.create_user_in_zivver(
        first_name="John", last_name="Doe", nick_name="John", user_name=user_name,
        zivver_account_key=user_name, sso_connection=True, is_active=True, **more,
    )  # fmt: skip


def update(connection: ZivverSCIMConnection, account: Any, user_name: str, **more: Any) -> Any:
    """Update an account as the package does."""
    return connection.update_user_in_zivver(
        account.account_id, first_name="Jane", last_name="Doe", user_name=user_name,
        zivver_account_key=user_name, sso_connection=True, **{"is_active": True, **more},
    )  # fmt: skip


def test_an_account_is_created_read_updated_disabled_and_deleted(
    connection: ZivverSCIMConnection,
) -> None:
    account, second = create(connection, address()), address("jane.doe")

    changed = update(connection, account, second, is_active=False)
    names = [each.user_name for each in connection.get_all_users_from_zivver()]
    connection.delete_user_from_zivver(account.account_id)

    made = (account.name_formatted, account.nick_name, account.is_active)
    assert made == ("John Doe", "John", True)
    assert (changed.user_name, changed.name_formatted) == (second, "Jane Doe")
    assert not changed.is_active
    assert {second, "anna@zorg.example"} <= set(names)
    with pytest.raises(ZivverCRUDError):
        connection.get_user_from_zivver(account.account_id)


def test_the_same_account_twice_is_an_error(connection: ZivverSCIMConnection) -> None:
    name = address()
    create(connection, name)

    with pytest.raises(ZivverCRUDError) as caught:
        create(connection, name)

    assert (caught.value.status_code, caught.value.text) == (400, f"Account already exists: {name}")


def test_delegates_and_aliases_are_replaced_as_a_whole(connection: ZivverSCIMConnection) -> None:
    person, box, alias = address(), address("group-mailbox"), address("alias")
    create(connection, person)
    account = create(connection, box, delegates=[person])

    both = update(connection, account, box, aliases=[alias], delegates=[person])
    one = update(connection, account, box, aliases=[alias], delegates=[])
    none = update(connection, account, box, aliases=[])

    shown = [(each.zivver_scim_user_aliases, each.zivver_scim_user_delegates)
             for each in (account, both, one, none)]  # fmt: skip
    assert shown == [([], [person]), ([alias], [person]), ([alias], []), ([], [])]


def test_an_alias_that_is_another_account_is_not_added(connection: ZivverSCIMConnection) -> None:
    first, second = address(), address()
    create(connection, first)
    account = create(connection, second)

    with pytest.raises(ZivverCRUDError) as caught:
        update(connection, account, second, aliases=[first])

    assert "Alias is already taken" in caught.value.get_sollution()
    kept = connection.get_user_from_zivver(account.account_id)
    assert (kept.zivver_scim_user_aliases, kept.name_formatted) == ([], "John Doe")


def test_a_delegate_that_does_not_exist_is_not_added(connection: ZivverSCIMConnection) -> None:
    name = address("group-mailbox")
    account = create(connection, name)

    with pytest.raises(ZivverCRUDError) as caught:
        update(connection, account, name, delegates=[address("nobody")])

    assert "Account probably does not exist" in caught.value.get_sollution()
    kept = connection.get_user_from_zivver(account.account_id)
    assert kept.zivver_scim_user_delegates == []


def test_an_account_elsewhere_is_outside_the_organization(
    connection: ZivverSCIMConnection,
) -> None:
    with pytest.raises(ZivverCRUDError) as caught:
        create(connection, "john@gemeente.example")

    assert "outside your Zivver organization" in caught.value.get_sollution()


def test_a_wrong_key_is_an_error(product: Product, connection: ZivverSCIMConnection) -> None:
    connection.external_oauth_token_value = "wrong"

    with pytest.raises(ZivverCRUDError) as caught:
        connection.get_all_users_from_zivver()

    assert caught.value.status_code == 401


def test_too_many_requests_are_understood(product: Product) -> None:
    connection = connect(product, new_key(product, "in a hurry"))

    def ask(_: int) -> None:
        connection.get_user_from_zivver(account.account_id)

    account = create(connection, address())

    with pytest.raises(ZivverTooManyRequests):
        list(map(ask, range(300)))  # 50 a minute are allowed, and a minute may end in between


class Connector:
    """The calls of the PowerShell connector: no Accept header, texts for yes and no."""

    def __init__(self, product: Product) -> None:
        self.base = f"{product.base}/api/scim/v2/"
        self.session = requests.Session()
        key = new_key(product, "HelloID")
        self.session.headers = {"Authorization": f"Bearer {key}"}  # type: ignore[assignment]

    def invoke(self, method: str, endpoint: str, body: Any = None, kind: str = "") -> Any:
        """Send a request as Invoke-RestMethod does; redirects are an error."""
        headers = {"Content-Type": kind or "application/json"}
        return self.session.request(
            method, self.base + endpoint, json=body, headers=headers,
            allow_redirects=False, timeout=30,
        )  # fmt: skip

    def create(self, user_name: str) -> dict[str, Any]:
        """Create an account as create.ps1 does."""
        body = SCHEMAS | {
            "active": "False",
            "name": {"formatted": "Dave Graaf"},
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"division": "/"},
            ZIVVER: {"SsoAccountKey": user_name, "aliases": []},
            "userName": user_name,
        }
        made: dict[str, Any] = self.invoke("POST", "Users", body).json()
        return made


@pytest.fixture(scope="module")
def connector(product: Product) -> Iterator[Connector]:
    """Return the connector with a key of its own."""
    made = Connector(product)
    yield made
    made.session.close()


def test_the_connector_correlates_creates_enables_and_disables(connector: Connector) -> None:
    name = address("d.graaf")
    before = connector.invoke("GET", f'Users?filter=userName eq "{name}"').json()["Resources"]
    made = connector.create(name)

    states = [
        connector.invoke("PUT", f"Users/{made['id']}", SCHEMAS | {"active": said}).json()["active"]
        for said in ("True", "False", "true")
    ]

    after = connector.invoke("GET", f'Users?filter=userName eq "{name}"').json()["Resources"]
    assert (before, made["active"], states) == ([], False, [True, False, True])
    assert after == [made | {"active": True}]


def test_the_connector_sends_back_the_whole_account(connector: Connector) -> None:
    made = connector.create(address("d.graaf"))
    whole = connector.invoke("GET", f"Users/{made['id']}").json()
    whole["name"]["formatted"], whole[ZIVVER]["SsoAccountKey"] = "Dave de Graaf", "key"

    changed = connector.invoke("PUT", f"Users/{made['id']}", whole).json()

    whole[ZIVVER].pop("SsoAccountKey")
    assert changed == whole


def test_the_connector_grants_and_revokes_a_mailbox(connector: Connector) -> None:
    made, scim_json = connector.create(address("d.graaf")), "application/scim+json"
    box = connector.invoke(
        "POST", "Groups", {"displayName": "Balie", "userName": address("balie")}
    ).json()

    def patch(operation: dict[str, Any]) -> Any:
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}
        answer = connector.invoke(
            "PATCH", f"Groups/{box['id']}", body | {"Operations": [operation]}, scim_json
        )
        return answer.status_code, connector.invoke("GET", f"Groups/{box['id']}").json()["members"]

    granted = patch({"value": [{"value": made["id"]}], "path": "members", "op": "replace"})
    revoked = patch({"path": "members", "op": "remove"})

    assert granted == (200, [{"value": made["id"], "display": made["userName"]}])
    assert revoked == (200, [])
    groups = connector.invoke("GET", "Groups").json()["Resources"]
    assert box["id"] in [group["id"] for group in groups]


def test_the_connector_takes_400_for_not_found(connector: Connector) -> None:
    nobody = "9c7cf0e0-0000-4000-8000-000000000000"

    answers = [connector.invoke("GET", f"{kind}/{nobody}") for kind in ("Users", "Groups")]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert [answer.headers["Content-Type"] for answer in answers] == ["text/plain", "text/plain"]
