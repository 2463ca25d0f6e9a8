"""`manage.py messages`: the texts of every language, extracted, checked and compiled."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from zivweb import translations


class Command(BaseCommand):
    """Bring the .po files up to date; or check them; or compile them."""

    help = "Bring locale/ up to date with the texts in the sources."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take at most one of the two other ways to run."""
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--check", action="store_true", help="fail when a text lacks")
        way.add_argument("--compile", action="store_true", help="write the .mo files")

    def handle(self, *, check: bool, compile: bool, **_options: Any) -> None:
        """Do it for each language but that of the sources."""
        sources = list(source_files(settings.BASE_DIR))
        for language, _name in settings.LANGUAGES:
            path = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "django.po"
            if language == settings.LANGUAGE_CODE:
                continue
            if compile:
                self._compile(path, language)
            elif check:
                self._check(path, language, sources)
            else:
                self._update(path, language, sources)

    def _compile(self, path: Path, language: str) -> None:
        catalog = translations.read(path, language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".mo").write_bytes(translations.compiled(catalog))

    def _check(self, path: Path, language: str, sources: list[Path]) -> None:
        template = translations.extract(sources, settings.BASE_DIR)
        found = translations.problems(translations.read(path, language), template)
        if found:
            raise CommandError("\n".join([f"{path}: {len(found)} texts need work", *found]))
        self.stdout.write(f"{language}: all {len(template)} texts are translated")

    def _update(self, path: Path, language: str, sources: list[Path]) -> None:
        catalog = translations.read(path, language)
        translations.merge(catalog, translations.extract(sources, settings.BASE_DIR))
        translations.write(catalog, path)
        left = sum(not message.string or message.fuzzy for message in catalog if message.id)
        self.stdout.write(f"{path}: {len(catalog)} texts, {left} to translate")


def source_files(base: Path) -> Iterator[Path]:
    """Return every file of ours that may hold texts."""
    for config in apps.get_app_configs():
        folder = Path(config.path)
        if folder.parent == base:
            yield from (file for file in folder.rglob("*.py") if "migrations" not in file.parts)
    for suffix in translations.TEMPLATES:
        yield from (base / "templates").rglob(f"*{suffix}")
