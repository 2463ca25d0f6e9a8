"""What is never kept of a form that is refused: secrets, by rule, in every form there is."""

import re
from collections.abc import Iterator

import pytest
from django import forms
from django.conf import settings
from django.test import RequestFactory
from django.urls import get_resolver

from accounts.posted import posted_form

SECRET = "kwikstaart-71"
HIDDEN = {"current-password", "new-password", "one-time-code"}
SOUNDS_SECRET = re.compile(r"pass(word|phrase|code)|secret|credential|(^|_)(code|token|pin|otp)")
TICKED = (forms.BooleanField, forms.ChoiceField)
INPUT = re.compile(r"<input[^>]*>")


def fields() -> Iterator[tuple[str, forms.Field]]:
    """Yield every field of every form that the pages can ask for."""
    assert get_resolver().url_patterns  # all forms are known once all views are
    waiting: list[type] = [forms.BaseForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        yield from getattr(form, "base_fields", {}).items()


def secrets_of_forms() -> set[str]:
    """Return the names of fields that hold a secret, by what they are or what they are called."""
    return {
        name
        for name, field in fields()
        if isinstance(field.widget, forms.PasswordInput)
        or field.widget.attrs.get("autocomplete") in HIDDEN
        or (SOUNDS_SECRET.search(name) and not isinstance(field, TICKED))
    }


def secrets_of_pages() -> set[str]:
    """Return the names of secrets that are written in the pages themselves."""
    pages = [page.read_text() for page in (settings.BASE_DIR / "templates").rglob("*.html")]
    inputs = [each for page in pages for each in INPUT.findall(page)]
    marked = [
        each for each in inputs if 'type="password"' in each or any(word in each for word in HIDDEN)
    ]
    return {name for each in marked for name in re.findall(r' name="([\w-]+)"', each)}


def test_no_secret_of_any_form_is_kept() -> None:
    names = secrets_of_forms() | secrets_of_pages()
    posted = {f"{before}{name}": SECRET for name in names for before in ("", "r12-", "a-b-")}
    request = RequestFactory().post("/x/", posted | {"text": "typed"})
    form = posted_form(request)
    assert form is not None
    assert (form.fields, form.left_out, form.can_send) == ((("text", "typed"),), True, False)
    assert {"code", "oldpassword", "password1", "credential", "secret"} <= names


@pytest.mark.parametrize("typed", ["//evil.example/x", "///evil.example", "/a//b"])
def test_the_page_where_it_was_typed_is_one_of_ours(typed: str) -> None:
    headers = {"referer": f"http://testserver{typed}"}
    form = posted_form(RequestFactory().post("/x/", {"text": "typed"}, headers=headers))
    assert form is not None
    assert not form.page.startswith("//")
