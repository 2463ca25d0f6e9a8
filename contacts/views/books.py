"""The pages of the personal and the organization's address book."""

import base64
import binascii
import secrets
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import post_from, user_of
from accounts.models import User
from accounts.next_page import own_page
from accounts.policy import ORGANIZATION, PERSONAL
from addresses.mail import AddressError, normalize_address, show_address
from contacts import access, actions
from contacts.forms import ContactForm
from contacts.models import Contact
from contacts.render import export_lines, show_contact, show_past, source_text
from flow.exports import Export

LIST_URLS = {PERSONAL: "contact_list", ORGANIZATION: "organization_contact_list"}
NEW_URLS = {PERSONAL: "contact_new", ORGANIZATION: "organization_contact_new"}
DELETED = "contacts_deleted"
KEPT_DELETIONS = 5
MAX_BULK = 100


@require_safe
@login_required
def contact_list(request: HttpRequest) -> HttpResponse:
    """Show the contacts of the signed-in person."""
    return _list_page(request, PERSONAL)


@require_safe
@login_required
def organization_contact_list(request: HttpRequest) -> HttpResponse:
    """Show the contacts that all colleagues share."""
    return _list_page(request, ORGANIZATION)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def contact_new(request: HttpRequest) -> HttpResponse:
    """Add a contact to the person's own book."""
    return _new_page(request, PERSONAL)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def organization_contact_new(request: HttpRequest) -> HttpResponse:
    """Add a contact to the organization's book."""
    user = user_of(request)
    if not (access.may_edit_organization_book(user) or access.may_propose(user)):
        raise Http404
    return _new_page(request, ORGANIZATION)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a contact, and change it where the person may."""
    user = user_of(request)
    found = access.contact_for(user, pk)
    proposing = found.owner_id is None and access.may_propose(user)
    if request.method == "POST":
        return _save(request, found if proposing else access.contact_to_edit(user, pk))
    if not (proposing or access.may_edit_book(user, found.book)):
        shown = {"contact": show_contact(found), "list_url": reverse(LIST_URLS[found.book])}
        return render(request, "contacts/contact_read.html", shown)
    form = ContactForm(user=user, book=found.book, contact=found)
    return _form_page(request, form)


@post_from("contact", "pk")
def contact_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a contact; the message on the next page offers to undo it."""
    user = user_of(request)
    found = access.contact_to_edit(user, pk)
    try:
        sealed = actions.delete_contact(user, found)
    except Contact.DoesNotExist as error:
        raise Http404 from error
    text = _("%(name)s is deleted.") % {"name": found.name or show_address(found.address)}
    messages.success(request, text, extra_tags=_undo_url(request, sealed))
    return redirect(LIST_URLS[found.book])


@post_from("contact_list")
def contact_restore(request: HttpRequest, key: str) -> HttpResponse:
    """Put a contact back that was deleted in this session."""
    user = user_of(request)
    deleted = [access.deleted_contact(user, one) for one in _sealed_deletions(request, key)]
    for one in deleted:
        try:
            restored = actions.restore_contact(user, one)
        except actions.AddressTakenError:
            text = _("There is a new contact with the address %(address)s. It was kept.")
            messages.error(request, text % {"address": show_address(one.address)})
        else:
            _forget_deletion(request, key)
            text = _("%(name)s is back in the address book.")
            shown = restored.name or show_address(restored.address)
            messages.success(request, text % {"name": shown})
    return redirect(LIST_URLS[PERSONAL if deleted[0].owner_id else ORGANIZATION])


@post_from("contact", "pk")
def contact_bring_back(request: HttpRequest, pk: int, past_pk: int) -> HttpResponse:
    """Give a contact again what it held before."""
    user = user_of(request)
    actions.bring_back(user, access.past_to_bring_back(user, pk, past_pk))
    messages.success(request, _("The contact is as it was before."))
    return redirect("contact", pk)


@post_from("contact_list")
def contact_bulk(request: HttpRequest) -> HttpResponse:
    """Delete or mark the contacts that are ticked."""
    user, book = user_of(request), request.POST.get("book", "")
    if book not in LIST_URLS or not access.may_edit_book(user, book):
        raise Http404
    contacts = access.chosen(access.book_of(user, book), request.POST.getlist("pk"))[:MAX_BULK]
    action, count = request.POST.get("action", ""), len(contacts)
    if action == "delete" and contacts:
        sealed = actions.delete_contacts(user, contacts)
        text = ngettext("%(count)d contact is deleted.", "%(count)d contacts are deleted.", count)
        undo_url = _undo_url(request, *sealed)
        messages.success(request, text % {"count": count}, extra_tags=undo_url)
    elif action in {"fix", "unfix"} and contacts and book == ORGANIZATION and user.is_editor:
        actions.fix_contacts(user, contacts, fixed=action == "fix")
        text = ngettext("%(count)d contact is changed.", "%(count)d contacts are changed.", count)
        messages.success(request, text % {"count": count})
    else:
        messages.warning(request, _("Tick the contacts first, then choose what to do with them."))
    return redirect(LIST_URLS[book])


