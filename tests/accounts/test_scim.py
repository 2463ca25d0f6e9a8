"""SCIM as existing clients speak it, and as RFC 7644 says where a client asks for it."""

import base64
import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.actions import create_api_key, provisioning
from accounts.models import ApiKey, AuditEntry, Organization, User
from accounts.provisioning import PATCH, USER, ZIVVER, patched
from tests import make

pytestmark = pytest.mark.django_db

BASE = "/api/scim/v2/"
BY_THE_BOOK = {"HTTP_ACCEPT": "application/scim+json"}
NO_ID = "9c7cf0e0-0000-4000-8000-000000000000"


class Scim:
    """Another system with a key, which sends and reads JSON."""

    def __init__(self, place: Organization, **headers: str) -> None:
        self.place = place
        self.domain = place.domains.get().name
        self.key = create_api_key(place, "hr")
        self.client = Client(HTTP_AUTHORIZATION=f"Bearer {self.key}", **headers)  # type: ignore[arg-type]

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Send a request; the answer is Django's."""
        text = "" if body is None else json.dumps(body)
        return self.client.generic(method, BASE + path, text, content_type="application/json")

    def make(self, name: str, /, **more: object) -> dict[str, Any]:
        """Make a person and return the resource."""
        answer = self.call("POST", "Users", self.person(name, **more))
        assert answer.status_code == 201, answer.content
        made: dict[str, Any] = answer.json()
        return made

    def person(self, name: str, /, **more: object) -> dict[str, Any]:
        """Return the body that makes a person."""
        return {"userName": f"{name}@{self.domain}", "active": True, **more}

    def box(self, name: str = "balie") -> dict[str, Any]:
        """Make a shared mailbox and return the resource."""
        body = {"displayName": name.title(), "externalId": f"{name}@{self.domain}"}
        answer = self.call("POST", "Groups", body)
        assert answer.status_code == 201, answer.content
        made: dict[str, Any] = answer.json()
        return made


@pytest.fixture
def scim() -> Scim:
    """A client of the old kind."""
    return Scim(make.organization())


@pytest.fixture
def book() -> Scim:
    """A client that goes by the book."""
    return Scim(make.organization(), **BY_THE_BOOK)


def test_a_person_is_shown_as_existing_clients_know_them(scim: Scim) -> None:
    ours = {"SsoAccountKey": "secret", "aliases": [f"j@{scim.domain}"], "delegates": []}
    made = scim.make("jan", name={"formatted": "Jan Jansen"}, nickName="Jan", **{ZIVVER: ours})

    assert made == scim.call("GET", f"Users/{made['id']}").json()
    assert "secret" not in json.dumps(made)
    assert made["meta"]["location"] == f"/scim/v2/Users/{made['id']}"
    assert made[ZIVVER] == {"aliases": [f"j@{scim.domain}"], "delegates": []}
    assert (made["name"], made["active"], made["nickName"]) == (
        {"formatted": "Jan Jansen"},
        True,
        "Jan",
    )


@pytest.mark.parametrize("path", ["Users", "Users/", "Groups", "Groups/", "Schemas/"])
def test_a_slash_at_the_end_makes_no_difference(scim: Scim, path: str) -> None:
    answer = scim.call("GET", path)

    assert answer.status_code == 200
    assert {"Resources", "totalResults", "startIndex", "itemsPerPage"} <= answer.json().keys()


def test_the_key_may_come_as_it_is_or_as_base64(scim: Scim) -> None:
    coded = base64.b64encode(scim.key.encode()).decode()
    headers = [f"Bearer {scim.key}", f"Bearer {coded}", scim.key, "Bearer nonsense", ""]

    answers = [Client(HTTP_AUTHORIZATION=each).get(f"{BASE}Users") for each in headers]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 401, 401]
    assert answers[-1]["Content-Type"] == "text/plain"


