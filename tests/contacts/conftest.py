"""What the address book tests share."""

import pytest

from tests.contacts.people import People, make_people


@pytest.fixture
def people(db: None) -> People:
    """Two organizations with their people."""
    return make_people()
