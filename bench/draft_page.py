"""The draft page of 200 recipients against that of 2, and that against a bare Django view."""

import statistics
from collections.abc import Callable
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, override_settings
from django.urls import path

from accounts.actions import create_organization
from accounts.models import User
from accounts.policy import PERSONAL
from bench.runner import Goal, compare, say
from bench.tables import timed
from contacts.actions import save_contact
from contacts.entries import ContactEntry
from drafts import actions
from drafts.incoming import IncomingMail, IncomingRecipient
from drafts.models import Draft

Answer = Callable[[HttpRequest], HttpResponse]

SMALL = Goal("draft page, 200 recipients, 30 incomplete", "2 recipients", 2, "s", at_most=True)
BARE = Goal(
    "draft page, 2 recipients",
    "bare Django view: session, user, 3 queries, 30 rows",
    0.6,
)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "bench.draft_page.with_bare_urls",
]
ROWS = Template(
    "<h1>{{ user.email }}: {{ draft.state }}</h1><table>{% for row in rows %}<tr>"
    "<td>{{ row.address }}</td><td>{{ row.name }}</td><td>{{ row.kind }}</td>"
    "<td>{{ row.changed_at|date:'j F' }}</td></tr>{% endfor %}</table>{{ waiting }}"
)
ROUND = 10  # requests


def run() -> None:
    """Ask for the pages in turns."""
    organization = create_organization("Bench of drafts", ["drafts.bench.example"])
    sender = User.objects.create_user("anna@drafts.bench.example", organization=organization)
    small, big = draft_of(sender, 2, 1), draft_of(sender, 200, 30)
    browser, bare = browser_of(sender), _bare_browser(sender, big)
    page = browser.get(f"/drafts/{big.pk}/")
    say(f"200 recipients: {len(page.content) / 1000:.0f} kB")
    compare(SMALL, lambda: _seconds(browser, big), lambda: _seconds(browser, small))
    compare(BARE, lambda: 1 / _seconds(browser, small), lambda: 1 / _seconds(bare, big, "bare"))


def with_bare_urls(get_response: Answer) -> Answer:
    """Lead requests to the bare view, which is no part of the product."""

    def answer(request: HttpRequest) -> HttpResponse:
        request.urlconf = "bench.draft_page"
        return get_response(request)

    return answer


def bare_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Show thirty rows."""
    draft = Draft.objects.get(pk=pk, sender=request.user.pk)
    context = {
        "user": request.user,
        "draft": draft,
        "rows": draft.recipients.all()[:30],
        "waiting": Draft.objects.filter(sender=request.user.pk).count(),
    }
    return HttpResponse(ROWS.render(Context(context)))


urlpatterns = [path("bare/<int:pk>/", bare_view)]


def browser_of(person: User) -> Client:
    """Return the browser of somebody who has signed in."""
    browser = Client(headers={"host": "localhost"})
    browser.force_login(person, BACKEND)
    return browser


def _bare_browser(person: User, draft: Draft) -> Client:
    with override_settings(MIDDLEWARE=MIDDLEWARE):
        browser = browser_of(person)
        page = browser.get(f"/bare/{draft.pk}/")  # now its middleware is loaded
    assert page.content.count(b"<tr>") == 30
    return browser


def _seconds(browser: Client, draft: Draft, page: str = "drafts") -> float:
    taken = [timed(lambda: browser.get(f"/{page}/{draft.pk}/"))[0] for _ in range(ROUND)]
    return statistics.median(taken)


def draft_of(sender: User, count: int, missing: int) -> Draft:
    """Hold a mail to so many people, of whom so many are not known."""
    people = [f"{sha256(bytes([n])).hexdigest()[:12]}@{count}.example" for n in range(count)]
    for number, address in enumerate(people[missing:]):
        entry = ContactEntry(
            book=PERSONAL, address=address, name="", phone=f"+3163636{number:04}",
            code=None, hint="", fixed=False,
        )  # fmt: skip
        save_contact(sender, entry)
    mail = IncomingMail(
        organization_id=sender.organization_id,
        sender_id=sender.pk,
        subject=f"To {count}",
        text="The results.",
        html=None,
        message_id=f"<{count}@bench.example>",
        recipients=tuple(IncomingRecipient(address, "", "to", None) for address in people),
    )
    held = actions.hold_mail(mail)
    actions.judge_new(held.pk)
    return held
