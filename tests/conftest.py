"""What every test may ask for."""

import gc
import sys
from collections.abc import Iterator

import pytest
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db.models.signals import post_migrate  # noqa: TID251 - Django's own receivers end

from flow import engine, exports, reader
from tests.plugins import chromium
from tests.product import Product, running_product
from tests.unguarded import flush_unguarded
from zivweb import remembered


def pytest_collection_finish() -> None:
    """Have no collection of garbage look at the tests and the product itself ever again.

    What a test leaves is looked at a few times, not a few thousand: that was a tenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Let the tests that commit empty the tables again, and quickly."""
    if engine.embedded():  # on PostgreSQL see tests/postgresql/
        flush_unguarded()
    # What Django writes each time the tables were emptied is read by nothing here.
    uid = "django.contrib.auth.management.create_permissions"
    post_migrate.disconnect(create_permissions, dispatch_uid=uid)
    post_migrate.disconnect(create_contenttypes)


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """Let no test see what another one found out a moment ago, or left half-read."""
    remembered.forget_all()
    exports.running.clear()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Start the Chromium that was found, headless unless `--headed` asks otherwise."""
    found = {"executable_path": str(chromium.find()), "args": list(chromium.FLAGS)}
    return browser_type_launch_args | found


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Run the whole product, on an empty database of its own."""
    with running_product(tmp_path_factory.mktemp("product")) as running:
        yield running


@pytest.fixture
def no_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no process that reads strangers' bytes, and none that can be started."""
    monkeypatch.setattr(reader, "pool", reader.Pool())
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
