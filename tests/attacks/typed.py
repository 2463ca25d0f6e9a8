"""The forms that the pages of the product hold, read from the pages, and filled in by somebody."""

import html
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import resolve

from accounts.posted import SECRETS
from tests.attacks.scene import Scene, addresses, browser

ORIGIN = {"origin": "http://testserver"}
WRITTEN = {"text", "textarea", "tel", "email", "search", "url", "number", "date"}
NEVER = ("/account/logout/", "/account/sessions/")  # ends what the test needs


@dataclass
class Form:
    """A form that is posted: where to, and the names of its fields by kind."""

    action: str
    page: str
    typed: list[str] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)

    def filled(self) -> dict[str, str]:
        """Return the fields as somebody sends them."""
        return self.others | {name: self.words(name) for name in self.typed}

    def words(self, name: str) -> str:
        """Return what somebody types in a field."""
        return f"Zo\N{LATIN SMALL LETTER E WITH DIAERESIS} <b>types</b> & {name}"

    def lost_in(self, page: str) -> list[str]:
        """Return the fields whose words a page does not give back; secrets are not expected."""
        own = {name: name.rpartition("-")[2] for name in self.typed}
        return [
            f"{self.action}: {name}"
            for name in self.typed
            if own[name] not in SECRETS and html.escape(self.words(name)) not in page
        ]


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.found: list[Form] = []
        self.inside: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, or a field of the one that is open."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = values.get("action") or self.page
            self.inside = Form(action, self.page) if values.get("method") == "post" else None
            self.found += [self.inside] if self.inside else []
        elif self.inside is not None and values.get("name"):
            kind = "textarea" if tag == "textarea" else values.get("type", "text")
            if tag in {"input", "textarea"} and kind in WRITTEN and "readonly" not in values:
                self.inside.typed.append(values["name"])
            elif kind == "hidden" and values["name"] != "csrfmiddlewaretoken":
                self.inside.others[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a form."""
        if tag == "form":
            self.inside = None


def text_of(answer: HttpResponseBase) -> str:
    """Return a page."""
    return (
        b"".join(answer).decode(errors="replace")
        if answer.streaming
        else (
            answer.content.decode(errors="replace")  # type: ignore[attr-defined]
        )
    )


def forms_of(client: Client, scene: Scene) -> list[Form]:
    """Return every form with something to type in, on every page that this browser can open."""
    found: dict[tuple[str, ...], Form] = {}
    seen: set[str] = set()
    for address in addresses(scene):
        name = str(resolve(address).url_name)
        answer = client.get(address) if name not in seen else HttpResponse(status=204)
        seen |= {name} if answer.status_code == 200 else set()
        if "text/html" in answer.headers.get("Content-Type", ""):
            reader = _Reader(address)
            reader.feed(text_of(answer))
            known = [form for form in reader.found if form.typed and form.action not in NEVER]
            found |= {(form.action, *form.typed): form for form in known}
    return list(found.values())


def strict(client: Client) -> Client:
    """Return a browser with the same cookies in which forms need their token."""
    other = Client(enforce_csrf_checks=True, headers=ORIGIN, raise_request_exception=False)
    other.cookies = client.cookies.copy()  # type: ignore[assignment]
    return other


def people(scene: Scene) -> list[Client]:
    """Return the browsers of a sender, an admin and somebody who is nobody here."""
    return [browser(scene.owner), browser(scene.admin), browser(None)]
