"""State changes compare and swap."""

import pytest

from drafts import states
from drafts.models import Draft
from flow.moves import MoveForbidden, MoveLost, move
from tests import make

pytestmark = pytest.mark.django_db


def test_a_move_writes_state_and_fields_together() -> None:
    draft = make.draft(make.user())

    move(draft, states.READY, states.MOVES, problem="")

    assert Draft.objects.get().state == states.READY


def test_a_move_that_the_table_does_not_have_is_forbidden() -> None:
    draft = make.draft(make.user())

    with pytest.raises(MoveForbidden):
        move(draft, states.SENT, states.MOVES)


def test_the_second_of_two_moves_loses() -> None:
    draft = make.draft(make.user())
    stale = Draft.objects.get()
    move(draft, states.READY, states.MOVES)

    with pytest.raises(MoveLost):
        move(stale, states.DISCARDED, states.MOVES)
