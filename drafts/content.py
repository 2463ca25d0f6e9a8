"""What a draft keeps sealed, as JSON. Pure."""

import json
from dataclasses import asdict, dataclass

from drafts.incoming import Choice, LineProblem


@dataclass(frozen=True, slots=True)
class Content:
    """The body of a held mail, how its thread is found, and what was odd about it."""

    text: str | None
    html: str | None
    html_text: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()
    problems: tuple[LineProblem, ...] = ()
    defects: tuple[str, ...] = ()

    @property
    def visible_text(self) -> str:
        """The body as text: the plain part, or what the HTML part shows."""
        return self.html_text if self.text is None else self.text

    @property
    def texts_differ(self) -> bool:
        """Whether plain and HTML part say different things, so that both must be shown."""
        if self.text is None or self.html is None:
            return False
        return "".join(self.text.split()) != "".join(self.html_text.split())

    def to_bytes(self) -> bytes:
        """Return the JSON to seal."""
        return json.dumps(asdict(self)).encode()


def content_from_bytes(data: bytes) -> Content:
    """Return the content of unsealed JSON."""
    values = json.loads(data)
    values["references"] = tuple(values["references"])
    values["defects"] = tuple(values["defects"])
    values["problems"] = tuple(LineProblem(**problem) for problem in values["problems"])
    return Content(**values)


def choice_to_bytes(choice: Choice) -> bytes:
    """Return the JSON of what a person typed, to seal."""
    return json.dumps(asdict(choice)).encode()


def choice_from_bytes(data: bytes) -> Choice:
    """Return what a person typed."""
    return Choice(**json.loads(data))
