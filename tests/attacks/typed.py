"""The forms that the pages of the product hold, read from the pages, and filled in by somebody."""

import html
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponseBase
from django.test import Client
from django.urls import resolve

from accounts.posted import SECRETS
from tests.attacks.scene import Scene, addresses

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
        return [
            f"{self.action}: {name}"
            for name in self.typed
            if _own(name) not in SECRETS and html.escape(self.words(name)) not in page
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
    content = b"".join(answer) if answer.streaming else getattr(answer, "content", b"")
    return content.decode(errors="replace")


def kind_of(form: Form) -> tuple[str, ...]:
    """Return what is the same for a form on every page that has it: its view, and its fields."""
    return (str(resolve(form.action.partition("?")[0]).url_name), *map(_own, form.typed))


def _own(name: str) -> str:
    return name.rpartition("-")[2]


def forms_of(client: Client, scene: Scene) -> list[Form]:
    """Return every form with something to type in, on every page that this browser can open."""
    found: dict[tuple[str, ...], Form] = {}
    seen: set[str] = set()
    for address in addresses(scene):
        name = str(resolve(address).url_name)
        if name in seen:
            continue
        answer = client.get(address)
        seen |= {name} if is_the_same_for_all(answer) else set()
        if "text/html" in answer.headers.get("Content-Type", ""):
            reader = _Reader(address)
            reader.feed(text_of(answer))
            known = [form for form in reader.found if form.typed and form.action not in NEVER]
            found = {kind_of(form): form for form in known} | found
    return list(found.values())


def is_the_same_for_all(answer: HttpResponseBase) -> bool:
    """Tell whether other rows at the same address answer in the same way."""
    to_login = answer.headers.get("Location", "").startswith("/account/login/")
    return answer.status_code in {200, 405} or to_login


def strict(client: Client) -> Client:
    """Return a browser with the same cookies in which forms need their token."""
    other = Client(enforce_csrf_checks=True, headers=ORIGIN, raise_request_exception=False)
    other.cookies = client.cookies.copy()  # type: ignore[assignment]
    return other
