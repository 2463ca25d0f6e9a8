"""Keys of rows that stand in a request."""

import pytest

from flow.paging import cursor_of, id_in, key_in


def test_a_key_is_read() -> None:
    assert id_in("12") == 12


@pytest.mark.parametrize("text", ["", "-1", "1.5", "²", "١٢", "1" * 19, "one"])
def test_what_no_row_can_have_as_its_key_is_none(text: str) -> None:
    assert id_in(text) is None


def test_a_cursor_names_a_row_of_its_own_list() -> None:
    assert key_in("drafts", cursor_of("drafts", 12)) == "12"


@pytest.mark.parametrize("cursor", ["", "12", "12:", "12:x", cursor_of("contacts", 12), "é:\0"])
def test_what_was_not_made_for_a_list_is_no_cursor_of_it(cursor: str) -> None:
    assert key_in("drafts", cursor) == ""
