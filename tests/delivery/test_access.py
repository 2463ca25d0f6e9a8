"""Ways to a message."""

import pytest
from django.http import Http404

from delivery.access import (
    UnknownLinkError,
    message_for,
    page_of_sent,
    recipient_for,
)
from tests import make
from tests.delivery.messages import SUBJECT, person, recipient_of, released

pytestmark = pytest.mark.django_db


def test_a_link_leads_to_its_recipient() -> None:
    jan = recipient_of(released(person(), person("els@example.nl")))
    assert recipient_for(jan.token) == jan


@pytest.mark.parametrize("token", ["", "x", "A" * 22, "\x00" * 22])
def test_another_link_leads_nowhere(token: str) -> None:
    released()
    with pytest.raises(UnknownLinkError):
        recipient_for(token)


def test_the_hash_of_a_link_is_no_link() -> None:
    jan = recipient_of(released())
    with pytest.raises(UnknownLinkError):
        recipient_for(jan.token_hash)


def test_a_sender_reaches_their_own_message() -> None:
    message = released()
    assert message_for(message.sender, message.pk) == message


def test_a_colleague_does_not_reach_it() -> None:
    message = released()
    with pytest.raises(Http404):
        message_for(make.user(message.organization), message.pk)


def test_what_was_sent_is_listed_for_its_sender_only() -> None:
    message = released(person(), person("els@example.nl"))
    released()
    rows = page_of_sent(message.sender, "").rows
    assert [(row.message, row.subject, row.addresses) for row in rows] == [
        (message, SUBJECT, "jan@example.nl, els@example.nl")
    ]


@pytest.mark.parametrize("sent", [1, 3])
def test_the_list_takes_three_queries(sent: int, django_assert_num_queries: object) -> None:
    sender = make.user()
    _ = [released(sender=sender) for _ in range(sent)]
    with django_assert_num_queries(3):  # type: ignore[operator]
        page_of_sent(sender, "")
