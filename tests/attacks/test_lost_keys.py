"""Keys that are lost for some rows: every page says so, and none of them fails."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from delivery import states as delivery_states
from delivery.actions import end_messages
from delivery.models import Message, MessageRecipient
from drafts import actions, states
from drafts.incoming import Choice
from drafts.models import Draft
from drafts.tasks import expire_due, tell_due
from flow.models import FailedRow
from notifications.models import Notification
from tests import make
from tests.attacks.scene import Scene, addresses, browser, make_scene, said
from tests.delivery.messages import link, open_in, receiver, released
from vault.access import wrapped_columns

pytestmark = pytest.mark.django_db

LOST = b"wrapped by a key that nobody has any more"
OF_PEOPLE = {"accounts", "mfa"}  # what lets people sign in is another matter


def lose_keys() -> None:
    """Lose the key of everything that is sealed for others than who signs in."""
    columns = [each for each in wrapped_columns() if each.model._meta.app_label not in OF_PEOPLE]
    for column in columns:
        column.rows.update(**{column.field: LOST})


@pytest.fixture
def scene(settings: Settings) -> Scene:
    settings.DEMO = False
    return make_scene()


def failing(client: Client, scene: Scene) -> list[str]:
    """Return the addresses that answer with a failure of ours."""
    tried = [(address, said(client, address)[0]) for address in addresses(scene)]
    return [address for address, status in tried if status == 500]


@pytest.mark.walls
@pytest.mark.slow
@pytest.mark.parametrize("who", ["owner", "admin"])
def test_no_page_of_an_organization_fails(scene: Scene, who: str) -> None:
    client = browser(getattr(scene, who))
    lose_keys()

    assert failing(client, scene) == []


@pytest.mark.walls
@pytest.mark.slow
def test_no_page_of_a_recipient_fails(scene: Scene) -> None:
    lose_keys()

    assert failing(browser(None), scene) == []


def test_a_list_shows_the_row_and_those_beside_it() -> None:
    sender = make.user()
    released(sender=sender, subject="Results of Monday")
    lose_keys()
    released(sender=sender, subject="Results of Tuesday")

    page = make.signed_in(sender).get("/sent/").content.decode()

    assert ("(cannot be opened)" in page, "Results of Tuesday" in page) == (True, True)


def test_the_list_of_held_mail_shows_the_row_and_those_beside_it() -> None:
    sender = make.user()
    make.draft(sender, subject="Results of Monday")
    lose_keys()
    make.draft(sender, subject="Results of Tuesday")

    page = make.signed_in(sender).get("/").content.decode()

    assert ("(cannot be opened)" in page, "Results of Tuesday" in page) == (True, True)


def test_the_page_of_a_message_says_so_and_shows_its_recipients() -> None:
    message = released()
    lose_keys()

    page = make.signed_in(message.sender).get(f"/messages/{message.pk}/")

    assert page.status_code == 200
    assert "The key of this message is missing" in page.content.decode()
    assert "jan@example.nl" in page.content.decode()


def test_a_recipient_is_told_whom_to_ask() -> None:
    jan = receiver()
    client = Client()
    open_in(client, jan)
    lose_keys()

    pages = [client.get(link(jan, rest)) for rest in ("", "body/")]

    assert [page.status_code for page in pages] == [503, 503]
    assert f"mailto:{jan.message.sender.email}" in pages[0].content.decode()


def test_the_page_of_a_held_mail_says_so_and_when_it_goes() -> None:
    sender = make.user()
    draft = make.draft(sender)
    lose_keys()

    page = make.signed_in(sender).get(f"/drafts/{draft.pk}/").content.decode()

    assert "We cannot open this email" in page
    assert "It is deleted by itself on" in page


def test_a_sender_is_told_of_a_held_mail_that_cannot_be_opened() -> None:
    sender = make.user()
    with_number = make.recipient(header=Choice("sms", "no number"))
    actions.judge_new(actions.hold_mail(make.mail(sender, with_number)).pk)
    lose_keys()
    Draft.objects.update(tell_at=timezone.now())

    tell_due()

    kinds = Notification.objects.values_list("kind", flat=True)
    assert (list(kinds), FailedRow.objects.count()) == (["mail_refused"], 0)


def test_a_held_mail_ends_in_its_time_and_its_sender_is_told() -> None:
    draft = make.draft(make.user())
    lose_keys()
    Draft.objects.update(expires_at=timezone.now())

    expire_due()

    ended = Draft.objects.get(pk=draft.pk)
    assert (ended.state, bytes(ended.data_key)) == (states.EXPIRED, b"")
    assert Notification.objects.filter(kind="expired").count() == 1
    assert FailedRow.objects.count() == 0


def test_a_message_ends_in_its_time() -> None:
    message = released()
    lose_keys()
    Message.objects.update(destroy_at=timezone.now() - timedelta(minutes=1))

    end_messages()

    ended = Message.objects.get(pk=message.pk)
    assert (ended.ended_at is None, bytes(ended.data_key)) == (False, b"")
    assert MessageRecipient.objects.get().state == delivery_states.EXPIRED
