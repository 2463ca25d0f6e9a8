"""Lists as people copy them, made up: who is in them, and whose number each is."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from drafts.paste import Person

# They stand as they are written in a list.
GIVEN = """
    Jan Piet Els Anna Bob Joke Fatima Mohammed Søren Zoë André José Łukasz Chloé Björn Noor Willem
    Jan-Willem Anne Marie Олена محمد 伟 Ben Mei Juni Augusta Wim Kees Truus Sjoerd Ömer Ahmet
""".split()  # noqa: SIM905  a list of so many would be a column of lines
SURNAMES = (
    ("", "Jansen"), ("de", "Vries"), ("van den", "Berg"), ("", "Bakker"), ("", "Smit"),
    ("", "Kamer"), ("van", "Leiden"), ("", "Müller"), ("'t", "Hooft"), ("van der", "Meer"),
    ("", "d'Artagnan"), ("", "Post"), ("", "O\u2019Brien"), ("", "Y\u0131lmaz"), ("ten", "Brink"),
    ("", "Дараган"), ("de", "Jong"), ("", "Jansen-de Vries"), ("", "Smit-Bakker"),
    ("", "El Amrani"), ("", "Nguyễn"), ("in 't", "Veld"),
)  # fmt: skip
BORN = (
    "{d:02}-{m:02}-{y}", "{d}-{m}-{y}", "{d:02}/{m:02}/{y}", "{y}-{m:02}-{d:02}",
    "{d:02}.{m:02}.{y}", "geb. {d:02}-{m:02}-{y}", "{d} maart {y}", "geb: {d}/{m}/{y}",
    "({d:02}-{m:02}-{y})", "{d:02}-{m:02}-{z:02}", "{d} mrt {y}", "{d}/{m}/{z:02}",
)  # fmt: skip
MOBILES = (
    "06{n}", "06-{n}", "06 {n}", "+316{n}", "+31 6 {n}", "00316{n}", "+31 (0)6 {n}", "(06) {n}",
    "06 {a} {b} {c} {d}", "06-{a}{b} {c}{d}", "06 - {a} {b} {c} {d}", "+31-6-{n}", "06\u2011{n}",
    "06.{a}{b}.{c}{d}", "\u202a06{n}\u202c", "06\u00a0{n}", "+31 6 {a} {b} {c} {d}",
    "0031 6 {a}{b}{c}{d}",
)  # fmt: skip
LANDLINES = ("020-{x}", "(020) {x}", "+31 20 {x}", "0318 {y}", "0318-{y}", "+31 (0)20 {x}")
SEPARATORS = ("\t", ";", ", ", " | ", " ", "  ", " - ", ";\t", ": ")


@dataclass
class Human:
    """Somebody who may be in the list, and whether the mail goes to them."""

    given: str
    particle: str
    surname: str
    address: str
    mobile: str
    person: Person | None = None

    @property
    def last(self) -> str:
        """The surname with its particle."""
        return f"{self.particle} {self.surname}".strip()


@dataclass
class MadeList:
    """A list, the recipients, whose number is whose, and the pairs that a person would make."""

    text: str
    people: list[Person]
    truth: dict[int, str]
    expected: set[int] = field(default_factory=set)


def made_list(seed: int) -> MadeList:
    """Return the list of a seed."""
    return _Maker(random.Random(seed)).make()  # noqa: S311  made up, no secret


class _Maker:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.columns = ["name", "mobile"] + [
            name for name in ("born", "landline", "room", "patient", "email", "counter")
            if rng.random() < 0.3
        ]  # fmt: skip
        rng.shuffle(self.columns)
        if "counter" in self.columns:
            self.columns.remove("counter")
            self.columns.insert(0, "counter")
        self.separator = rng.choice(SEPARATORS)
        self.style = rng.choice(
            (
                "given last",
                "last, given",
                "last given",
                "J. last",
                "last, J.",
                "title",
                "J. (given)",
            )
        )
        self.mobile_form = rng.choice(MOBILES)
        self.born_form = rng.choice(BORN)
        self.quoted = self.separator == "\t" and rng.random() < 0.3

    def make(self) -> MadeList:
        """Make humans, make some of them recipients, write the rows of some of them."""
        rng = self.rng
        humans = self._humans(rng.randint(2, 9))
        recipients = [each for each in humans if rng.random() < 0.7] or humans[:1]
        for key, each in enumerate(recipients, start=1):
            each.person = Person(key, each.address, self._display(each), rng.random() < 0.9)
        listed = [each for each in humans if rng.random() < 0.9 or self._has_namesake(each, humans)]
        rng.shuffle(listed)
        without = {id(each) for each in listed if rng.random() < 0.1}
        text = self._layout([(each, id(each) not in without) for each in listed])
        found = [each for each in listed if id(each) not in without and each.person]
        people = [each.person for each in recipients if each.person]
        return MadeList(
            text,
            people,
            {each.person.key: each.mobile for each in recipients if each.person},
            {each.person.key for each in found if each.person and self._is_clear(each, humans)},
        )

    def _humans(self, count: int) -> list[Human]:
        rng, humans = self.rng, []
        shared = rng.sample(SURNAMES, rng.randint(2, 6))
        for number in range(count):
            given, (particle, surname) = rng.choice(GIVEN), rng.choice(shared)
            digits = f"{rng.randint(10_000_000, 59_999_999)}"
            local = rng.choice((f"{number}.mail", f"client{number}", f"m{number}"))
            humans.append(Human(given, particle, surname, f"{local}@example.nl", f"+316{digits}"))
        return humans

    def _has_namesake(self, who: Human, humans: Sequence[Human]) -> bool:
        """Tell whether somebody else may be written alike: only the list shows that."""
        same = [
            each for each in humans if (each.surname, each.given[0]) == (who.surname, who.given[0])
        ]
        return len(same) > 1

    def _display(self, who: Human) -> str:
        full, reverse = f"{who.given} {who.last}", f"{who.surname}, {who.given} {who.particle}"
        short, both = f"{who.given[0]}. {who.last}", f"{who.last}, {who.given[0]}. ({who.given})"
        return self.rng.choice((full, full, reverse.strip(), short, who.given, "", both))

    def _is_clear(self, who: Human, humans: Sequence[Human]) -> bool:
        """Tell whether a person would be sure: by address, or by a name that nobody shares."""
        assert who.person
        if not who.person.needs:
            return False
        if "email" in self.columns:
            return True
        alike = [
            each for each in humans if each.surname == who.surname and each.given[0] == who.given[0]
        ]
        return len(alike) == 1 and who.surname in who.person.name

    def _name(self, who: Human) -> str:
        given, initial, last = who.given, who.given[0], who.last
        reverse = f"{who.surname}, {given} {who.particle}".strip()
        name = {
            "given last": f"{given} {last}", "last, given": reverse,
            "last given": f"{last} {given}",
            "J. last": f"{initial}. {last}", "last, J.": f"{last}, {initial}.",
            "title": f"mevr. drs. {given} {last}",
            "J. (given)": f"{last}, {initial}. ({given})",
        }[self.style]  # fmt: skip
        if self.rng.random() < 0.1:
            name += f" geb. {self.rng.choice(SURNAMES)[1].split('-')[0]}"
        return name

    def _cell(self, column: str, who: Human, number: int, *, mobile: bool) -> str:
        rng, n = self.rng, who.mobile[4:]
        day = {"d": rng.randint(1, 28), "m": rng.randint(1, 12), "y": rng.randint(1931, 2012)}
        day["z"] = day["y"] % 100
        line = {"x": rng.randint(2_000_000, 7_999_999), "y": rng.randint(500_000, 699_999)}
        written = self.mobile_form.format(n=n, a=n[:2], b=n[2:4], c=n[4:6], d=n[6:])
        return {
            "name": self._name(who),
            "mobile": written if mobile else "",
            "born": self.born_form.format(**day),
            "landline": rng.choice(LANDLINES).format(**line),
            "room": rng.choice(("kamer {}", "K{}", "{}")).format(rng.randint(1, 399)),
            "patient": str(rng.randint(10_000, 99_999_999)),
            "email": who.address,
            "counter": f"{number}.",
        }[column]

    def _row(self, who: Human, number: int, *, mobile: bool) -> str:
        cells = [self._cell(column, who, number, mobile=mobile) for column in self.columns]
        if self.quoted:
            at = self.columns.index("name")
            cells[at] = f'"{cells[at]}\n{self.rng.choice(("", "kamer 3"))}"'
        return self.separator.join(cells)

    def _layout(self, listed: list[tuple[Human, bool]]) -> str:
        rng = self.rng
        rows = [self._row(who, at, mobile=mobile) for at, (who, mobile) in enumerate(listed, 1)]
        kind = rng.random()
        if kind < 0.12:
            blocks = [self._card(who, mobile=mobile) for who, mobile in listed]
            return rng.choice(("\n\n", "\n \n", "\r\n\r\n")).join(blocks)
        if kind < 0.2:
            return "\n".join(self._card(who, mobile=mobile) for who, mobile in listed)
        if kind < 0.25:
            return rng.choice((", ", "; ", " ")).join(row.replace("\n", " ") for row in rows)
        heads = {
            "name": "Naam", "mobile": "Mobiel", "born": "Geboortedatum", "landline": "Telefoon",
            "room": "Kamer", "patient": "Patiëntnummer", "email": "E-mail", "counter": "Nr",
        }  # fmt: skip
        if rng.random() < 0.4:
            rows.insert(0, self.separator.join(heads[column] for column in self.columns))
        return rng.choice(("\n", "\r\n", "\n\n")).join(rows)

    def _card(self, who: Human, *, mobile: bool) -> str:
        label = self.rng.choice(("", "M ", "Mobiel: ", "Tel. "))
        lines = [
            f"{label if column == 'mobile' else ''}{cell}"
            for column in self.columns
            if column != "counter" and (cell := self._cell(column, who, 0, mobile=mobile))
        ]
        return "\n".join(lines)
