"""An id of somebody else is answered byte for byte like one that nobody has.

Every address is tried, with every number in it and every field that its view looks for, by an admin
of another organization, by a colleague, and by the recipient of another message.
"""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from tests import make
from tests.attacks.foreign import (
    Asker,
    answer_to,
    filled,
    made_by,
    make_all,
    make_own,
    make_shared,
    names_read,
    spread,
)
from tests.attacks.scene import routes
from tests.delivery.messages import person, recipient_of, released

pytestmark = [pytest.mark.walls, pytest.mark.slow, pytest.mark.django_db]

METHODS = ("get", "post")
WHO = ("stranger", "colleague", "guest")
NOW = "2026-11-30T12:00:00+01:00"


@pytest.fixture
def askers(settings: Settings) -> Iterator[dict[str, Asker]]:
    """Three who ask, beside an organization and a person of whom they have nothing."""
    settings.DEMO = False
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.attacks.foreign.NoteFields"]
    with time_machine.travel(NOW, tick=False):
        yield make_askers()


def make_askers() -> dict[str, Asker]:
    """Store all sides; the names of the others come last: a page after one of them is empty."""
    spread(500_000_000)
    place = make.organization()
    victim, colleague, admin = (
        make.user(place, role=role) for role in ("sender", "sender", "admin")
    )
    personal = made_by(lambda: make_own(victim, "winterkoning"))
    shared = made_by(lambda: make_shared(admin, "winterkoning"))
    spread(1_000_000_000)
    stranger = make.user(role="admin")
    theirs = made_by(lambda: make_all(stranger, "specht"))
    spread(1_500_000_000)
    own = made_by(lambda: make_own(colleague, "uil"))
    spread(2_000_000_000)
    other = recipient_of(released(person("kees@example.nl")), "kees@example.nl")
    guest: list[Client] = []
    guests_own = made_by(lambda: guest.append(answer_to(other)))
    return {
        "stranger": Asker(make.signed_in(stranger), theirs, personal | shared),
        "colleague": Asker(make.signed_in(colleague), own, personal),
        "guest": Asker(guest[0], guests_own, personal | shared, token=other.token),
    }


@pytest.mark.parametrize("who", WHO)
def test_no_address_tells_a_foreign_id_from_one_that_nobody_has(
    askers: dict[str, Asker], who: str
) -> None:
    asker = askers[who]
    tried = [
        (method, *each) for route in routes() for each in asker.paths(route) for method in METHODS
    ]
    told = {f"{m} {path}": asker.told(m, path, "", *numbers) for m, path, numbers in tried}

    assert sum(len(numbers) for _method, _path, numbers in tried) > 10
    assert {each: numbers for each, numbers in told.items() if numbers} == {}


@pytest.mark.parametrize("who", WHO)
def test_no_field_tells_a_foreign_id_from_one_that_nobody_has(
    askers: dict[str, Asker], who: str
) -> None:
    asker = askers[who]
    asked = [
        (method, path, name)
        for path in own_paths(asker)
        for method in METHODS
        for name in sorted(names_read(asker.browser, method, path))
    ]
    told = {" ".join(each): asker.told(*each, *asker.numbers) for each in asked}

    assert len(told) > 3
    assert {each: numbers for each, numbers in told.items() if numbers} == {}


def own_paths(asker: Asker) -> list[str]:
    """Return every address, with the asker's own ids in it, but those of django-allauth."""
    found = {filled(each, asker.own, "") for each in routes() if not each.startswith("account/")}
    return sorted(f"/{each}".replace("<str:token>", asker.token) for each in found)
