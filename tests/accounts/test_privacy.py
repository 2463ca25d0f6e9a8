"""Pages of a person stay in no cache, and only our own proxies are believed."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.views.decorators.cache import never_cache
from pytest_django import Settings

from accounts.models import User
from accounts.privacy import NoStoreMiddleware, TrustedProxyMiddleware
from tests import make


def secure(request: HttpRequest) -> HttpResponse:
    """Answer whether the request counts as https."""
    return HttpResponse(str(request.is_secure()))


def plain(_request: HttpRequest) -> HttpResponse:
    """Answer without a word about caches."""
    return HttpResponse()


@pytest.fixture
def request_of_person() -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = User()
    return request


@pytest.mark.django_db
def test_a_page_of_a_signed_in_person_is_not_stored(client: Client) -> None:
    client.force_login(make.user())

    assert client.get("/")["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_an_error_page_of_a_signed_in_person_is_not_stored(client: Client) -> None:
    client.force_login(make.user())

    answer = client.get("/no-such-page/")

    assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store")


@pytest.mark.django_db
def test_a_page_of_nobody_may_be_stored(client: Client) -> None:
    assert not client.get("/healthz").has_header("Cache-Control")


def test_an_answer_of_a_person_is_not_stored(request_of_person: HttpRequest) -> None:
    assert NoStoreMiddleware(plain)(request_of_person)["Cache-Control"] == "no-store"


def test_what_the_view_says_about_caches_stays(request_of_person: HttpRequest) -> None:
    answer = NoStoreMiddleware(never_cache(plain))(request_of_person)

    assert "max-age=0" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("peer", "counts"),
    [
        ("10.1.2.3", "True"),
        ("fd00::7", "True"),
        ("192.0.2.7", "False"),
        ("::1", "False"),
        ("", "False"),
    ],
)
def test_only_a_trusted_proxy_says_that_it_is_https(
    settings: Settings, peer: str, counts: str
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "fd00::7"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https")

    assert TrustedProxyMiddleware(secure)(request).content.decode() == counts
