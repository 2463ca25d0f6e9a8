"""The audit log, for auditors: to look at, and to take along as CSV."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from accounts import access, actions
from accounts.access import WantedRows, person_with
from accounts.forms import AuditForm
from accounts.models import Role, User
from accounts.render import audit_lines, show_entry
from flow.exports import Export


@login_required
@require_safe
def audit_log(request: HttpRequest) -> HttpResponse:
    """Show what happened, newest first."""
    auditor = person_with(request, Role.AUDITOR)
    return _log_page(request, auditor, AuditForm(request.GET))


def _log_page(request: HttpRequest, auditor: User, form: AuditForm) -> HttpResponse:
    wanted = _wanted(form, auditor)
    page = access.audit_page(auditor, wanted, request.GET.get("after", ""))
    zone = auditor.organization.zone
    context = {
        "form": form,
        "rows": [show_entry(row, zone) for row in page.rows],
        "next_key": page.next_key,
        "kept": urlencode(_filled_in(form)),
        "filled_in": _filled_in(form),
    }
    status = 422 if form.errors else 200
    return render(request, "organization/audit.html", context, status=status)


@login_required
@require_POST
def audit_export(request: HttpRequest) -> HttpResponseBase:
    """Return what was asked for as CSV; taking it along is audited itself."""
    auditor = person_with(request, Role.AUDITOR)
    form = AuditForm(request.POST)
    if not form.is_valid():
        return _log_page(request, auditor, form)
    wanted = _wanted(form, auditor)
    lines = audit_lines(access.audit_rows(auditor, wanted), auditor.organization.zone)
    export = Export(auditor.organization.pk, _with_mark(lines))
    actions.note_export(auditor, _filled_in(form))
    return StreamingHttpResponse(
        export,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


def _with_mark(lines: Iterator[str]) -> Iterator[str]:
    yield "\ufeff"  # by which spreadsheets know UTF-8
    yield from lines


def _wanted(form: AuditForm, auditor: User) -> WantedRows:
    if not form.is_valid():
        return WantedRows()
    found = form.cleaned_data

    def morning(day: date | None, later: int) -> datetime | None:
        begin = datetime.combine(day, time(), auditor.organization.zone) if day else None
        return begin + timedelta(days=later) if begin else None

    return WantedRows(
        kind=found["kind"],
        who=found["who"].strip(),
        about=found["about"].strip(),
        since=morning(found["since"], 0),
        until=morning(found["until"], 1),
    )


def _filled_in(form: AuditForm) -> dict[str, str]:
    return {name: form.data[name] for name in form.fields if form.data.get(name)}
