"""Keeps the translated texts in step with the sources, without the gettext programs."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages import Catalog, Message, mofile, pofile
from babel.messages import extract as babel_extract
from django.utils.translation.template import templatize

# What marks a text: the functions of django.utils.translation, with where the texts stand.
PLURAL = (1, 2)
CONTEXT = ((1, "c"), 2)
CONTEXT_PLURAL = ((1, "c"), 2, 3)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": PLURAL,
    "ngettext_lazy": PLURAL,
    "pgettext": CONTEXT,
    "pgettext_lazy": CONTEXT,
    "npgettext": CONTEXT_PLURAL,
    "npgettext_lazy": CONTEXT_PLURAL,
}
TEMPLATES = {".html", ".txt"}
# Line, text (singular and plural), comments for the translator, context.
Text = tuple[int, str | tuple[str, ...], list[str], str | None]


def extract(files: Iterable[Path], base: Path) -> Catalog:
    """Return the texts that stand in these Python files and templates."""
    catalog = Catalog(project="zivweb")
    for file in sorted(files):
        name = file.relative_to(base).as_posix()
        for line, text, comments, context in _texts(file):
            catalog.add(text, None, [(name, line)], auto_comments=comments, context=context)
    return catalog


def merge(catalog: Catalog, template: Catalog) -> None:
    """Add the new texts and drop those that no source holds; translations stay as they are."""
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()


def problems(catalog: Catalog, template: Catalog) -> list[str]:
    """Return a line for each text that is not there, not translated, doubtful, or left over."""
    found = [
        f"{why}: {_show(message)}"
        for message in _entries(template)
        for why in _faults(message, catalog.get(message.id, message.context), catalog)
    ]
    known = {_key(message) for message in _entries(template)}
    left = [message for message in _entries(catalog) if _key(message) not in known]
    found += [f"in no source: {_show(message)}" for message in left]
    return found + [f"in no source: {_show(entry)}" for entry in catalog.obsolete.values()]


def read(path: Path, language: str) -> Catalog:
    """Return the catalog in a .po file; an empty one when there is no file yet."""
    if not path.exists():
        header = f"# The texts of zivweb in the language {language}."
        return Catalog(locale=language, project="zivweb", header_comment=header)
    with path.open("rb") as file:
        return pofile.read_po(file, locale=language)


def write(catalog: Catalog, path: Path) -> None:
    """Write a .po file in an order that merges well: sorted, without line numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        pofile.write_po(
            file, catalog, width=100, sort_output=True, include_lineno=False, ignore_obsolete=True
        )


def compiled(catalog: Catalog) -> bytes:
    """Return the .mo file of a catalog."""
    buffer = io.BytesIO()
    mofile.write_mo(buffer, catalog)
    return buffer.getvalue()


def _texts(file: Path) -> Iterator[Text]:
    source = file.read_text(encoding="utf-8")
    if file.suffix in TEMPLATES:
        # What is no text becomes X; without their indentation the lines read as Python.
        lines = templatize(source, origin=str(file)).splitlines()
        source = "\n".join(line.lstrip() for line in lines)
    return babel_extract.extract(
        "python", io.BytesIO(source.encode()), KEYWORDS, ["Translators:"], {"encoding": "utf-8"}
    )


def _entries(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _key(message: Message) -> tuple[object, object]:
    return message.id, message.context


def _faults(message: Message, entry: Message | None, catalog: Catalog) -> list[str]:
    if entry is None or entry.pluralizable != message.pluralizable:
        return ["not in the file (make messages adds it)"]
    if entry.fuzzy:
        return ["fuzzy"]
    if not entry.string or not all(entry.string):
        return ["not translated"]
    return [f"wrong ({error})" for error in entry.check(catalog)]


def _show(message: Message) -> str:
    text = message.id if isinstance(message.id, str) else message.id[0]
    places = ", ".join(sorted({name for name, _line in message.locations}))
    return f"{text!r} {places}".rstrip()