@require_safe
@login_required
def contact_export(request: HttpRequest) -> StreamingHttpResponse:
    """Return a book as CSV, in the form that an import takes; access codes are left out."""
    user, book = user_of(request), request.GET.get("book", PERSONAL)
    if book not in LIST_URLS:
        raise Http404
    lines = export_lines(access.every_contact(user, book))
    export = Export(user.organization_id, lines)
    if request.method == "GET":
        actions.note_export(user, book)
    response = StreamingHttpResponse(export, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="contacts-{book}.csv"'
    return response


@vary_on_headers("HX-Request")
def _list_page(request: HttpRequest, book: str) -> HttpResponse:
    user = user_of(request)
    query, after = request.GET.get("q", "").strip(), request.GET.get("after", "")
    chosen = {key: request.GET.get(key, "").strip() for key in ("filter", "source", "domain")}
    page = access.contacts_page(user, book, access.Wanted(query, **chosen), after)
    kept = {key: value for key, value in {"q": query, **chosen}.items() if value}
    context = {
        **chosen,
        "may_propose": book == ORGANIZATION and access.may_propose(user),
        "may_import": access.may_import(user, book),
        "sources": [(name, source_text(name)) for name in access.sources_of(user, book)],
        "filtered": any(chosen.values()),
        "kept": urlencode(kept),
        "book": book,
        "list_url": reverse(LIST_URLS[book]),
        "new_url": reverse(NEW_URLS[book]),
        "may_edit": access.may_edit_book(user, book),
        "query": query,
        "after": after,
        "contacts": [show_contact(row) for row in page.rows],
        "next_page": urlencode({**kept, "after": page.next_key}) if page.next_key else "",
    }
    partial = "HX-Request" in request.headers and "HX-Boosted" not in request.headers
    name = "contacts/_found.html" if partial else "contacts/contact_list.html"
    return render(request, name, context)


def _new_page(request: HttpRequest, book: str) -> HttpResponse:
    if request.method == "POST":
        return _save(request, None, book)
    user, address = user_of(request), request.GET.get("address", "").strip()
    existing = _contact_at(request, book, address)
    if existing:
        back = _next_url(request)
        query = f"?{urlencode({'next': back})}" if back else ""
        return redirect(reverse("contact", args=[existing.pk]) + query)
    initial = {"address": address, "name": request.GET.get("name", "").strip()}
    return _form_page(request, ContactForm(user=user, book=book, initial=initial))


def _save(request: HttpRequest, old: Contact | None, book: str = "") -> HttpResponse:
    user = user_of(request)
    form = ContactForm(request.POST, user=user, book=old.book if old else book, contact=old)
    if not form.is_valid():
        return _form_page(request, form)
    entry = form.entry()
    if form.book == ORGANIZATION and access.may_propose(user):
        actions.propose(user, entry, old)
        messages.success(request, _("Your proposal is with the admins. They decide about it."))
        return redirect(_next_url(request) or LIST_URLS[form.book])
    try:
        saved = actions.save_contact(user, entry, old)
    except actions.AddressTakenError:
        form.refuse_address()
        return _form_page(request, form, access.contact_at(user, form.book, entry.address))
    except Contact.DoesNotExist as error:
        raise Http404 from error
    text = _("%(name)s is saved. Emails that wait for this contact are checked again now.")
    messages.success(request, text % {"name": saved.name or show_address(saved.address)})
    return redirect(_next_url(request) or LIST_URLS[saved.book])


def _form_page(
    request: HttpRequest, form: ContactForm, twin: Contact | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "book": form.book,
        "list_url": reverse(LIST_URLS[form.book]),
        "back_url": _next_url(request) or reverse(LIST_URLS[form.book]),
        "next": _next_url(request),
        "twin": twin,
        "contact": show_contact(form.contact) if form.contact else None,
        "proposing": form.book == ORGANIZATION and access.may_propose(form.user),
        **(_about(form.user, form.contact) if form.contact else {}),
    }
    status = 422 if form.errors else 200
    return render(request, "contacts/contact_form.html", context, status=status)


def _about(user: User, found: Contact) -> dict[str, Any]:
    """Return what a contact's page tells beside its fields."""
    locks = access.locks_of(user, found)
    return {
        "history": [show_past(past) for past in access.history_of(found)],
        "locks": [(row.pk, source_text(row.source)) for row in locks],
    }


def _next_url(request: HttpRequest) -> str:
    """Return the page to go back to, where it is one of our own."""
    return own_page(request, request.POST.get("next", "") or request.GET.get("next", ""))


def _contact_at(request: HttpRequest, book: str, address: str) -> Contact | None:
    try:
        return access.contact_at(user_of(request), book, normalize_address(address))
    except AddressError:
        return None


def _undo_url(request: HttpRequest, *sealed: bytes) -> str:
    """Keep sealed deletions in the session; return the address that undoes them."""
    key = secrets.token_urlsafe(8)
    kept = list(request.session.get(DELETED, {}).items())[1 - KEPT_DELETIONS :]
    texts = ".".join(base64.b64encode(one).decode() for one in sealed)
    request.session[DELETED] = dict([*kept, (key, texts)])
    return reverse("contact_restore", args=[key])


def _sealed_deletions(request: HttpRequest, key: str) -> list[bytes]:
    text = request.session.get(DELETED, {}).get(key, "")
    try:
        return [base64.b64decode(one, validate=True) for one in text.split(".")]
    except binascii.Error as error:
        raise Http404 from error


def _forget_deletion(request: HttpRequest, key: str) -> None:
    kept = request.session.get(DELETED, {})
    request.session[DELETED] = {k: sealed for k, sealed in kept.items() if k != key}
