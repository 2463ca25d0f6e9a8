"""The demo mailbox."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from notifications.actions import send_due
from notifications.models import Notification
from tests.notifications.letters import CODE, LINK, NUMBER, Outbox

PAGES = ["/demo/mailbox/", "/demo/mailbox.json", "/demo/mailbox/1/", "/demo/mailbox/1/html/"]


@pytest.mark.parametrize("page", PAGES)
def test_there_is_no_mailbox_outside_the_demo(
    outbox: Outbox, client: Client, settings: Settings, page: str
) -> None:
    settings.DEMO = False
    outbox.mail()

    assert client.get(page).status_code == 404


def test_the_mailbox_lists_mails_and_sms_newest_first(outbox: Outbox, client: Client) -> None:
    outbox.mail()
    outbox.sms()
    send_due()

    page = client.get(reverse("demo_mailbox")).content.decode()

    assert page.index(NUMBER) < page.index("anna@zorg.example")
    assert "Finish sending: Test results" in page


def test_the_list_renews_itself(outbox: Outbox, client: Client) -> None:
    outbox.mail()

    part = client.get(reverse("demo_mailbox"), headers={"hx-request": "true"}).content.decode()

    assert "anna@zorg.example" in part
    assert "<html" not in part


def test_an_open_mailbox_is_told_how_many_came_since(outbox: Outbox, client: Client) -> None:
    old, new = outbox.mail().pk, outbox.mail("draft:1:2").pk

    pages = [client.get(reverse("demo_mailbox"), {"after": after}) for after in (old, new)]
    shown = ["Show 1 new message" in page.content.decode() for page in pages]

    assert shown == [True, False]


def test_an_empty_mailbox_says_so(db: None, client: Client) -> None:
    assert "Nothing has been sent yet" in client.get(reverse("demo_mailbox")).content.decode()


def test_a_mail_offers_its_links_by_their_words(outbox: Outbox, client: Client) -> None:
    row = outbox.mail()

    page = client.get(reverse("demo_mail", args=[row.pk])).content.decode()

    assert f'<a href="{LINK}">Finish sending your email</a>' in page
    assert f'<a href="{LINK}" rel="nofollow">{LINK}</a>' in page


def test_the_frame_of_a_mail_runs_nothing(outbox: Outbox, client: Client) -> None:
    row = outbox.mail()

    response = client.get(reverse("demo_mail_html", args=[row.pk]))

    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_links_in_the_frame_open_outside_it(outbox: Outbox, client: Client) -> None:
    row = outbox.mail()

    page = client.get(reverse("demo_mail_html", args=[row.pk])).content.decode()

    assert '<head><base target="_top">' in page


def test_an_sms_is_shown_as_text(outbox: Outbox, client: Client) -> None:
    row = outbox.sms()

    page = client.get(reverse("demo_mail", args=[row.pk])).content.decode()

    assert f"@localhost #{CODE}" in page
    assert "<iframe" not in page


def test_scripts_get_everything_as_json(outbox: Outbox, client: Client) -> None:
    row = outbox.mail()
    send_due()

    mail = client.get(reverse("demo_mailbox_json")).json()[0]

    assert (mail["id"], mail["channel"], mail["kind"]) == (row.pk, "mail", "finish_sending")
    assert (mail["to"], mail["from"]) == ("anna@zorg.example", "Zorg <no-reply@zivweb.example>")
    assert (mail["subject"], mail["state"]) == ("Finish sending: Test results", "sent")
    assert mail["headers"]["Auto-Submitted"] == "auto-generated"
    assert LINK in mail["text"]
    assert LINK in mail["html"]
    assert mail["sent_at"].endswith("Z")


def test_scripts_get_sms_as_json(outbox: Outbox, client: Client) -> None:
    outbox.sms()

    sms = client.get(reverse("demo_mailbox_json")).json()[0]

    assert (sms["channel"], sms["to"], sms["state"]) == ("sms", NUMBER, "queued")
    assert (sms["subject"], sms["html"], sms["headers"]) == ("", "", {})


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_one_query(
    outbox: Outbox,
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    rows = [outbox.mail(f"draft:{number}:1") for number in range(count)]

    with django_assert_num_queries(1):
        found = client.get(reverse("demo_mailbox_json")).json()

    assert len(found) == len(rows)


@pytest.mark.parametrize("page", PAGES[:2])
def test_looking_changes_nothing(outbox: Outbox, client: Client, page: str) -> None:
    outbox.mail()
    before = list(Notification.objects.values())

    client.get(page)

    assert list(Notification.objects.values()) == before
