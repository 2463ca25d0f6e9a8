"""Keys of rows that stand in a request."""

import pytest

from flow.paging import id_in


def test_a_key_is_read() -> None:
    assert id_in("12") == 12


@pytest.mark.parametrize("text", ["", "-1", "1.5", "²", "١٢", "1" * 19, "one"])
def test_what_no_row_can_have_as_its_key_is_none(text: str) -> None:
    assert id_in(text) is None