def test_a_key_for_contacts_opens_nothing_here(scim: Scim) -> None:
    ApiKey.objects.update(for_people=False)

    assert scim.call("GET", "Users").status_code == 403


def test_another_organizations_people_do_not_exist(scim: Scim) -> None:
    stranger = make.user()

    answers = [scim.call(way, f"Users/{stranger.uid}", {}) for way in ("GET", "PUT", "DELETE")]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert scim.call("GET", "Users").json()["Resources"] == []


def test_the_filter_finds_one_person(scim: Scim) -> None:
    scim.make("jan")
    scim.make("els")

    found = scim.call("GET", f'Users?filter=userName eq "Jan@{scim.domain}"').json()

    assert [each["userName"] for each in found["Resources"]] == [f"jan@{scim.domain}"]


@pytest.mark.parametrize(("said", "active"), [
    ("True", True), ("False", False), ("false", False), (True, True), (False, False),
])  # fmt: skip
def test_a_text_may_stand_for_yes_or_no(scim: Scim, said: object, *, active: bool) -> None:
    assert scim.make("jan", active=said)["active"] is active


def test_a_partial_put_leaves_the_rest(scim: Scim) -> None:
    ours = {"aliases": [f"j@{scim.domain}"]}
    made = scim.make("jan", name={"formatted": "Jan"}, **{ZIVVER: ours})

    changed = scim.call("PUT", f"Users/{made['id']}", {"schemas": [USER], "active": "False"})

    assert changed.json() == made | {"active": False}


def test_a_list_of_aliases_under_its_own_name_is_read(scim: Scim) -> None:
    made = scim.make("jan")
    body = {f"{ZIVVER}:aliases": {"aliases": [f"j@{scim.domain}"]}}

    changed = scim.call("PUT", f"Users/{made['id']}", body).json()

    assert changed[ZIVVER]["aliases"] == [f"j@{scim.domain}"]


def refusals(scim: Scim) -> list[tuple[Any, str]]:
    """Return answers to what is wrong, each with the text that is expected."""
    jan = scim.make("jan")
    scim.make("els")
    box = f"Users/{jan['id']}"
    ours = [{"aliases": [f"els@{scim.domain}"]}, {"delegates": [f"nobody@{scim.domain}"]}]
    return [
        (scim.call("POST", "Users", scim.person("jan")), "Account already exists: "),
        (scim.call("PUT", box, {ZIVVER: ours[0]}), "Error creating alias: Alias is already taken"),
        (scim.call("PUT", box, {ZIVVER: ours[1]}), "Unknown account with uuid: nobody@"),
        (scim.call("GET", "Users/%00"), "Unknown account with uuid: "),
        (scim.call("GET", f"Users/{NO_ID}"), f"Unknown account with uuid: {NO_ID}"),
        (scim.call("PUT", box, {"division": "Zorg"}), "Invalid division: Zorg"),
        (scim.call("PUT", box, {"division": ["Zorg"]}), "Invalid division: ['Zorg']"),
        (scim.call("PUT", box, {"nickName": "N\0"}), "Invalid body: no text may hold NUL"),
        (scim.call("POST", "Groups", {"members": ["x"] * 501}), "Too many members: 501"),
        (scim.call("PUT", box, {"active": "maybe"}), "Invalid active: maybe"),
        (scim.call("POST", "Users", {"active": True}), "Missing userName"),
        (scim.call("GET", "Users?filter=name co x"), "Invalid filter: name co x"),
        (scim.call("PUT", box, ["no object"]), "Invalid body: no object"),
        (scim.call("GET", f"Groups/{NO_ID}"), f"Unknown group with uuid: {NO_ID}"),
    ]


def test_whatever_is_wrong_is_400_in_plain_text(scim: Scim) -> None:
    answers = refusals(scim)

    assert {answer.status_code for answer, _ in answers} == {400}
    assert {answer["Content-Type"] for answer, _ in answers} == {"text/plain"}
    assert [text for answer, text in answers if not answer.content.decode().startswith(text)] == []


