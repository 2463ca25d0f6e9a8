"""What auditors see of the audit log, and take along."""

import pytest

from accounts import audit
from accounts.models import AuditEntry, Role, User
from tests import make

pytestmark = pytest.mark.django_db

LOG, EXPORT = "/organization/audit/", "/organization/audit/export/"


@pytest.fixture
def auditor() -> User:
    """Return an auditor; their organization and another one have a line each."""
    auditor = make.user(role=Role.AUDITOR)
    for place in (auditor.organization, make.organization()):
        audit.record("hold", f"draft:{place.pk}", organization_id=place.pk, reasons=["missing"])
    return auditor


def export(auditor: User, **wanted: str) -> str:
    answer = make.signed_in(auditor).post(EXPORT, wanted)
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def test_an_auditor_sees_the_log_of_their_own_organization(auditor: User) -> None:
    page = make.signed_in(auditor).get(LOG).content.decode()

    other = AuditEntry.objects.exclude(organization=auditor.organization).latest("pk")
    assert (f"draft:{auditor.organization_id}<" in page, other.about in page) == (True, False)


@pytest.mark.parametrize(
    ("query", "shown"),
    [("kind=sending", 1), ("kind=deleting", 0), ("who=nobody", 0), ("about=draft:0", 0),
     ("since=2020-01-01&until=2020-12-31", 0), ("since=2020-01-01", 2)],
)  # fmt: skip
def test_an_auditor_finds_what_is_asked_for(auditor: User, query: str, shown: int) -> None:
    page = make.signed_in(auditor).get(f"{LOG}?{query}").content.decode()

    assert page.count("<time") == shown


def test_an_export_is_written_down_and_holds_what_was_asked_for(auditor: User) -> None:
    lines = export(auditor, kind="sending").splitlines()

    row = AuditEntry.objects.get(verb="export_audit")
    assert (len(lines), row.actor, row.data) == (2, auditor, {"filters": ["kind"]})


@pytest.mark.parametrize("day", ["yesterday", "0001-01-01", "9999-12-31"])
def test_with_a_day_that_is_none_nothing_is_exported(auditor: User, day: str) -> None:
    browser = make.signed_in(auditor)

    answers = browser.get(LOG, {"until": day}), browser.post(EXPORT, {"since": day})

    assert [answer.status_code for answer in answers] == [422, 422]
    assert not AuditEntry.objects.filter(verb="export_audit").exists()


def test_nothing_in_an_export_is_a_formula(auditor: User) -> None:
    audit.record("hold", "=1+1", organization_id=auditor.organization_id)

    assert ",'=1+1," in export(auditor)
