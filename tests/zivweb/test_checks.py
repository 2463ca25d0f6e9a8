"""Settings that fit badly together are told."""

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from zivweb.checks import NO_PROXIES


@pytest.mark.parametrize(
    ("https", "proxies", "warned"),
    [(True, [], True), (True, ["10.0.0.0/8"], False), (False, [], False)],
)
def test_https_without_proxies_is_warned_of(
    settings: Settings, https: bool, proxies: list[str], warned: bool
) -> None:
    settings.HTTPS, settings.TRUSTED_PROXIES = https, proxies

    assert (NO_PROXIES in [found.id for found in run_checks(tags=["security"])]) == warned
