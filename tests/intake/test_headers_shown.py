"""A sender sees the lines that are wrong again; nobody reads a code or a number in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.headers import HeaderProblem, instructions_for, read_instructions, split_line
from intake.headers.shown import masked

JAN = "jan@example.nl"
RIGHT = "zivver-access-right"
CODE = "Blauw-42x"
# Every reason for which a line is a problem, and every place in which a code may stand.
WRONG = [
    f"{RIGHT}: {JAN} access-code {CODE}",  # conflicting, with the line after it
    f"{RIGHT}: {JAN} access-code {CODE} het is {CODE}",
    f"{RIGHT}: {JAN} access-code {CODE} {'hint ' * 300}",
    f"{RIGHT}: eva@example.nl access-code {CODE}",
    f"{RIGHT}: eva@example.nl els@example.nl access-code {CODE}",
    f"{RIGHT}: jan@@example.nl access-code {CODE}",
    f"{RIGHT}: jan access-code {CODE}",
    f"{RIGHT}: access-code {CODE} {JAN}",
    f"{RIGHT}: {CODE} {JAN}",
    f"{RIGHT}: {JAN} {CODE}",
    f"{RIGHT}: {JAN} fax {CODE}",
    f"{RIGHT}: {JAN} access-code={CODE}",
    f"{RIGHT}: {JAN}, {CODE} access-code",
    f"{RIGHT}: {JAN} sms {CODE}",
    f"{RIGHT}: {JAN} sms +31636363636 {CODE}",
    f"{RIGHT}: {CODE}",
    f"{RIGHT} {JAN} access-code {CODE}",
    f"{RIGHT} {JAN} access-code {CODE}:x",
    f"zivver-acces-right: {JAN} access-code {CODE}",
    f"zivver-acces-right {CODE}",
    f"zivver-x: {CODE}",
    f"{CODE}: {JAN} access-code",
    f"{JAN} access-code {CODE}",
    CODE,
    f"zivver-message-expiration: {CODE}",
    f"zivver-message-expiration: delete {CODE}",
    f"zivver-minimum-recipient-verification: access-code {CODE}",
]


@pytest.mark.parametrize("line", WRONG)
def test_no_code_stands_in_a_problem(line: str) -> None:
    lines = [split_line(each) for each in (f"{RIGHT}: {JAN} sms +31636363636", line)]

    problems = read_instructions(lines, [JAN]).problems

    assert problems
    assert CODE not in str(problems)


@pytest.mark.parametrize("line", WRONG)
def test_no_code_stands_in_the_problem_that_two_bodies_differ(line: str) -> None:
    text = f"<!--zivver_headers\n{line}\nzivver_headers-->\n"
    html = text.replace(CODE, "Groen-43y").replace(JAN, "els@example.nl")

    problems = instructions_for(text, f"<pre>{html}</pre>", [], [JAN])[0].problems

    assert CODE not in str(problems)
    assert "Groen-43y" not in str(problems)


def test_no_code_stands_in_a_line_too_many() -> None:
    lines = [(RIGHT, f"{JAN} access-code {CODE}")] * 1001

    problems = read_instructions(lines, [JAN]).problems

    assert problems == (HeaderProblem(f"{RIGHT}: {JAN} access-code •••", "too_long"),)


@given(
    code=st.text("abcdefgABCDEFG0123456789!?+-=:;,@. ", min_size=8).filter(
        lambda code: sum(map(str.isalnum, code)) >= 8
    ),
    before=st.sampled_from([f"{RIGHT}: {JAN} access-code ", f"{RIGHT}: {JAN} ", f"{RIGHT}: sms "]),
)
def test_no_code_is_shown_behind_an_address_or_a_method(code: str, before: str) -> None:
    assert code.strip() not in masked(*split_line(before + code))


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        (f"{RIGHT}: <{JAN}> access-code {CODE} ons gesprek", f"{RIGHT}: {JAN} access-code •••"),
        (f"{RIGHT}: Jan <{JAN}> SMS 06-36363636", f"{RIGHT}: ••• {JAN} SMS •••36"),
        (f"{RIGHT}: jan@@example.nl sms +31636363637", f"{RIGHT}: jan@@example.nl sms •••37"),
        (f"zivver-acces-right: {JAN} sms 1", f"zivver-acces-right: {JAN} sms •••"),
        (f"{RIGHT}: <E-MAIL> sms <NUMBER>", f"{RIGHT}: ••• sms •••"),
        (f"{RIGHT}: {JAN}", f"{RIGHT}: {JAN}"),
        ("zivver-message-expiration: delete 30", "zivver-message-expiration: delete 30"),
        ("zivver-message-expiration: revoke P3D", "zivver-message-expiration: ••• P3D"),
    ],
)
def test_what_is_no_secret_is_shown(line: str, seen: str) -> None:
    assert masked(*split_line(line)) == seen
