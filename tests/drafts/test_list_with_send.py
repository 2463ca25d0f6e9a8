"""A list that was typed or pasted is not lost when its sender presses Send."""

import pytest
from django.test import Client

from drafts import states
from drafts.models import Draft

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["0636363601\n0636363602", "jan@example.nl 0636363601", "jan 06"])
def test_a_list_that_comes_with_send_is_not_lost(draft: Draft, owner: Client, text: str) -> None:
    page = owner.post(f"/drafts/{draft.pk}/send/", {"list": text}).content.decode()

    assert f">{text}</textarea>" in page
    assert ("not used your list yet" in page) == (text != "jan 06")
    assert [each.reason for each in draft.recipients.all()] == [states.MISSING] * 2


def test_send_is_not_the_first_button_while_pairs_are_to_be_looked_at(
    draft: Draft, owner: Client
) -> None:
    text = "jan 0636363601\nels 0636363602"
    page = owner.post(f"/drafts/{draft.pk}/paste/", {"list": text}).content.decode()

    assert (page.count('class="button--primary'), "data-submit-key" in page) == (1, False)
