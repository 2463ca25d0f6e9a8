"""How somebody sees a page: language, window, light or dark, with or without scripts."""

from dataclasses import dataclass
from typing import Any

LOCALES = {"en": "en-GB", "nl": "nl-NL"}
DESK, PHONE, SMALLEST = (1280, 800), (390, 844), (320, 640)


@dataclass(frozen=True)
class Look:
    """A browser window as it is set up."""

    language: str = "en"
    window: tuple[int, int] = DESK
    scheme: str = "light"
    scripts: bool = True

    def __str__(self) -> str:
        scripts = "" if self.scripts else "-noscript"
        return f"{self.language}-{self.window[0]}-{self.scheme}{scripts}"

    def options(self) -> dict[str, Any]:
        """Return the options of a browser context."""
        width, height = self.window
        return {
            "locale": LOCALES[self.language],
            "viewport": {"width": width, "height": height},
            "color_scheme": self.scheme,
            "java_script_enabled": self.scripts,
            "reduced_motion": "reduce",
        }
