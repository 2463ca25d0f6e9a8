"""HTML is made safe once, when a mail comes in, and kept sealed; pages serve what was kept."""

import pytest
from django.test import Client
from django.urls import reverse

from delivery.actions import end_messages
from delivery.models import Message
from delivery.sanitizer import REFUSED, Shown
from drafts import actions
from drafts.access import shown_of
from drafts.models import Draft
from tests import make
from tests.delivery.messages import expire, link, open_in, recipient_of, released

pytestmark = pytest.mark.django_db
HTML = '<p onclick="x">hello<script>alert(1)</script></p>'
SAFE, KEPT = Shown(("<p>hello</p>",)), Shown(("<p>kept</p>",))


def keep(row: Message | Draft, shown: Shown) -> None:
    """Have a row keep something else than what its HTML would be made into."""
    row.shown = row.seal("shown", shown.to_bytes())
    row.save(update_fields=["shown"])


def forget(row: Message | Draft) -> None:
    """Make a row one of before there was anything kept."""
    row.shown = b""
    row.save(update_fields=["shown"])


def pages_of(message: Message) -> list[str]:
    """Return the HTML as its sender sees it, and as a recipient does, on the page and on paper."""
    guest, person = Client(), recipient_of(message)
    open_in(guest, person)
    sent = make.signed_in(message.sender).get(reverse("message_body", args=[message.pk]))
    answers = [sent, guest.get(link(person, "body/")), guest.get(link(person, "print/"))]
    return [answer.content.decode() for answer in answers]


def test_a_message_keeps_what_pages_show() -> None:
    assert released(html=HTML).open_shown() == SAFE


def test_a_message_without_html_keeps_nothing() -> None:
    assert released().open_shown() is None


def test_what_pages_show_is_sealed() -> None:
    assert b"hello" not in bytes(released(html=HTML).shown)


def test_pages_serve_what_was_kept_and_clean_nothing() -> None:
    message = released(html=HTML)
    keep(message, KEPT)

    pages = pages_of(message)

    assert ["kept" in page for page in pages] == [True, True, True]
    assert ["hello" in page for page in pages] == [False, False, False]


def test_a_draft_serves_what_was_kept() -> None:
    draft = make.draft(make.user(), html=HTML)
    keep(draft, KEPT)

    page = make.signed_in(draft.sender).get(reverse("draft_body", args=[draft.pk]))

    assert b"<p>kept</p>" in page.content


def test_the_message_of_a_draft_keeps_the_same() -> None:
    sender = make.user()
    make.contact(sender, phone=make.NUMBER)
    draft = actions.hold_mail(make.mail(sender, html=HTML))
    keep(draft, KEPT)
    actions.judge_new(draft.pk)

    assert Message.objects.get().open_shown() == KEPT


def test_a_message_of_before_is_made_safe_when_it_is_shown() -> None:
    message = released(html=HTML)
    forget(message)

    pages = pages_of(message)

    assert [("<p>hello</p>" in page, "alert" in page) for page in pages] == [(True, False)] * 3


def test_a_draft_of_before_is_made_safe_when_it_is_shown() -> None:
    draft = make.draft(make.user(), html=HTML)
    forget(draft)

    assert shown_of(draft) == SAFE


def test_html_that_cannot_be_shown_is_told_on_every_page() -> None:
    message = released(html=HTML)
    keep(message, REFUSED)

    assert ["cannot be shown here" in page for page in pages_of(message)] == [True, True, True]


def test_what_pages_show_ends_with_the_message() -> None:
    message = released(html=HTML)
    expire(message)
    Message.objects.update(destroy_at=message.expires_at)
    end_messages()

    assert bytes(Message.objects.get().shown) == b""
