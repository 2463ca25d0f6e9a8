"""DESIGN.md, section 5, as a table."""

from datetime import UTC, datetime

import pytest

from accounts.policy import Policy
from drafts.resolver import Candidate, resolve

NUMBER = "+31636363636"
OLD, NEW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)

TYPED = Candidate("sms", "draft", phone=NUMBER)
TYPED_CODE = Candidate("access_code", "draft")
HEADER = Candidate("sms", "header", phone=NUMBER)
HEADER_CODE = Candidate("access_code", "header")
FIXED_CODE = Candidate("access_code", "organization", fixed=True, datum_id=1)
FIXED_SMS = Candidate("sms", "organization", phone=NUMBER, fixed=True, datum_id=9)
OWN_SMS = Candidate("sms", "personal", phone=NUMBER, entered_at=OLD, datum_id=2)
NEW_SMS = Candidate("sms", "personal", phone="+31612345678", entered_at=NEW, datum_id=3)
OWN_CODE = Candidate("access_code", "personal", entered_at=NEW, datum_id=4)
SHARED_SMS = Candidate("sms", "organization", phone=NUMBER, entered_at=NEW, datum_id=5)
PROVEN_SMS = Candidate(
    "sms", "organization", phone=NUMBER, entered_at=OLD, confirmed_at=OLD, datum_id=6
)
SHARED_CODE = Candidate("access_code", "organization", entered_at=NEW, datum_id=7)
DOMAIN_CODE = Candidate("access_code", "organization", domain=True, datum_id=8)
LANDLINE = Candidate("sms", "personal", phone="+31201234567", datum_id=10)
DISPUTED = Candidate("sms", "personal", phone=NUMBER, confirmed_at=OLD, disputed=True, datum_id=11)
SHARED_DISPUTED = Candidate("sms", "organization", phone=NUMBER, disputed=True, datum_id=12)
BROKEN = Candidate("sms", "header", phone="12")


@pytest.mark.parametrize(
    ("candidates", "chosen"),
    [
        pytest.param([OWN_SMS, TYPED_CODE], TYPED_CODE, id="typed goes first, even when weaker"),
        pytest.param([TYPED, HEADER], TYPED, id="typed goes before the header"),
        pytest.param([OWN_SMS, HEADER], HEADER, id="the header goes before the books"),
        pytest.param([OWN_SMS, FIXED_CODE], FIXED_CODE, id="what an admin fixed goes first"),
        pytest.param([OWN_CODE, SHARED_SMS], SHARED_SMS, id="sms before access code"),
        pytest.param([OWN_SMS, PROVEN_SMS], PROVEN_SMS, id="proven before unproven"),
        pytest.param([SHARED_SMS, OWN_SMS], OWN_SMS, id="own book before the organization's"),
        pytest.param([OWN_SMS, NEW_SMS], NEW_SMS, id="newest first"),
        pytest.param([DOMAIN_CODE, SHARED_CODE], SHARED_CODE, id="a contact before its domain"),
        pytest.param([DOMAIN_CODE], DOMAIN_CODE, id="the domain last"),
        pytest.param([DISPUTED, TYPED], TYPED, id="a disputed number that is typed again"),
        pytest.param([SHARED_DISPUTED, OWN_SMS], OWN_SMS, id="one that the sender vouched for"),
        pytest.param([DISPUTED, NEW_SMS], NEW_SMS, id="another number than the disputed one"),
    ],
)
def test_the_best_datum_is_chosen(candidates: list[Candidate], chosen: Candidate) -> None:
    assert resolve(candidates, Policy()).chosen == chosen


@pytest.mark.parametrize(
    ("candidates", "policy", "reason"),
    [
        pytest.param([], Policy(), "missing", id="nothing is known"),
        pytest.param([LANDLINE], Policy(), "invalid", id="a landline"),
        pytest.param([DISPUTED], Policy(), "disputed", id="a disputed number"),
        pytest.param([DISPUTED, SHARED_SMS], Policy(), "disputed", id="the same in another book"),
        pytest.param([DISPUTED, HEADER], Policy(), "disputed", id="the same in the header"),
        pytest.param([DISPUTED, SHARED_CODE], Policy(), "disputed", id="never weaker for it"),
        pytest.param([OWN_SMS], Policy(sms_personal=False), "not_allowed", id="switched off"),
        pytest.param([HEADER], Policy(sms_new=False), "not_allowed", id="new numbers off"),
        pytest.param(
            [SHARED_CODE], Policy(access_code_organization=False), "not_allowed", id="codes off"
        ),
        pytest.param([LANDLINE, SHARED_CODE], Policy(), "invalid", id="never weaker for a bad one"),
        pytest.param([BROKEN, SHARED_CODE], Policy(), "invalid", id="never weaker than the header"),
        pytest.param(
            [FIXED_SMS, SHARED_CODE],
            Policy(sms_organization=False),
            "not_allowed",
            id="never weaker than what is fixed",
        ),
    ],
)
def test_an_unusable_datum_leaves_a_reason(
    candidates: list[Candidate], policy: Policy, reason: str
) -> None:
    assert resolve(candidates, policy).reason == reason


def test_a_method_that_is_off_in_a_book_gives_way_to_one_that_is_on() -> None:
    verdict = resolve([OWN_SMS, SHARED_CODE], Policy(sms_personal=False))

    assert verdict.chosen == SHARED_CODE


def test_a_bad_number_gives_way_to_another_number() -> None:
    assert resolve([LANDLINE, SHARED_SMS], Policy()).chosen == SHARED_SMS


def test_the_minimum_of_the_mail_refuses_a_weaker_method() -> None:
    assert resolve([SHARED_CODE], Policy(), minimum="sms").reason == "not_allowed"


def test_the_minimum_of_the_mail_takes_a_stronger_method() -> None:
    assert resolve([SHARED_SMS], Policy(), minimum="access_code").chosen == SHARED_SMS


def test_what_was_passed_over_is_kept_with_its_reason() -> None:
    verdict = resolve([LANDLINE, SHARED_SMS], Policy())

    assert [(item.candidate, item.why) for item in verdict.rejected] == [(LANDLINE, "invalid")]
