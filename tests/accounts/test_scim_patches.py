"""What a PATCH costs grows with what is in it, and no more than so much may be."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.provisioning import (
    ADD,
    MOST,
    MOST_OPERATIONS,
    REMOVE,
    REPLACE,
    ZIVVER,
    MemberChange,
    Unreadable,
    Wanted,
    member_changes,
    members_after,
    patched,
)

NAMES = st.sampled_from("abcdef")
CHANGES = st.builds(MemberChange, st.sampled_from([ADD, REMOVE, REPLACE]), st.tuples(NAMES, NAMES))
OF_A_PERSON = partial(patched, now=Wanted())


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CHANGES), st.lists(CHANGES), st.lists(NAMES, unique=True))
def test_changes_of_members_in_one_request_are_as_those_in_two(
    first: list[MemberChange], second: list[MemberChange], members: list[str]
) -> None:
    in_two = members_after(second, members_after(first, members))

    assert members_after([*first, *second], members) == in_two


@pytest.mark.parametrize(("read", "path"), [(member_changes, "members"), (OF_A_PERSON, "nickName")])
def test_a_request_with_too_many_operations_is_told_how_many_it_may_have(
    read: Callable[[dict[str, Any]], object], path: str
) -> None:
    operations = [{"op": "add", "path": path, "value": "x"}] * (MOST_OPERATIONS + 1)

    with pytest.raises(Unreadable, match=f"{MOST_OPERATIONS + 1}, at most {MOST_OPERATIONS}"):
        read({"Operations": operations})


@pytest.mark.parametrize("attribute", ["aliases", "delegates"])
def test_a_list_that_grows_by_operations_has_the_same_limit(attribute: str) -> None:
    parts = [[f"a{number}.{part}@zorg.example" for part in range(100)] for number in range(6)]
    path = f"{ZIVVER}:{attribute}"

    with pytest.raises(Unreadable, match=f"Too many {attribute}: {MOST + 100}, at most {MOST}"):
        OF_A_PERSON({"Operations": [{"op": "add", "path": path, "value": each} for each in parts]})
