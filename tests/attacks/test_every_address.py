"""Every address of the product, also one that is new tomorrow, is tried by those it is not for.

Nobody lists the addresses here: they are read from the URLconf, and filled in with every id.
"""

import pytest
from django.test import Client
from pytest_django import Settings

from tests.attacks.scene import (
    NAME,
    SCRIPT,
    SECRET,
    Scene,
    addresses,
    browser,
    make_scene,
    routes,
    rows,
    said,
)

pytestmark = [pytest.mark.walls, pytest.mark.slow, pytest.mark.django_db]

# Rows that an admin of another organization makes or changes there; once signed out, what they post
# is counted.
THEIR_OWN = {"accounts.AuditEntry", "accounts.SignInSession", "accounts.User", "delivery.Tally"}
# Programs sign these with a key of their own: no browser holds it.
SIGNED = ("/api/", "/sms/receipts/")


@pytest.fixture
def scene(settings: Settings) -> Scene:
    """An organization full of secrets, and no demo, whose mailbox shows everything to everybody."""
    settings.DEMO = False
    return make_scene()


def leaks(client: Client, scene: Scene, words: tuple[str, ...], method: str = "get") -> list[str]:
    """Return the addresses that show one of the words to somebody, or fail."""
    found = []
    for address in addresses(scene):
        if method == "post" and address.startswith("/m/"):
            continue  # whoever has a recipient's link may ask for a code, and say "not my number"
        status, text = said(client, address, method)
        if status >= 500 or any(word in text.lower() for word in words):
            found.append(f"{status} {address}")
    return found


def links(found: list[str]) -> list[str]:
    """Leave out what a link to a message shows to whoever has it: who it is from and to."""
    return [line for line in found if " /m/" not in line]


def test_no_address_shows_a_stranger_anything_of_ours(scene: Scene) -> None:
    assert links(leaks(browser(scene.stranger), scene, (NAME, SECRET))) == []


def test_no_address_that_is_posted_to_shows_a_stranger_anything_of_ours(scene: Scene) -> None:
    client, before = browser(scene.stranger), rows()

    assert leaks(client, scene, (NAME, SECRET), "post") == []
    assert {name for name, digest in rows().items() if digest != before[name]} <= THEIR_OWN


def test_no_address_shows_a_message_to_a_colleague(scene: Scene) -> None:
    assert leaks(browser(scene.colleague), scene, (SECRET,)) == []


def test_no_link_alone_shows_a_message(scene: Scene) -> None:
    assert leaks(browser(None), scene, (SECRET,)) == []


def test_looking_at_every_address_changes_nothing(
    scene: Scene,
) -> None:
    clients = [browser(scene.owner), browser(scene.admin), browser(None)]
    before = rows()

    scripts = [leaks(client, scene, (SCRIPT,)) for client in clients]

    assert scripts == [[], [], []]
    changed = {name for name, digest in rows().items() if digest != before[name]}
    assert changed <= {"accounts.AuditEntry"}  # who read what they sent, and took what along


def test_every_post_needs_a_token_of_our_own_form(scene: Scene) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(scene.admin)
    tried = [address for address in addresses(scene) if not address.startswith(SIGNED)]

    assert {client.post(address).status_code for address in tried} == {403}


def test_every_page_forbids_scripts_and_frames_of_others(scene: Scene) -> None:
    client = browser(scene.owner)
    pages = [client.get(address) for address in addresses(scene) if "/api/" not in address]
    rules = {page.headers.get("Content-Security-Policy", "") for page in pages}

    assert all("default-src 'none'" in rule and "unsafe-eval" not in rule for rule in rules), rules
    assert {page.headers.get("X-Content-Type-Options") for page in pages} == {"nosniff"}


def test_the_list_of_routes_is_long() -> None:
    assert len(routes()) > 100