def test_by_the_book_errors_have_their_own_status_and_form(book: Scim) -> None:
    answers = [answer for answer, _ in refusals(book)]

    assert [answer.status_code for answer in answers] == [
        409, 409, 400, 404, 404, 400, 400, 400, 400, 400, 400, 400, 400, 404
    ]  # fmt: skip
    assert {answer["Content-Type"] for answer in answers} == {"application/scim+json"}
    assert answers[0].json()["scimType"] == "uniqueness"
    assert answers[3].json()["status"] == "404"


def test_an_address_elsewhere_is_outside_the_organization(scim: Scim) -> None:
    answer = scim.call("POST", "Users", {"userName": "jan@gmail.example"})

    assert (answer.status_code, answer.content) == (400, b"Account is outside the organization")


def test_who_was_removed_is_gone_and_the_address_is_free(scim: Scim) -> None:
    made = scim.make("jan", **{ZIVVER: {"aliases": [f"j@{scim.domain}"]}})

    gone = scim.call("DELETE", f"Users/{made['id']}")
    again = scim.make("jan", **{ZIVVER: {"aliases": [f"j@{scim.domain}"]}})

    assert (gone.status_code, gone.content) == (204, b"")
    assert scim.call("GET", f"Users/{made['id']}").status_code == 400
    assert again["id"] != made["id"]


def test_a_removed_person_is_signed_out(scim: Scim) -> None:
    made = scim.make("jan")
    browser = make.signed_in(User.objects.get(uid=made["id"]))

    scim.call("DELETE", f"Users/{made['id']}")

    assert browser.get("/").status_code == 302


def test_the_last_admin_stays(scim: Scim) -> None:
    admin = make.user(scim.place, role=User.Role.ADMIN)

    gone = scim.call("DELETE", f"Users/{admin.uid}")
    off = scim.call("PUT", f"Users/{admin.uid}", {"active": "False"})

    assert (gone.status_code, off.status_code) == (400, 400)
    assert scim.call("GET", f"Users/{admin.uid}").json()["active"] is True


def test_a_shared_mailbox_is_a_group_of_its_people(scim: Scim) -> None:
    box, jan, els = scim.box(), scim.make("jan"), scim.make("els")
    replace = {"op": "replace", "path": "members", "value": [{"value": jan["id"]}]}
    add = {"op": "add", "path": "members", "value": [{"value": els["id"]}]}

    members = scim.call("PATCH", f"Groups/{box['id']}", {"Operations": [replace, add]}).json()

    assert [each["value"] for each in members["members"]] == [jan["id"], els["id"]]
    assert scim.call("GET", "Groups").json()["Resources"] == [members]
    assert scim.call("GET", "Users").json()["totalResults"] == 2


@pytest.mark.parametrize(("operation", "left"), [
    ({"op": "remove", "path": "members"}, []),
    ({"op": "Remove", "path": "members", "value": [{"value": "JAN"}]}, ["els"]),
    ({"op": "remove", "path": 'members[value eq "JAN"]'}, ["els"]),
    ({"op": "replace", "value": {"members": [{"value": "JAN"}]}}, ["jan"]),
])  # fmt: skip
def test_members_go_as_they_came(scim: Scim, operation: object, left: list[str]) -> None:
    box, jan, els = scim.box(), scim.make("jan"), scim.make("els")
    both = [{"value": jan["id"]}, {"value": els["id"]}]
    scim.call("PUT", f"Groups/{box['id']}", {"members": both})
    said = json.loads(json.dumps(operation).replace("JAN", jan["id"]))

    changed = scim.call("PATCH", f"Groups/{box['id']}", {"schemas": [PATCH], "Operations": [said]})

    shown = [each["display"].partition("@")[0] for each in changed.json()["members"]]
    assert shown == left


