"""Reads what somebody typed from a POST that is refused, so that the answer can hand it back."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext as _

from accounts.unsent import UnsentForm

KEY = "unsent_form"  # the field that names a kept form when it is sent once more
# Never handed back: what a form hides while it is typed, what browsers fill in as a secret, and
# the codes and keys of fields that show them.
SECRETS = frozenset({"code", "credential", "password", "secret"})
_FILLED_IN = {"current-password", "new-password", "one-time-code"}  # HTML, autofill field names
# Fields that nobody types in, and that no form of Django's knows.
_MARKS = frozenset({"action", "book", "days", "helpful", "language", "next", "offer", "pk",
                    "problem", "recipient", "remember", "seen", "stay", "stop"})  # fmt: skip
_UNREADABLE = (
    MultiPartParserError, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent,
    UnreadablePostError,
)  # fmt: skip
_ROWS, _WIDTH = 12, 60


class UnreadFiles(FileUploadHandler):
    """Stops at the first file: the fields before it are all that is wanted."""

    met = False

    def new_file(self, *arguments: object, **named: object) -> None:
        """Read no further."""
        self.met = True
        raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take nothing."""

    def file_complete(self, file_size: int) -> None:
        """Give nothing."""


@dataclass(frozen=True, slots=True)
class TypedField:
    """A field as it is shown again; `rows` is how many lines it needs, at most a few."""

    label: str
    value: str
    rows: int


@dataclass(frozen=True, slots=True)
class HandedBack:
    """A form on a page, with the fields that somebody typed in."""

    form: UnsentForm
    typed: list[TypedField]


def handed_back(request: HttpRequest) -> HandedBack | None:
    """Return what the answer to this POST hands back, None when there is nothing."""
    form = posted_form(request)
    return HandedBack(form, typed_fields(form)) if form is not None else None


def posted_form(request: HttpRequest, *, can_send: bool = True) -> UnsentForm | None:
    """Return what was typed in the form of this POST.

    None when nothing was, or when the form came from another site: what that holds nobody typed.
    """
    if request.method != "POST" or not _is_ours(request):
        return None
    unread = UnreadFiles(request)
    try:
        request.upload_handlers = [unread]
    except AttributeError:  # it was read already
        skipped = (each for each in request.upload_handlers if isinstance(each, UnreadFiles))
        unread.met = bool(request.FILES) or any(each.met for each in skipped)
    try:
        post = request.POST
    except _UNREADABLE:
        return None
    kept = tuple(_kept_fields(post))
    left_out = unread.met or any(_is_secret(name) and any(post.getlist(name)) for name in post)
    form = UnsentForm(
        path=request.get_full_path(),
        page=_page_of(request),
        fields=kept,
        left_out=left_out,
        can_send=can_send and not left_out and _is_proven(request),
        key=post.get(KEY, ""),
    )
    return form if typed_fields(form) else None


def typed_fields(form: UnsentForm) -> list[TypedField]:
    """Return the fields that somebody typed in, in the words of the page."""
    known = _fields_of({_own(name) for name, _value in form.fields})
    return [
        TypedField(_label(field), value, min(_ROWS, _lines(value)))
        for name, value in form.fields
        if value.strip() and _is_typed(name, field := known.get(_own(name)))
    ]


def _kept_fields(post: QueryDict) -> Iterator[tuple[str, str]]:
    for name, values in post.lists():
        if name not in {"csrfmiddlewaretoken", KEY} and not _is_secret(name):
            yield from ((name, value) for value in values)


def _own(name: str) -> str:
    """Return the name of a field without the prefix of its form."""
    return name.rpartition("-")[2]


def _is_secret(name: str) -> bool:
    return _own(name) in SECRETS | _secrets_of_forms()


@lru_cache(maxsize=1)
def _secrets_of_forms() -> frozenset[str]:
    return frozenset(
        name
        for fields in _known_forms()
        for name, field in fields.items()
        if isinstance(field.widget, forms.PasswordInput)
        or field.widget.attrs.get("autocomplete") in _FILLED_IN
    )


def _is_typed(name: str, field: forms.Field | None) -> bool:
    if field is None:
        return _own(name) not in _MARKS
    return not (field.widget.is_hidden or isinstance(field, forms.BooleanField | forms.ChoiceField))


def _label(field: forms.Field | None) -> str:
    return str(field.label) if field is not None and field.label else _("What you typed")


def _lines(value: str) -> int:
    return sum(1 + len(line) // _WIDTH for line in value.splitlines())


def _fields_of(names: set[str]) -> dict[str, forms.Field]:
    """Return the fields that have these names, first of the form that has most of them."""
    known = sorted(_known_forms(), key=lambda fields: len(names & fields.keys()))
    return {name: fields[name] for fields in known for name in names & fields.keys()}


@lru_cache(maxsize=1)
def _known_forms() -> list[dict[str, forms.Field]]:
    """Return the fields of every form of the product: they know their labels."""
    found, waiting = [], [forms.BaseForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        found.append(getattr(form, "base_fields", {}))
    return found


def _page_of(request: HttpRequest) -> str:
    """Return the page that the form stood on: its address in our own site."""
    referer = urlsplit(request.headers.get("Referer", ""))
    if referer.netloc != request.get_host() or not referer.path.startswith("/"):
        return "/"
    page = referer._replace(scheme="", netloc="", fragment="").geturl()
    return escape_leading_slashes(page)


def _is_ours(request: HttpRequest) -> bool:
    """Tell whether no other site can have sent this: browsers name the site in its headers."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return "Origin" not in request.headers or _is_proven(request)


def _is_proven(request: HttpRequest) -> bool:
    """Tell whether the browser names our own site as where the form stood."""
    if request.headers.get("Sec-Fetch-Site") == "same-origin":
        return True
    named = request.headers.get("Origin") or request.headers.get("Referer", "")
    found = urlsplit(named)
    origin = f"{found.scheme}://{found.netloc}"
    here = f"{request.scheme}://{request.get_host()}"
    return origin == here or origin in settings.CSRF_TRUSTED_ORIGINS
