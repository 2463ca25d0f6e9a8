"""What somebody typed is kept whole, sealed, and for nobody else."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.unsent import (
    LIFE,
    MAX_BYTES,
    MAX_FORMS,
    UnsentForm,
    forget,
    forget_all,
    forget_old,
    is_kept_for,
    keep,
    kept_for,
    person,
)
from tests.examples import EXAMPLES

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ANN, BOB = person(1), person(12)
TYPED = "Dear Jan, I come on Tuesday."
texts = st.text(max_size=60)
forms = st.builds(
    UnsentForm,
    path=texts,
    page=texts,
    fields=st.lists(st.tuples(texts, texts), max_size=4).map(tuple),
    left_out=st.booleans(),
    can_send=st.booleans(),
)


def form(text: str = TYPED, key: str = "") -> UnsentForm:
    """Return a form with one text."""
    return UnsentForm("/m/x/reply/", "/m/x/", (("text", text),), key=key)


def words(session: dict[str, Any], owner: str = ANN, at: datetime = NOW) -> list[str]:
    """Return the texts that are kept for an owner."""
    return [each.value("text") for each in kept_for(session, owner, at)]


@settings(max_examples=EXAMPLES, deadline=None)
@given(forms)
def test_a_form_comes_back_as_it_was_typed_and_to_its_owner_alone(typed: UnsentForm) -> None:
    session: dict[str, Any] = {}
    assert keep(session, ANN, typed, NOW)
    stored = json.loads(json.dumps(session))  # as sessions are stored
    (back,) = kept_for(stored, ANN, NOW)
    assert (back.path, back.page, back.fields) == (typed.path, typed.page, typed.fields)
    assert (back.left_out, back.can_send) == (typed.left_out, typed.can_send)
    assert kept_for(stored, BOB, NOW) == []


def test_nothing_of_it_is_readable_in_the_session() -> None:
    session: dict[str, Any] = {}
    keep(session, ANN, form(), NOW)
    stored = json.dumps(session)
    assert [word for word in (TYPED, "Tuesday", "/m/x") if word in stored] == []


def test_an_entry_that_is_given_to_somebody_else_does_not_open() -> None:
    session: dict[str, Any] = {}
    keep(session, ANN, form(), NOW)
    session["unsent_forms"][0]["owner"] = BOB
    assert kept_for(session, BOB, NOW) == []


def test_it_is_kept_for_some_hours() -> None:
    session: dict[str, Any] = {}
    keep(session, ANN, form(), NOW)
    late = NOW + LIFE + timedelta(seconds=1)
    assert (words(session, at=NOW + LIFE), words(session, at=late)) == ([TYPED], [])
    assert not is_kept_for(session, ANN, late)


def test_the_newest_forms_are_kept() -> None:
    session: dict[str, Any] = {}
    _ = [keep(session, ANN, form(str(number)), NOW) for number in range(MAX_FORMS + 1)]
    assert words(session) == ["5", "4", "3", "2", "1"]


def test_a_form_that_came_back_takes_its_own_place() -> None:
    session: dict[str, Any] = {}
    keep(session, ANN, form("first"), NOW)
    (back,) = kept_for(session, ANN, NOW)
    keep(session, ANN, form("second", key=back.key), NOW)
    assert words(session) == ["second"]


def test_a_key_that_was_made_up_or_is_somebody_elses_is_not_taken() -> None:
    session: dict[str, Any] = {}
    keep(session, ANN, form("first"), NOW)
    (mine,) = kept_for(session, ANN, NOW)
    _ = [keep(session, BOB, form("second", key=key), NOW) for key in (mine.key, "x" * MAX_BYTES)]
    assert (words(session), words(session, BOB)) == (["first"], ["second", "second"])
    assert "xxx" not in json.dumps(session)


def test_an_answer_of_the_longest_kind_is_kept_and_no_more_than_that() -> None:
    assert keep({}, ANN, form("\N{CJK UNIFIED IDEOGRAPH-4E00}" * 100_000), NOW)
    assert not keep({}, ANN, form("x" * MAX_BYTES), NOW)


def test_a_form_is_forgotten_by_its_owner_alone() -> None:
    session: dict[str, Any] = {}
    keep(session, ANN, form(), NOW)
    key = kept_for(session, ANN, NOW)[0].key
    forget(session, BOB, key)
    kept = words(session)
    forget(session, ANN, key)
    assert (kept, words(session)) == ([TYPED], [])


def test_what_is_too_old_leaves_the_session_too() -> None:
    session: dict[str, Any] = {}
    keep(session, BOB, form("old"), NOW)
    keep(session, ANN, form("new"), NOW + timedelta(minutes=1))
    forget_old(session, NOW + LIFE + timedelta(seconds=1))
    assert [each["owner"] for each in session["unsent_forms"]] == [ANN]


def test_all_forms_of_an_owner_are_forgotten_and_no_others() -> None:
    session: dict[str, Any] = {}
    _ = [keep(session, owner, form(owner), NOW) for owner in (ANN, BOB, ANN)]
    forget_all(session, ANN)
    assert (words(session), words(session, BOB)) == ([], [BOB])
