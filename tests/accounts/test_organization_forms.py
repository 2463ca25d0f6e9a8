"""The pages of an organization hold every switch, and refuse what cannot be."""

from dataclasses import replace
from typing import Any

import pytest

from accounts import actions
from accounts.forms import LookForm, PolicyForm, TimesForm
from accounts.forms.policies import GroupedForm, sms_countries
from accounts.models import AuditEntry, Organization, Role, User
from accounts.policy import STATELESS, Policy
from accounts.wording import experience_of
from addresses.phone import region_of
from tests import make
from tests.numbers import mobile_numbers

pytestmark = pytest.mark.django_db

PAGES = "/organization/policy/", "/organization/times/", "/organization/look/"


@pytest.fixture
def admin() -> User:
    return make.user(role=Role.ADMIN)


def filled(form: GroupedForm, **changes: object) -> dict[str, Any]:
    """Return what a browser sends of a form, with some of it changed."""
    shown = {name: form[name].value() for name in form.fields} | changes
    return {
        name: value for name, value in shown.items() if value is not False and value is not None
    }


def policy_of(organization: Organization) -> Policy:
    organization.refresh_from_db()
    return organization.policy


def test_every_switch_has_its_place_on_a_page() -> None:
    place = make.organization()
    forms = [PolicyForm(Policy()), TimesForm(Policy()), LookForm(place)]

    fields = [name for form in forms for name in form.fields]
    shown = [name for form in forms for group in form.groups for name in group.fields]

    assert (sorted(fields), set(Policy().to_json()) - set(fields)) == (sorted(shown), set())


def test_every_country_that_can_be_ticked_has_numbers_of_its_own() -> None:
    offered = {code for code, _name in sms_countries()} - {STATELESS}
    found = {region_of(number) for number in mobile_numbers().values()} - {STATELESS}

    assert offered == found | {"IM"}  # libphonenumber gives a number of GB as its example
    assert region_of("+447624123456") == "IM"


def test_a_form_that_is_sent_as_it_is_changes_nothing(admin: User) -> None:
    form = PolicyForm(admin.organization.policy)
    make.signed_in(admin).post(PAGES[0], filled(form))
    make.signed_in(admin).post(PAGES[1], filled(TimesForm(Policy(), initial=PLACE)))

    assert policy_of(admin.organization) == Policy()
    assert not AuditEntry.objects.filter(verb="change_policy").exists()


PLACE = {"time_zone": "Europe/Amsterdam", "language": "en"}


def test_a_change_holds_and_is_written_down_before_and_after(admin: User) -> None:
    data = filled(PolicyForm(Policy()), splitting="on", sms_a_day=5)

    make.signed_in(admin).post(PAGES[0], data)

    row = AuditEntry.objects.get(verb="change_policy")
    assert policy_of(admin.organization) == replace(Policy(), splitting=True, sms_a_day=5)
    assert (row.actor, row.ip, row.data) == (
        admin,
        "127.0.0.1",
        {
            "before": {"splitting": False, "sms_a_day": 2000},
            "after": {"splitting": True, "sms_a_day": 5},
        },
    )


def test_times_keep_time_zone_language_and_reminders(admin: User) -> None:
    data = filled(
        TimesForm(Policy(), initial=PLACE),
        reminder_hours="48 2", time_zone="Europe/Lisbon", language="nl", work_days=["6", "0"],
    )  # fmt: skip

    make.signed_in(admin).post(PAGES[1], data)

    place = Organization.objects.get(pk=admin.organization_id)
    assert (place.time_zone, place.language) == ("Europe/Lisbon", "nl")
    assert (place.policy.reminder_hours, place.policy.work_days) == ((2, 48), (0, 6))


@pytest.mark.parametrize(
    ("number", "changes"),
    [
        (0, {"sms_a_day": "0"}),
        (0, {"organization_book": "burn"}),
        (0, {name: None for name in Policy().to_json() if name.startswith(("sms_", "access_"))}),
        (1, {"reminder_hours": "soon"}),
        (1, {"reminder_hours": "1,2,3,4,5,6,7"}),
        (1, {"work_from": "17", "work_until": "17"}),
        (1, {"time_zone": "Europe/Atlantis"}),
        (2, {"mail_from": "us@foreign.example"}),
        (2, {"mail_nl": "Kijk op https://zorg.example"}),
    ],
)
def test_what_cannot_be_is_refused_and_kept_in_the_form(
    admin: User, number: int, changes: dict[str, object]
) -> None:
    place = admin.organization
    forms = (PolicyForm(Policy()), TimesForm(Policy(), initial=PLACE), LookForm(place))

    answer = make.signed_in(admin).post(PAGES[number], filled(forms[number], **changes))

    assert (answer.status_code, policy_of(place)) == (422, Policy())


def test_two_forms_that_are_open_together_undo_nothing_of_each_other(admin: User) -> None:
    policy_form = filled(PolicyForm(Policy()), splitting="on")
    stale = TimesForm(Policy(), filled(TimesForm(Policy(), initial=PLACE)))
    make.signed_in(admin).post(PAGES[0], policy_form)

    assert stale.is_valid()
    actions.set_policy(admin.organization, stale.switches(), actor=admin)

    assert policy_of(admin.organization).splitting


def test_the_preview_says_what_would_be_and_keeps_nothing(admin: User) -> None:
    data = filled(PolicyForm(Policy()), subject_in_mail="on")

    page = make.signed_in(admin, minutes_ago=60).post(f"{PAGES[0]}preview/", data)

    text = page.content.decode()
    assert "names the sender and the subject" in text
    assert ("Not saved yet" in text, policy_of(admin.organization)) == (True, Policy())


def test_every_switch_that_people_notice_changes_what_the_preview_says() -> None:
    silent = {"default_country", "sms_a_day", "keep_audit_years", "remind_before_expiry_hours",
              "work_days", "work_from", "work_until", "phrase", "mail_from", "sms_organization",
              "sms_personal", "access_code_personal", "access_code_organization",
              "replies_in_full"}  # fmt: skip
    other: dict[str, Any] = {
        "organization_book": "edit", "sms_countries": ("NL",), "reminder_hours": (1,),
        "keep_drafts_days": 3, "keep_messages_days": 3, "keep_signed_in_days": 3,
    }  # fmt: skip

    said = {
        name: experience_of(replace(Policy(), **{name: other.get(name, not value)}))
        for name, value in Policy().to_json().items()
        if name not in silent
    }

    assert [name for name, words in said.items() if words == experience_of(Policy())] == []


def test_who_did_not_prove_a_moment_ago_who_they_are_does_so_first(admin: User) -> None:
    data = filled(PolicyForm(Policy()), splitting="on")

    answer = make.signed_in(admin, minutes_ago=60).post(PAGES[0], data)

    assert answer.headers["Location"].startswith("/account/reauthenticate/")
    assert policy_of(admin.organization) == Policy()
