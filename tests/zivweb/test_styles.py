"""The look: colours that can be read, icons that exist, nothing inline."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "mail" not in path.relative_to(ROOT).parts]
INLINE = re.compile(
    r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE
)
ICON = re.compile(r'include "_icon\.html" with name="([a-z]+)"')
COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{3,6});")
LINEAR_BELOW = 0.03928  # WCAG 2.2, relative luminance

TO_ACT_ON = [
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink", "needs-tint"),
    ("accent", "ground"),
    ("accent", "surface"),
    ("accent", "needs-tint"),
    ("on-accent", "accent"),
    ("needs", "needs-tint"),
    ("fail", "fail-tint"),
    ("done", "done-tint"),
    ("ink-quiet", "ground"),
    ("ink-quiet", "surface"),
]
EDGES = [("line-strong", "surface"), ("line-strong", "ground"), ("needs-edge", "needs-tint")]


def colours(scheme: str) -> dict[str, str]:
    """Return the custom properties of a scheme; the dark one replaces some of the light one."""
    light, dark = (ROOT / "static/zivweb.css").read_text().split("(prefers-color-scheme: dark)")
    found = dict(COLOUR.findall(light))
    return found | dict(COLOUR.findall(dark)) if scheme == "dark" else found


def luminance(colour: str) -> float:
    """Return the relative luminance of #rgb or #rrggbb, 0 to 1 (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= LINEAR_BELOW else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(scheme: str, front: str, back: str) -> float:
    """Return the contrast of two named colours, 1 to 21."""
    found = colours(scheme)
    dark, light = sorted([luminance(found[front]), luminance(found[back])])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TO_ACT_ON)
def test_text_stands_out_at_least_seven_to_one(scheme: str, front: str, back: str) -> None:
    assert contrast(scheme, front, back) >= 7


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), EDGES)
def test_edges_of_fields_stand_out_at_least_three_to_one(
    scheme: str, front: str, back: str
) -> None:
    assert contrast(scheme, front, back) >= 3


def test_dark_and_light_name_the_same_colours() -> None:
    light, dark = (ROOT / "static/zivweb.css").read_text().split("(prefers-color-scheme: dark)")

    assert set(dict(COLOUR.findall(light))) == set(dict(COLOUR.findall(dark)))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_page_has_no_script_and_no_style_of_its_own(page: Path) -> None:
    assert INLINE.findall(page.read_text()) == []


def test_every_icon_that_a_page_asks_for_is_drawn() -> None:
    asked = {name for page in PAGES for name in ICON.findall(page.read_text())}
    drawn = set(re.findall(r'<symbol id="([a-z]+)"', (ROOT / "static/icons.svg").read_text()))

    assert asked - drawn == set()
