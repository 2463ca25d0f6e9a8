"""The pages of an import: upload, columns, what would happen, progress, report, undo."""

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import post_from, user_of
from accounts.policy import ORGANIZATION, PERSONAL
from accounts.render import Echo, safe_cell
from accounts.uploads import FORM_BYTES, is_signed_in, takes_files
from contacts import access, actions, states
from contacts.forms import ChoicesForm, ColumnsForm, UploadForm
from contacts.importer import Unreadable
from contacts.models import ImportRun, first_row_id
from contacts.render import show_row
from contacts.uploads import MAX_BYTES, ContactsUpload
from contacts.wording import failure_sentence, row_sentence, state_words, verdict_words
from flow.exports import Export
from flow.moves import MoveForbidden, MoveLost
from flow.reader import ReaderAway
from vault.keys import VaultError
from vault.sealing import unseal_text


@takes_files(ContactsUpload, most=MAX_BYTES + FORM_BYTES, may=is_signed_in)
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def contact_import(request: HttpRequest) -> HttpResponse:
    """Show the imports, and take a file."""
    user = user_of(request)
    shared = access.may_import(user, ORGANIZATION)
    if request.method != "POST":
        form = UploadForm(shared=shared, book=request.GET.get("book", ""))
        return _imports_page(request, form)
    form = UploadForm(request.POST, request.FILES, shared=shared)
    if not form.is_valid():
        return _imports_page(request, form)
    file, book = form.cleaned_data["file"], form.cleaned_data["book"]
    try:
        run = actions.upload(user, personal=book == PERSONAL, file=file, name=file.name)
    except Unreadable as error:
        form.refuse(error.reason)
        return _imports_page(request, form)
    except ReaderAway:
        form.refuse("reader_away")
        return _imports_page(request, form)
    return redirect("import_run", run.pk)


@require_safe
@login_required
@never_cache
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an import in whatever state it is."""
    run = access.import_for(user_of(request), pk)
    context = _run_context(request, run)
    partial = "HX-Request" in request.headers and "HX-Boosted" not in request.headers
    if partial and run.state not in states.WORKING:
        # The work is done: the page has other parts now.
        return HttpResponse(headers={"HX-Refresh": "true"})
    name = "contacts/_progress.html" if partial else "contacts/import_run.html"
    return render(request, name, context)


@post_from("import_run", "pk")
def import_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the rows judged by the columns that were chosen."""
    run = access.import_for(user_of(request), pk)
    form = ColumnsForm(request.POST, header=run.header, roles=run.roles)
    if not form.is_valid():
        context = _run_context(request, run) | {"columns_form": form}
        return render(request, "contacts/import_run.html", context, status=422)
    return _moved(request, run, lambda: actions.check(run, form.roles()))


@post_from("import_run", "pk")
def import_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a checked import."""
    user = user_of(request)
    run, form = access.import_for(user, pk), ChoicesForm(request.POST)
    if not form.is_valid():
        raise Http404
    return _moved(request, run, lambda: actions.start(run, user, **form.cleaned_data))


@post_from("import_run", "pk")
def import_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop an import."""
    user = user_of(request)
    run = access.import_for(user, pk)
    return _moved(request, run, lambda: actions.cancel(run, user))


@post_from("import_run", "pk")
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what an import wrote."""
    user = user_of(request)
    run = access.import_for(user, pk)
    return _moved(request, run, lambda: actions.undo(run, user))


@require_safe
@login_required
def import_report(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Return what became of each row, as CSV."""
    run = access.import_for(user_of(request), pk)
    export = Export(run.organization_id, _report(run))
    response = StreamingHttpResponse(export, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{run.pk}.csv"'
    return response


def _imports_page(request: HttpRequest, form: UploadForm) -> HttpResponse:
    page = access.imports_page(user_of(request), request.GET.get("after", ""))
    context = {
        "form": form,
        "runs": [(run, state_words(run.state)) for run in page.rows],
        "next_key": page.next_key,
    }
    status = 422 if form.errors else 200
    return render(request, "contacts/import_list.html", context, status=status)


def _run_context(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    verdict, after = request.GET.get("verdict", ""), request.GET.get("after", "")
    page = access.rows_page(run, verdict, after) if run.state != states.UPLOADED else None
    rows = list(page.rows) if page else []
    stored = access.stored_for(run, rows)
    base = first_row_id(run.pk)
    unwritten = run.state == states.CANCELLED and run.position == 0
    return {
        "run": run,
        "state": state_words(run.state),
        "working": run.state in states.WORKING,
        "failure": failure_sentence(run.failure) if run.failure else "",
        "columns_form": ColumnsForm(header=run.header, roles=run.roles),
        "choices_form": ChoicesForm.about(run.counts),
        "samples": _samples(run),
        "counts": [(key, verdict_words(key), run.counts.get(key, 0)) for key in states.VERDICTS],
        "done": run.counts.get("rows", run.position),
        "problems": run.counts.get("problems", 0),
        "rows": [show_row(row, base, stored.get(row.address)) for row in rows],
        "verdict": verdict,
        "next_key": page.next_key if page else "",
        "unwritten": unwritten,
        "may_undo": states.UNDOING in states.MOVES[run.state] and not unwritten,
        "list_url": "contact_list" if run.owner_id else "organization_contact_list",
    }


def _samples(run: ImportRun) -> list[list[str]]:
    try:
        found: list[list[str]] = json.loads(unseal_text(run.samples, run.samples_context))
    except VaultError:
        return []
    return found


def _moved(request: HttpRequest, run: ImportRun, move: Any) -> HttpResponse:
    try:
        move()
    except (MoveForbidden, MoveLost):
        messages.warning(request, _("This import went on meanwhile. See below how far it is."))
    return redirect("import_run", run.pk)


def _report(run: ImportRun) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield "\ufeff"
    yield writer.writerow([_("Row"), _("Email address"), _("Result"), _("Reason"), _("Value")])
    base = first_row_id(run.pk)
    for row, verdict in access.report_rows(run):
        cells = [
            row.address,
            verdict_words(verdict),
            row_sentence(row.reason, row.typed),
            row.typed,
        ]
        yield writer.writerow([row.pk - base, *map(safe_cell, cells)])
