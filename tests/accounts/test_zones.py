"""A time zone that does not exist stops nothing."""

import logging

import pytest

from accounts.models import Organization
from accounts.zones import zone_named


def test_an_organization_is_in_its_own_time_zone() -> None:
    assert Organization(time_zone="Asia/Tokyo").zone.key == "Asia/Tokyo"


@pytest.mark.parametrize("name", ["", "No/Where", "/etc/passwd", "../up", "Europe", "x" * 300])
def test_a_time_zone_that_does_not_exist_becomes_that_of_amsterdam(name: str) -> None:
    assert Organization(time_zone=name).zone.key == "Europe/Amsterdam"


def test_a_time_zone_that_does_not_exist_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="accounts.zones"):
        zones = [zone_named("No/Such"), zone_named("No/Such")]

    assert len(zones) == 2
    assert [line.levelname for line in caplog.records] == ["WARNING"]
