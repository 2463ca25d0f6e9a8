"""What a whole mail asks for: its header fields and the blocks in its bodies."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.headers import HeaderProblem, Instructions, instructions_for
from intake.parser import parse_mail

MAILS = Path(__file__).parents[1] / "mails"
JAN, ELS = "jan@example.nl", "els@example.nl"
RECIPIENTS = frozenset({JAN, ELS})
RIGHT = "zivver-access-right"
NUMBER = "+31636363636"
ABOVE, BELOW = "<!--zivver_headers\n", "\nzivver_headers-->\n"
BLOCK = f"{ABOVE}{RIGHT}: {JAN} sms {NUMBER}{BELOW}"
TYPED = f"<p>&lt;!--zivver_headers<br>{RIGHT}: {JAN} sms {NUMBER}<br>zivver_headers--&gt;</p>"


def rights(instructions: Instructions) -> list[tuple[str, str, str, str]]:
    return [(r.address, r.method, r.value, r.hint) for r in instructions.access_rights]


def reasons(instructions: Instructions) -> list[str]:
    return [problem.reason for problem in instructions.problems]


@pytest.mark.parametrize("path", sorted(MAILS.glob("headers-*.eml")), ids=lambda path: path.stem)
def test_block_is_understood_from_every_mail_client(path: Path) -> None:
    mail = parse_mail(path.read_bytes())
    instructions, text, html = instructions_for(
        mail.text, mail.html, mail.control_fields, RECIPIENTS
    )

    assert rights(instructions) == [(JAN, "sms", NUMBER, ""), (ELS, "sms", "+31636363637", "")]
    assert reasons(instructions) == []
    assert "zivver" not in f"{text} {html}".lower()
    assert "Beste Jan en Els" in f"{text} {html}"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (BLOCK, None),
        (None, TYPED),
        (BLOCK, TYPED),
        (BLOCK, BLOCK),
        (BLOCK, "<p>Dag</p>"),
        ("Dag", TYPED),
        (BLOCK.replace(JAN, f"{JAN} <mailto:{JAN}>").replace("sms ", "sms\n"), TYPED),
    ],
)
def test_block_in_both_bodies_counts_once(text: str | None, html: str | None) -> None:
    instructions, *bodies = instructions_for(text, html, [], RECIPIENTS)

    assert (rights(instructions), reasons(instructions)) == ([(JAN, "sms", NUMBER, "")], [])
    assert "zivver" not in str(bodies)


def test_problem_in_both_bodies_is_told_once() -> None:
    text, html = (body.replace(NUMBER, "0636363636") for body in (BLOCK, TYPED))

    assert reasons(instructions_for(text, html, [], RECIPIENTS)[0]) == ["number_without_country"]


def test_bodies_that_differ_about_a_number_are_a_problem_and_give_none() -> None:
    text = BLOCK.replace(NUMBER, "+31636363637")
    instructions, *_ = instructions_for(text, TYPED, [], RECIPIENTS)

    assert rights(instructions) == []
    assert set(reasons(instructions)) == {"conflicting"}


def test_line_that_stands_in_one_of_two_blocks_is_a_problem() -> None:
    line = f"{RIGHT}: {ELS} sms +31636363637"
    text = BLOCK.replace("headers\n", f"headers\n{line}\n", 1)

    problems = instructions_for(text, TYPED, [], RECIPIENTS)[0].problems

    assert problems == (HeaderProblem(f"{RIGHT}: {ELS} sms •••37", "conflicting"),)


def test_header_fields_and_block_count_together() -> None:
    fields = [("zivver-access-right", f"{ELS} sms\r\n +31636363637"), ("zivver-relay", "sdr")]
    instructions, *_ = instructions_for(BLOCK, None, fields, RECIPIENTS)

    assert sorted(right.address for right in instructions.access_rights) == [ELS, JAN]
    assert reasons(instructions) == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (f"Beste Jan,\n{BLOCK}", f"<p>Beste Jan,</p>{TYPED}"),
        (f"> {BLOCK}", f"<blockquote>{TYPED}</blockquote>"),
        (f"-----Oorspronkelijk bericht-----\n{BLOCK}", f"<hr>{TYPED}"),
        (f"Op ma 16 nov schreef Jan:\n\n{BLOCK}", f'<div class="gmail_quote">{TYPED}</div>'),
    ],
)
def test_block_in_somebody_elses_text_asks_nothing(text: str, html: str) -> None:
    instructions, *bodies = instructions_for(text, html, [], RECIPIENTS)

    assert instructions == Instructions()
    assert "zivver" not in str(bodies)


@pytest.mark.parametrize("body", [BLOCK[: -len(BELOW)], BLOCK[len(ABOVE) :]])
def test_unclosed_block_is_a_problem(body: str) -> None:
    instructions, text, _ = instructions_for(f"{body}\n\nDag", None, [], RECIPIENTS)

    assert reasons(instructions) == ["unclosed_block"]
    assert str(text).strip() == "Dag"


def test_mail_without_a_block_is_left_alone() -> None:
    assert instructions_for("Dag", "<p>Dag", [], RECIPIENTS) == (Instructions(), "Dag", "<p>Dag")
    assert instructions_for(None, None, [], []) == (Instructions(), None, None)


# --- Printed and read back -------------------------------------------------------------------

NUMBERS = st.integers(10_000_000, 58_999_999).map(lambda digits: f"+316{digits}")
CODES = st.text("abcdefghjkmnpqrstuvwxyzABCDEFGH23456789-_!#%", min_size=1).map("Xq7ab2".__add__)
HINTS = st.lists(st.sampled_from(["ons", "gesprek", "vrijdag"]), max_size=3).map(" ".join)
DATA = st.tuples(st.just("sms"), NUMBERS, st.just("")) | st.tuples(
    st.just("access-code"), CODES.map(lambda code: code[:60]), HINTS
)
LAYOUTS = ["{} {} {} {}", "<{}> {}  {}  {}", "{}\n{} {} {}", "\u00a0{}\t{}\u00a0{} {} \r"]


@given(data=st.tuples(DATA, DATA), layout=st.sampled_from(LAYOUTS), days=st.integers(1, 3650))
def test_what_is_printed_in_any_layout_is_read_back(
    data: tuple[tuple[str, str, str], ...], layout: str, days: int
) -> None:
    typed = [layout.format(who, *datum) for who, datum in zip((JAN, ELS), data, strict=True)]
    content = (
        f"{RIGHT}: {typed[0]}\n{RIGHT}: {typed[1]}\nzivver-message-expiration: delete P{days}D"
    )
    instructions, text, _ = instructions_for(f"{ABOVE}{content}{BELOW}Dag", None, [], RECIPIENTS)

    assert [right[2:] for right in rights(instructions)] == [datum[1:] for datum in data]
    assert (instructions.expires_after, reasons(instructions)) == (timedelta(days=days), [])
    assert text == "Dag"
