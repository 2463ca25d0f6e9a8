"""Who changes what matters has proved a moment ago who they are."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from accounts.access import recently_signed_in
from accounts.models import User
from tests import make
from zivweb.urls import urlpatterns as pages

pytestmark = pytest.mark.django_db


@recently_signed_in
def change(request: HttpRequest) -> HttpResponse:
    """Stand for a page that changes something important."""
    return HttpResponse(f"{request.method} {request.POST.get('switch', '')}")


urlpatterns = [*pages, path("change/", change)]


@pytest.fixture(autouse=True)
def _with_a_page_that_matters(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__


def old(person: User) -> Client:
    """Return the browser of somebody who signed in an hour ago."""
    return make.signed_in(person, minutes_ago=60)


def test_a_fresh_proof_is_enough() -> None:
    answer = make.signed_in(make.user()).post("/change/", {"switch": "on"})

    assert answer.content == b"POST on"


def test_an_old_proof_is_asked_for_again_and_the_change_then_goes_on() -> None:
    browser = old(make.user())
    asked = browser.post("/change/", {"switch": "on"})

    done = browser.post(asked.headers["Location"], {"password": make.PASSWORD})

    assert asked.headers["Location"] == "/account/reauthenticate/?next=%2Fchange%2F"
    assert done.content == b"POST on"


def test_a_wrong_password_changes_nothing() -> None:
    browser = old(make.user())
    asked = browser.post("/change/", {"switch": "on"})

    answer = browser.post(asked.headers["Location"], {"password": "a guess"})

    assert (answer.status_code, b"POST on" in answer.content) == (200, False)


def test_a_person_without_a_password_signs_in_anew() -> None:
    person = make.user()
    person.set_unusable_password()
    person.save()

    asked = old(person).get("/change/")

    assert asked.headers["Location"] == "/account/login/?next=/change/"


def test_nobody_signs_in_first() -> None:
    assert Client().get("/change/").headers["Location"] == "/account/login/?next=/change/"
