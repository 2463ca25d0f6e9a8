"""Made-up mails: what a reader sees of one, the ways in which programs write it, and changes to it.

All of it follows from a seed, so that a failure can be had again.
"""

from base64 import encodebytes
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.header import Header
from html import escape
from quopri import encodestring
from random import Random
from textwrap import fill

from drafts.incoming import IncomingMail
from intake.compose import Envelope, incoming_mail
from intake.parser import parse_mail

WORDS = (
    "afspraak", "uitslag", "maandag", "dinsdag", "kamer", "patiënt", "dosering", "mg", "tien",
    "niet", "wel", "graag", "morgen", "huisarts", "café", "€", "06-12345678", "12-03-1985", "1,5",
    "-5", "§4", "O'Brien", "hoort", "neem", "contact", "op", "voor", "½",
)  # fmt: skip
BLOCK = (
    "<!--zivver_headers",
    "zivver-access-right: jan@example.nl sms +31612345678",
    "zivver_headers-->",
)
PLAIN, HTML, BOTH, EMPTY_PLAIN = "plain", "html", "both", "empty plain"
SHAPES = (PLAIN, HTML, BOTH, EMPTY_PLAIN)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a reader sees; `marked` is the tag around the first word, `note` in plain text only."""

    shape: str
    subject: str
    paragraphs: tuple[tuple[str, ...], ...]
    link: str
    cells: tuple[str, ...]
    picture: bytes
    alt: str
    files: tuple[tuple[str, bytes], ...]
    marked: str = "span"
    note: str = ""


Change = Callable[[Letter, Random], Letter]


def seeded(seed: int) -> Random:
    """Return what all else follows from."""
    return Random(seed)  # noqa: S311  a made-up mail is no secret


def letter(random: Random) -> Letter:
    """Make up a mail."""
    return Letter(
        shape=random.choice(SHAPES),
        subject=_sentence(random),
        paragraphs=tuple(tuple(_words(random)) for _ in range(random.randint(2, 5))),
        link=f"https://portaal.example/dossier?id={random.randrange(10**6)}",
        cells=(_sentence(random), "", _sentence(random), ""),
        picture=random.randbytes(40),
        alt=_sentence(random),
        files=tuple((f"brief {n}.pdf", random.randbytes(60)) for n in range(random.randint(0, 3))),
    )


def changed(mail: Letter, random: Random) -> tuple[str, Letter]:
    """Change one thing that a reader of this mail sees; say which."""
    kinds = IN_ANY if mail.shape == PLAIN else IN_ANY | IN_HTML
    kinds = kinds | IN_BOTH if mail.shape == BOTH else kinds
    name = random.choice(sorted(kinds))
    return name, kinds[name](mail, random)


def written(
    mail: Letter, random: Random, *, block: bool | None = None, message_id: str = ""
) -> bytes:
    """Write the mail as some program would; each time in another way."""
    charset = random.choice(["utf-8", "windows-1252"])
    subject = Header(mail.subject, charset, maxlinelen=random.choice([50, 76]))
    fields = [
        b"From: Anna <anna@zorg.example>",
        b"To: Jan <jan@example.nl>",
        b"Subject: " + subject.encode().encode(),
        f"Message-ID: {message_id or f'<{random.randrange(10**12)}@mail.example>'}".encode(),
        b"Date: Mon, 2 Mar 2026 09:%02d:00 +0100" % random.randrange(60),
        b"MIME-Version: 1.0",
    ]
    files = [
        _part(random.choice(["application/pdf", "application/octet-stream"]), content, random,
              f'Content-Disposition: attachment; filename="{name}"')
        for name, content in random.sample(mail.files, len(mail.files))
    ]  # fmt: skip
    has_block = random.random() < 0.5 if block is None else block
    whole = _bodies(mail, random, BLOCK if has_block else ())
    return b"\r\n".join([*fields, _multipart("mixed", [whole, *files], random) if files else whole])


def incoming(raw: bytes, organization_id: int = 1, sender_id: int = 1) -> IncomingMail:
    """Read a mail as intake does."""
    envelope = Envelope(organization_id, sender_id, ("jan@example.nl",))
    return incoming_mail(parse_mail(raw), envelope)


def _bodies(mail: Letter, random: Random, block: tuple[str, ...]) -> bytes:
    cid = f"image{random.randrange(100)}.png@{random.randrange(10**9):08X}"
    text = "" if mail.shape == EMPTY_PLAIN else _plain(mail, random, block, cid)
    plain = _text("plain", text, random)
    if mail.shape == PLAIN:
        return plain
    picture = _part("image/png", mail.picture, random, f"Content-ID: <{cid}>",
                    'Content-Disposition: inline; filename="logo.png"')  # fmt: skip
    html = _text("html", _html(mail, random, block, cid), random)
    related = _multipart("related", [html, picture], random)
    return related if mail.shape == HTML else _multipart("alternative", [plain, related], random)


def _text(subtype: str, text: str, random: Random) -> bytes:
    charset = random.choice(["utf-8", "windows-1252"])
    return _part(f"text/{subtype}; charset={charset}", text.encode(charset), random)


def _part(kind: str, content: bytes, random: Random, *fields: str) -> bytes:
    """Write a part, its content in base64, or text perhaps in quoted-printable."""
    encodings = ["quoted-printable", "base64"] if kind.startswith("text/") else ["base64"]
    encoding = random.choice(encodings)
    header = [f"Content-Type: {kind}", f"Content-Transfer-Encoding: {encoding}", *fields, "", ""]
    encode = encodebytes if encoding == "base64" else encodestring
    return "\r\n".join(header).encode() + encode(content)


def _multipart(subtype: str, parts: list[bytes], random: Random) -> bytes:
    boundary = b"=_%d" % random.randrange(10**9)
    kind = b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n' % (subtype.encode(), boundary)
    return (
        kind
        + b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts)
        + (b"--%s--\r\n" % boundary)
    )


def _plain(mail: Letter, random: Random, block: tuple[str, ...], cid: str) -> str:
    width = random.choice([60, 72, 10_000])
    paragraphs = [" ".join(words) for words in mail.paragraphs]
    if mail.shape == BOTH:
        paragraphs += [f"portaal <{mail.link}>", *filter(None, mail.cells), f"[cid:{cid}]"]
        paragraphs[0] += random.choice(["", " " * 3]) + mail.note
    else:
        paragraphs += [mail.link, " | ".join(mail.cells)]
    lines = [fill(one, width, break_long_words=False, break_on_hyphens=False) for one in paragraphs]
    end = "\n" * random.randint(1, 4)
    return "\n".join(block) + "\n" * bool(block) + "\n\n".join(lines) + end


def _html(mail: Letter, random: Random, block: tuple[str, ...], cid: str) -> str:
    """Write HTML; white space, classes, typefaces, comments and what is hidden are at random."""
    gap = random.choice([" ", "\n", "\r\n   "])
    first, *others = mail.paragraphs
    style = f' class="c{random.randrange(99)}" style="margin: {random.randrange(9)}px"'
    lines = [f"<p>{escape(line)}</p>" for line in block]
    start = f"<{mail.marked}>{escape(first[0])}</{mail.marked}>"
    lines.append(f"<p{style}>{start} {gap.join(map(escape, first[1:]))}</p>")
    lines += [f"<p{random.choice(['', style])}>{gap.join(map(escape, one))}</p>" for one in others]
    lines.append(f'<div><a href="{escape(mail.link)}">portaal</a></div>')
    cells = [f"<td{style}>{escape(cell)}</td>" for cell in mail.cells]
    lines.append(f"<table><tr>{cells[0]}{cells[1]}</tr><tr>{cells[2]}{cells[3]}</tr></table>")
    lines.append(f'<img alt="{escape(mail.alt)}" src="cid:{cid}">')
    lines.insert(-1, random.choice(["", "<!-- x -->", '<p style="display:none">id 12</p>']))
    body = random.choice(["", "\n"]).join(lines) + "<p>&nbsp;</p>" * random.randrange(3)
    head = random.choice(["", "<head><title>x</title><style>p{margin:0}</style></head>"])
    return f"<html>{head}<body>{body}</body></html>"


def _words(random: Random) -> list[str]:
    return [random.choice(WORDS) for _ in range(random.randint(3, 25))]


def _sentence(random: Random) -> str:
    return " ".join(random.choice(WORDS) for _ in range(random.randint(1, 4)))


def _with_words(mail: Letter, random: Random, change: Callable[[list[str], int], None]) -> Letter:
    paragraphs = [list(words) for words in mail.paragraphs]
    words = random.choice(paragraphs)
    change(words, random.randrange(len(words)))
    return replace(mail, paragraphs=tuple(map(tuple, paragraphs)))


def _other_word(mail: Letter, random: Random) -> Letter:
    return _with_words(mail, random, lambda words, at: words.__setitem__(at, "anders"))


def _other_number(mail: Letter, random: Random) -> Letter:
    number = str(random.randrange(100, 999))
    return _with_words(mail, random, lambda words, at: words.insert(at, number))


def _other_case(mail: Letter, random: Random) -> Letter:
    return _with_words(mail, random, lambda words, at: words.__setitem__(at, words[at] + "A"))


def _less(mail: Letter, random: Random) -> Letter:
    return _with_words(mail, random, lambda words, at: words.__delitem__(at))


def _other_paragraphs(mail: Letter, random: Random) -> Letter:
    first, second, *others = mail.paragraphs
    return replace(mail, paragraphs=((*first, second[0]), (*second[1:], "en"), *others))


def _other_subject(mail: Letter, random: Random) -> Letter:
    return replace(mail, subject=f"{mail.subject} {random.choice(WORDS)}")


def _other_file(mail: Letter, random: Random) -> Letter:
    (name, content), *others = mail.files or (("brief.pdf", b"%PDF"),)
    other = random.choice([(name, content + b"."), (f"x{name}", content)])
    return replace(mail, files=(other, *others))


def _another_file(mail: Letter, random: Random) -> Letter:
    return replace(mail, files=(*mail.files, ("bijlage.pdf", random.randbytes(9))))


def _moved_cell(mail: Letter, random: Random) -> Letter:
    one, two, three, four = mail.cells
    return replace(mail, cells=random.choice([(two, one, three, four), (one, three, two, four)]))


def _marked(mail: Letter, random: Random) -> Letter:
    return replace(mail, marked=random.choice(["b", "i", "u", "s", "sup", "h2", "mark"]))


IN_ANY: dict[str, Change] = {
    "another word": _other_word,
    "another number": _other_number,
    "a word more or less long": _other_case,
    "a word less": _less,
    "paragraphs broken elsewhere": _other_paragraphs,
    "another subject": _other_subject,
    "a file with other bytes or another name": _other_file,
    "a file more": _another_file,
    "another link": lambda mail, random: replace(mail, link=f"{mail.link}0"),
    "subject in capitals": lambda mail, random: replace(mail, subject=mail.subject + "! Re: NU"),
}
IN_HTML: dict[str, Change] = {
    "another picture": lambda mail, random: replace(mail, picture=mail.picture + b"."),
    "another alt text": lambda mail, random: replace(mail, alt=f"{mail.alt} twee"),
    "a cell moved": _moved_cell,
    "a word marked": _marked,
}
IN_BOTH: dict[str, Change] = {
    "another plain text": lambda mail, random: replace(mail, note="Bel 0612345679."),
}
