"""What somebody typed survives every refusal, in every form of the product.

The forms are read from the pages, and the pages from the URLconf: a form that is new tomorrow is
tried too. Not expected back are secrets (`accounts.posted.SECRETS`) and files.
"""

from collections.abc import Callable

import pytest
from django.conf import settings as product
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.attacks.scene import Scene, browser, make_scene
from tests.attacks.typed import ORIGIN, Form, forms_of, kind_of, strict, text_of
from tests.delivery.messages import link, open_in, receiver

Shown = tuple[Client, User | None, Form]  # in which browser, and who is signed in there

pytestmark = [pytest.mark.walls, pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def scene(settings: Settings) -> Scene:
    """An organization with something of everything."""
    settings.DEMO = False
    return make_scene()


def every_form(scene: Scene) -> list[Shown]:
    """Return the forms of everybody, each once, with the browser that shows it and whose it is."""
    jan, guest = receiver(), Client()
    open_in(guest, jan)
    answer = Form(link(jan, "reply/"), link(jan), ["subject", "text"], {"reader": "sender"})
    found: dict[tuple[str, ...], Shown] = {kind_of(answer): (guest, None, answer)}
    for person in (scene.owner, scene.admin, None):
        client = browser(person)
        shown = {kind_of(form): (client, person, form) for form in forms_of(client, scene)}
        found = shown | found
    return list(found.values())


def post(client: Client, form: Form) -> str:
    """Send a form; return the page that answers."""
    return text_of(client.post(form.action, form.filled(), headers=ORIGIN))


def away(execute: Callable[..., object], *query: object) -> object:
    """Fail as a database does that is away."""
    raise OperationalError("the connection is lost")


def refused(client: Client, form: Form, settings: Settings) -> dict[str, str]:
    """Send a form in each way in which it is refused; return the pages that answer, by refusal."""
    pages = {"old page": post(strict(client), form)}
    with connection.execute_wrapper(away):
        pages["database away"] = post(patient(client), form)
    settings.READ_ONLY = True
    pages["maintenance"] = post(client, form)
    settings.READ_ONLY = False
    return pages


def after_the_end(client: Client, person: User | None, form: Form) -> dict[str, str]:
    """Send a form of a signed-in person whose session has ended; return what is there then."""
    is_of_guests = form.action.startswith(("/account/", "/language/", "/m/"))
    if person is None or is_of_guests:
        return {}
    return {"session over": out_and_in_again(client, person, form)}


def test_every_form_is_handed_back_whatever_refuses_it(scene: Scene, settings: Settings) -> None:
    forms = every_form(scene)
    lost = [
        f"{why}: {words}"
        for client, person, form in forms
        for pages in (refused(client, form, settings), after_the_end(client, person, form))
        for why, page in pages.items()
        for words in form.lost_in(page)
    ]
    assert lost == []
    assert len(forms) > 20


def patient(client: Client) -> Client:
    """Return a browser with the same cookies that takes an error for the page that it is."""
    other = Client(raise_request_exception=False)
    other.cookies = client.cookies.copy()  # type: ignore[assignment]
    return other


def out_and_in_again(client: Client, person: User, form: Form) -> str:
    """Send a form in a browser whose session has ended, sign in, and return what is there then."""
    client.cookies.pop(product.SESSION_COOKIE_NAME, None)
    answer = client.post(form.action, form.filled(), headers=ORIGIN)
    client.force_login(person)
    return text_of(answer) + text_of(client.get("/unsent/"))


def test_a_form_of_a_session_that_has_ended_is_shown_to_nobody_else(scene: Scene) -> None:
    client = browser(scene.owner)
    client.get("/contacts/new/")
    form = Form("/contacts/new/", "/contacts/new/", ["name", "address"])
    shown = out_and_in_again(client, scene.colleague, form)
    assert form.lost_in(shown) == form.lost_in("")


def test_too_many_tries_hand_back_what_was_typed(client: Client, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/h/ip"}
    form = Form("/account/password/reset/", "/", ["email"])
    form_of = {"email": "jan@example.nl"}
    answers = [client.post(form.action, form_of) for _ in range(2)]
    assert answers[-1].status_code == 429
    assert "jan@example.nl" in text_of(answers[-1])


def test_what_another_site_sends_is_not_shown_as_typed(scene: Scene) -> None:
    client = strict(browser(scene.owner))
    form = Form("/contacts/new/", "/", ["name"])
    answer = client.post(form.action, form.filled(), headers={"origin": "https://evil.example"})
    assert (answer.status_code, form.lost_in(text_of(answer))) == (403, form.lost_in(""))
