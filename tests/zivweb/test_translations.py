"""Texts are found in Python files and templates, merged, checked and compiled."""

import gettext
import io
from pathlib import Path

import pytest
from babel.messages import Catalog

from zivweb import translations

PYTHON = """
greeting = _("Hello")
month = pgettext("of a year", "May")
people = ngettext_lazy("%(count)s person", "%(count)s people", "count")
"""
TEMPLATE = """
{% load i18n %}
<div title="{% translate 'Close' %}">
  {% blocktranslate trimmed with name=user.name %}
    Dear {{ name }},
    it's 100% yours
  {% endblocktranslate %}
      {% blocktranslate trimmed count counter=drafts|length %}
        One draft
      {% plural %}
        {{ counter }} drafts
      {% endblocktranslate %}
  {% translate "Open" context "button" %} {{ _("Later") }}
  "unmatched {% comment %}no{% endcomment %}
</div>
"""


def extracted(tmp_path: Path, name: str, text: str) -> Catalog:
    file = tmp_path / name
    file.write_text(text)
    return translations.extract([file], tmp_path)


def dutch(template: Catalog, **texts: str) -> Catalog:
    catalog = Catalog(locale="nl")
    translations.merge(catalog, template)
    for source, translation in texts.items():
        catalog[source].string = translation
    return catalog


def test_texts_of_a_python_file_are_found(tmp_path: Path) -> None:
    catalog = extracted(tmp_path, "page.py", PYTHON)

    assert {(message.id, message.context) for message in catalog if message.id} == {
        ("Hello", None),
        ("May", "of a year"),
        (("%(count)s person", "%(count)s people"), None),
    }


def test_texts_of_a_template_are_found(tmp_path: Path) -> None:
    catalog = extracted(tmp_path, "page.html", TEMPLATE)

    assert {(message.id, message.context) for message in catalog if message.id} == {
        ("Close", None),
        ("Dear %(name)s, it's 100%% yours", None),
        (("One draft", "%(counter)s drafts"), None),
        ("Open", "button"),
        ("Later", None),
    }


def test_a_merge_keeps_translations_and_drops_what_is_gone(tmp_path: Path) -> None:
    catalog = dutch(extracted(tmp_path, "old.py", '_("Stays"); _("Goes")'), Stays="Blijft")

    translations.merge(catalog, extracted(tmp_path, "new.py", '_("Stays"); _("New")'))

    assert {message.id: message.string for message in catalog if message.id} == {
        "Stays": "Blijft",
        "New": None,
    }


def test_a_complete_catalog_has_no_problems(tmp_path: Path) -> None:
    template = extracted(tmp_path, "page.py", '_("Send")')

    assert translations.problems(dutch(template, Send="Verzenden"), template) == []


def test_a_missing_translation_is_a_problem(tmp_path: Path) -> None:
    template = extracted(tmp_path, "page.py", '_("Send")')

    assert translations.problems(dutch(template), template) == ["not translated: 'Send' page.py"]


def test_a_missing_plural_form_is_a_problem(tmp_path: Path) -> None:
    template = extracted(tmp_path, "page.py", 'ngettext("a draft", "drafts", n)')
    catalog = dutch(template)
    catalog[("a draft", "drafts")].string = ("een concept", "")

    assert translations.problems(catalog, template) == ["not translated: 'a draft' page.py"]


def test_a_doubtful_translation_is_a_problem(tmp_path: Path) -> None:
    template = extracted(tmp_path, "page.py", '_("Send")')
    catalog = dutch(template, Send="Verzenden")
    catalog["Send"].flags.add("fuzzy")

    assert translations.problems(catalog, template) == ["fuzzy: 'Send' page.py"]


def test_a_text_that_was_not_extracted_is_a_problem(tmp_path: Path) -> None:
    template = extracted(tmp_path, "page.py", '_("Send")')

    assert translations.problems(Catalog(locale="nl"), template) == [
        "not in the file (make messages adds it): 'Send' page.py"
    ]


def test_a_text_that_no_source_holds_is_a_problem(tmp_path: Path) -> None:
    catalog = dutch(extracted(tmp_path, "old.py", '_("Gone")'), Gone="Weg")

    assert translations.problems(catalog, Catalog()) == ["in no source: 'Gone' old.py"]


def test_a_lost_placeholder_is_a_problem(tmp_path: Path) -> None:
    template = extracted(tmp_path, "page.py", '_("To %(name)s")')
    catalog = dutch(template, **{"To %(name)s": "Aan %(naam)s"})

    assert len(translations.problems(catalog, template)) == 1


def test_a_catalog_survives_its_file(tmp_path: Path) -> None:
    catalog = dutch(extracted(tmp_path, "page.py", PYTHON), Hello="Hallo")
    path = tmp_path / "nl" / "django.po"

    translations.write(catalog, path)

    assert translations.read(path, "nl")["Hello"].string == "Hallo"


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "django.po"
    template = extracted(tmp_path, "page.py", PYTHON)
    translations.write(dutch(template, Hello="Hallo"), path)
    before = path.read_bytes()
    catalog = translations.read(path, "nl")
    translations.merge(catalog, template)

    translations.write(catalog, path)

    assert path.read_bytes() == before


@pytest.mark.parametrize(("count", "text"), [(1, "een concept"), (2, "concepten")])
def test_compiled_plurals_follow_the_number(tmp_path: Path, count: int, text: str) -> None:
    catalog = dutch(extracted(tmp_path, "page.py", 'ngettext("a draft", "drafts", n)'))
    catalog[("a draft", "drafts")].string = ("een concept", "concepten")

    compiled = gettext.GNUTranslations(io.BytesIO(translations.compiled(catalog)))

    assert compiled.ngettext("a draft", "drafts", count) == text