def test_by_the_book_a_person_can_be_patched(book: Scim) -> None:
    made = book.make("jan", **{ZIVVER: {"aliases": [f"j@{book.domain}"]}})
    operations = [
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "replace", "value": {"name": {"formatted": "Jan J."}}},
        {"op": "add", "path": f"{ZIVVER}:aliases", "value": [f"jj@{book.domain}"]},
    ]

    changed = book.call("PATCH", f"Users/{made['id']}", {"Operations": operations}).json()

    assert (changed["active"], changed["name"]["formatted"]) == (False, "Jan J.")
    assert changed[ZIVVER]["aliases"] == [f"j@{book.domain}", f"jj@{book.domain}"]
    assert changed["meta"]["location"].startswith("http://localhost:8000/api/scim/v2/Users/")


def test_a_patch_begins_with_the_account_as_it_is_by_then(scim: Scim) -> None:
    person = User.objects.get(uid=scim.make("jan")["id"])
    User.objects.filter(pk=person.pk).update(is_active=False)

    provisioning.change(
        ApiKey.objects.get(),
        person,
        lambda now: patched(
            {"Operations": [{"op": "replace", "path": "nickName", "value": "J"}]},
            provisioning.present(now),
        ),
    )

    person.refresh_from_db()
    assert (person.nick_name, person.is_active) == ("J", False)


def test_lists_come_in_parts(book: Scim) -> None:
    book.make("a")
    book.make("b")
    book.make("c")

    part = book.call("GET", "Users?startIndex=2&count=1").json()
    beyond = book.call("GET", f"Users?startIndex={10**30}&count={10**30}").json()

    assert (beyond["totalResults"], beyond["Resources"]) == (3, [])
    assert [each["userName"] for each in part["Resources"]] == [f"b@{book.domain}"]
    assert (part["totalResults"], part["startIndex"], part["itemsPerPage"]) == (3, 2, 1)


@pytest.mark.parametrize(
    "path", ["ServiceProviderConfig", "ResourceTypes", "Schemas", f"Schemas/{USER}"]
)
def test_what_the_server_can_do_is_told(book: Scim, path: str) -> None:
    answer = book.call("GET", path)

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/scim+json")


def test_the_51st_request_in_ten_seconds_is_one_too_many(scim: Scim) -> None:
    answers = [scim.call("GET", "ResourceTypes") for _ in range(51)]

    assert {answer.status_code for answer in answers[:50]} == {200}
    assert (answers[50].status_code, answers[50]["Content-Type"]) == (429, "application/json")
    assert answers[50].json()["code"] == 429


def test_a_list_takes_as_many_queries_for_three_as_for_one(
    scim: Scim, django_assert_num_queries: Any
) -> None:
    ours = [{ZIVVER: {"aliases": [f"{name}@{scim.domain}"]}} for name in ("x", "y", "z")]
    scim.make("a", **ours[0])
    with django_assert_num_queries(9):
        scim.call("GET", "Users")
    scim.make("b", **ours[1])
    scim.make("c", **ours[2])

    with django_assert_num_queries(9):
        scim.call("GET", "Users")


def test_every_change_is_recorded_by_the_names_of_what_changed(scim: Scim) -> None:
    made = scim.make("jan")
    scim.call("PUT", f"Users/{made['id']}", {"active": "False", "name": {"formatted": "Jan"}})

    entry = AuditEntry.objects.get(verb="change_account")

    assert entry.data["changed"] == ["name", "active"]
    assert (entry.data["system"], "Jan" in str(entry.data)) == ("hr", False)


def test_an_account_made_by_another_system_signs_in_by_code(scim: Scim) -> None:
    made = scim.make("jan")
    cache.clear()

    asked = Client().post("/account/login/code/", {"email": made["userName"]})

    assert asked.headers["Location"].startswith("/account/login/code/confirm/")
    assert not User.objects.get(uid=made["id"]).has_usable_password()
