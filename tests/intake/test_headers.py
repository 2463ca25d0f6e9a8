"""Understanding what a sender asks for in zivver_headers."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.headers import (
    AccessRight,
    Instructions,
    read_instructions,
    split_line,
)

JAN, ELS = "jan@example.nl", "els@example.nl"
RECIPIENTS = frozenset({JAN, ELS})
RIGHT = "zivver-access-right"
NUMBER = "+31636363636"


def read(*lines: str) -> Instructions:
    return read_instructions([split_line(line) for line in lines], RECIPIENTS)


def rights(instructions: Instructions) -> list[tuple[str, str, str, str]]:
    return [(r.address, r.method, r.value, r.hint) for r in instructions.access_rights]


def reasons(instructions: Instructions) -> list[str]:
    return [problem.reason for problem in instructions.problems]


# --- Access rights ---------------------------------------------------------------------------


def test_access_right_is_kept_with_the_line_it_came_from() -> None:
    line = f"{RIGHT}: {JAN} sms •••36"

    assert read(f"{RIGHT}: {JAN} sms {NUMBER}") == Instructions(
        (AccessRight(JAN, "sms", NUMBER, "", line),)
    )


@pytest.mark.parametrize(
    "value",
    [
        *("jan@example.nl", "JAN@Example.NL", "<jan@example.nl>", "&lt;jan@example.nl&gt;"),
        *(
            "mailto:jan@example.nl",
            "<mailto:jan@example.nl>",
            "jan@example.nl<mailto:jan@example.nl>",
        ),
        *(
            "jan@example.nl <mailto:jan@example.nl?subject=x>",
            "[jan@example.nl](mailto:jan@example.nl)",
        ),
        *(
            "Jan Jansen <jan@example.nl>",
            '"Jansen, Jan" <jan@example.nl>',
            "\u201cjan@example.nl\u201d",
        ),
        *(
            "jan@example.nl;",
            " jan@example.nl , ",
            "jan\u200b@\u00adexample.nl",
            "(jan@example.nl)",
        ),
    ],
)
def test_address_is_understood_as_people_and_mail_clients_write_it(value: str) -> None:
    read_of = read(f"{RIGHT}: {value} sms {NUMBER}")

    assert (rights(read_of), reasons(read_of)) == ([(JAN, "sms", NUMBER, "")], [])


@pytest.mark.parametrize(
    "value",
    [
        *(
            "+31636363636",
            "0031636363636",
            "+31 6 36 36 36 36",
            "+31-6-36363636",
            "+31 (0)6 36363636",
        ),
        *("<+31636363636>", "&lt;+31636363636&gt;", "tel:+31636363636", "<tel:+31636363636>"),
        *(
            "+31636363636<tel:+31636363636>",
            "+31 6 36363636 <tel:+31%206%2036363636>",
            "(+31)636363636",
        ),
        *(
            "\u202a+31\u00a06\u00a036363636\u202c",
            "+31\u20116\u201136363636",
            "+31636363636.",
            "\uff0b31636363636",
        ),
    ],
)
@pytest.mark.parametrize("method", ["sms", "SMS", "Sms:"])
def test_number_is_understood_as_people_and_mail_clients_write_it(value: str, method: str) -> None:
    read_of = read(f"{RIGHT}: {JAN} {method} {value}")

    assert (rights(read_of), reasons(read_of)) == ([(JAN, "sms", NUMBER, "")], [])


@pytest.mark.parametrize(
    ("value", "code", "hint"),
    [
        ("Blauw-42x", "Blauw-42x", ""),
        ("Blauw-42x ons laatste gesprek", "Blauw-42x", "ons laatste gesprek"),
        ('"blauw huis 42" ons gesprek', "blauw huis 42", "ons gesprek"),
        ("\u201cblauw huis 42\u201d", "blauw huis 42", ""),
        ("Blauw\u201142x", "Blauw-42x", ""),
        ("Oma\u2019sHuis", "Oma'sHuis", ""),
        ("<Blauw-42x> hint: kleur", "Blauw-42x", "hint: kleur"),
    ],
)
@pytest.mark.parametrize("method", ["access-code", "Access\u2013Code", "access_code"])
def test_access_code_is_understood_with_its_hint(
    value: str, code: str, hint: str, method: str
) -> None:
    read_of = read(f"{RIGHT}: {ELS} {method} {value}")

    assert (rights(read_of), reasons(read_of)) == ([(ELS, "access_code", code, hint)], [])


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "missing_value"),
        ("jan@example.nl", "missing_value"),
        ("jan@example.nl sms", "missing_value"),
        ("jan@example.nl access-code ", "missing_value"),
        ("<E-MAIL> sms <TELEFOONNUMMER>", "bad_address"),
        ("jan sms +31636363636", "bad_address"),
        ("jan@@example.nl sms +31636363636", "bad_address"),
        ("eva@example.nl sms +31636363636", "not_a_recipient"),
        ("jan@example.nl els@example.nl sms +31636363636", "several_recipients"),
        ("jan@example.nl sms +31636363636 els@example.nl sms +31636363637", "several_recipients"),
        ("jan@example.nl fax +31636363636", "unknown_method"),
        ("jan@example.nl +31636363636", "unknown_method"),
        ("jan@example.nl organization-access-code Blauw-42x", "unknown_method"),
        ("jan@example.nl sms 0636363636", "number_without_country"),
        ("jan@example.nl sms 31636363636", "number_without_country"),
        ("jan@example.nl sms 0171 1234567", "number_without_country"),
        ("jan@example.nl sms +31201234567", "not_mobile"),
        ("jan@example.nl sms +3163636", "bad_number"),
        ("jan@example.nl sms <TELEFOONNUMMER>", "bad_number"),
        ("jan@example.nl sms +31636363636 (werk)", "bad_number"),
        ("jan@example.nl sms +31636363636 +31636363637", "bad_number"),
        ("jan@example.nl access-code kort", "weak_code"),
        ("jan@example.nl access-code Blauw-42x het is Blauw-42x", "weak_code"),
        ("jan@example.nl access-code jan@example.nl", "weak_code"),
        (f"jan@example.nl access-code {'aB3' * 30}", "too_long"),
        (f"jan@example.nl access-code Blauw-42x {'hint ' * 300}", "too_long"),
    ],
)
def test_access_right_that_cannot_be_followed_is_a_problem(value: str, reason: str) -> None:
    read_of = read(f"{RIGHT}: {value}")

    assert (rights(read_of), reasons(read_of)) == ([], [reason])


def test_problem_shows_the_line_with_its_number_masked() -> None:
    read_of = read(f"Zivver-Access-Right:  {JAN} sms\u00a0 06-36363636")

    assert read_of.problems[0].line == f"Zivver-Access-Right: {JAN} sms •••36"


def test_two_lines_that_agree_are_one_access_right() -> None:
    read_of = read(f"{RIGHT}: {JAN} sms {NUMBER}", f"{RIGHT}: <{JAN}> sms 0031 6 36363636")

    assert (rights(read_of), reasons(read_of)) == ([(JAN, "sms", NUMBER, "")], [])


@pytest.mark.parametrize("other", ["sms +31636363637", "access-code Blauw-42x"])
def test_address_with_two_lines_that_differ_gets_no_access_right(other: str) -> None:
    first = f"{RIGHT}: {JAN} sms {NUMBER}"
    read_of = read(first, f"{RIGHT}: {JAN} {other}", first, f"{RIGHT}: {ELS} sms {NUMBER}")

    assert rights(read_of) == [(ELS, "sms", NUMBER, "")]
    assert reasons(read_of) == ["conflicting", "conflicting"]


@pytest.mark.parametrize(
    "line", ["hallo", f"zivver-access: {JAN} sms {NUMBER}", "zivver-x: 1", ": 1", "a" * 2000]
)
def test_line_without_a_known_key_is_a_problem(line: str) -> None:
    assert reasons(read(line)) in [["unknown_key"], ["too_long"]]


@pytest.mark.parametrize(
    "key", ["ZIVVER-ACCESS-RIGHT", "zivver\u2013access\u2011right", "zivver-access- right "]
)
def test_key_is_known_in_any_case_and_with_any_dash(key: str) -> None:
    assert len(read(f"{key} : {JAN} sms {NUMBER}").access_rights) == 1


def test_more_lines_than_a_mail_can_need_are_a_problem() -> None:
    lines = [(RIGHT, f"{JAN} sms {NUMBER}")] * 2000

    assert reasons(read_instructions(lines, RECIPIENTS)) == ["too_long"]


# --- Expiration and minimum ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expires_after"),
    [
        ("delete P30D", timedelta(days=30)),
        ("Delete  p1y2m3w4dT5H6M7S.", timedelta(days=450, hours=5, minutes=6, seconds=7)),
        ("delete PT90M", timedelta(minutes=90)),
        ("delete P10Y", timedelta(days=3650)),
    ],
)
def test_expiration_is_read(value: str, expires_after: timedelta) -> None:
    assert read(f"zivver-message-expiration: {value}") == Instructions(expires_after=expires_after)


@pytest.mark.parametrize(
    "value",
    [
        *("delete", "P30D", "delete 30", "delete P", "delete PT", "delete P0D", "delete P-3D"),
        *("delete P11Y", "delete P9999999D", "revoke P30D", "delete P30D now", "delete P٣D"),
    ],
)
def test_expiration_that_is_no_time_is_a_problem(value: str) -> None:
    read_of = read(f"zivver-message-expiration: {value}")

    assert (read_of.expires_after, reasons(read_of)) == (None, ["bad_duration"])


def test_of_two_expirations_the_shorter_stays_with_a_problem() -> None:
    key = "zivver-message-expiration: delete"
    read_of = read(f"{key} P3D", f"{key} P2D", f"{key} P2D", f"{key} P5D")

    assert read_of.expires_after == timedelta(days=2)
    assert reasons(read_of) == ["conflicting", "conflicting"]


@pytest.mark.parametrize(
    ("value", "minimum"),
    [("verification-email", "email"), ("Access–Code", "access_code"), ("SMS", "sms")],  # noqa: RUF001
)
def test_minimum_is_read(value: str, minimum: str) -> None:
    read_of = read(f"zivver-minimum-recipient-verification: {value}")

    assert read_of == Instructions(minimum=minimum)


@pytest.mark.parametrize(("value", "reason"), [("", "missing_value"), ("fax", "unknown_method")])
def test_minimum_that_is_unknown_is_a_problem(value: str, reason: str) -> None:
    read_of = read(f"zivver-minimum-recipient-verification: {value}")

    assert (read_of.minimum, reasons(read_of)) == ("", [reason])


def test_of_two_minimums_the_stronger_stays_with_a_problem() -> None:
    key = "zivver-minimum-recipient-verification:"
    read_of = read(f"{key} access-code", f"{key} sms", f"{key} verification-email")

    assert (read_of.minimum, reasons(read_of)) == ("sms", ["conflicting", "conflicting"])


# --- Hostile input ---------------------------------------------------------------------------


@given(lines=st.lists(st.tuples(st.just(RIGHT) | st.text(), st.text())))
def test_no_line_makes_it_raise(lines: list[tuple[str, str]]) -> None:
    assert read_instructions(lines, RECIPIENTS).access_rights == ()


@given(value=st.text('ajn@exmpl.sc-od "<>&;+0123456789:()[]\n\u200b\u00a0'))
def test_no_value_makes_it_raise(value: str) -> None:
    keys = (RIGHT, "zivver-message-expiration", "zivver-minimum-recipient-verification")

    assert read_instructions([(key, f"{JAN} sms {value}") for key in keys], []).minimum == ""


@pytest.mark.parametrize(
    "typed", ["+43 664 123456\u2077", "+43 664 1234567\u00b9", "+43664123456\u2460"]
)
def test_a_small_raised_figure_behind_a_number_is_no_digit_of_it(typed: str) -> None:
    read_it = read_instructions([("zivver-access-right", f"{JAN} sms {typed}")], [JAN])
    assert (read_it.access_rights, [bad.reason for bad in read_it.problems]) == ((), ["bad_number"])
