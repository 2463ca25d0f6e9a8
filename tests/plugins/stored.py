"""`--stored=only` keeps the tests that use a database, `--stored=none` the others.

What touches no database is the same on both, so the suite tries it on one of them alone.
"""

import pytest

FIXTURES = {"db", "transactional_db", "product", "fleet"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say what the option is."""
    parser.addoption("--stored", choices=("only", "none"), help="by whether a database is used")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not asked for."""
    wanted = config.getoption("--stored")
    if wanted:
        others = [item for item in items if _uses_database(item) != (wanted == "only")]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if _uses_database(item) == (wanted == "only")]


def _uses_database(item: pytest.Item) -> bool:
    needs = FIXTURES & set(getattr(item, "fixturenames", ()))
    return bool(needs) or item.get_closest_marker("django_db") is not None
