"""Whether a page stays where it is while it answers: boxes of what hands use, and layout shifts."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

# Shifts are counted from the first paint on; those within 500 ms of a key count as well. Where the
# first paint has half a button, the other half moves its icon: that is part of how a page arrives.
WATCH = """([buffered, arriving]) => {
  window.shifts = [];
  const from = arriving ? 0 : performance.getEntriesByType("navigation")[0].domInteractive;
  const counts = entry => entry.startTime >= from;
  const name = node => node ? (node.id || node.className || node.nodeName) : "gone";
  const note = entry => window.shifts.push(
    entry.sources.map(source => `${name(source.node)}: ${Math.round(source.previousRect.y)}` +
      ` to ${Math.round(source.currentRect.y)}`).join(", ") + ` (${entry.value.toFixed(4)})`);
  new PerformanceObserver(list => list.getEntries().filter(counts).forEach(note))
    .observe({ type: "layout-shift", buffered });
}"""
# What can be clicked or typed in, and is seen: its box in the window, by what it is.
BOXES = """but => {
  const hands = "a[href], button, input:not([type=hidden]), select, textarea, summary, label";
  const name = one => [one.tagName, one.id, one.name || "", one.getAttribute("href") || "",
    one.getAttribute("formaction") || "", one.closest("li, tr")?.id || "",
    one.matches("input, select, textarea") ? "" : one.textContent.trim()].join("|");
  const seen = {};
  for (const one of document.querySelectorAll(hands)) {
    if (but && one.closest(but)) continue;
    const box = one.getBoundingClientRect();
    if (!one.checkVisibility({ checkVisibilityCSS: true }) || box.width < 2) continue;
    if (box.bottom <= 0 || box.top >= window.innerHeight) continue;
    const key = name(one);
    (seen[key] ||= []).push([box.left, box.top].map(Math.round));
  }
  return seen;
}"""
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass
class Still:
    """A page as it was when somebody put a hand on it.

    `but` selects what the person asked to have replaced: the rows that a search finds. `arriving`
    counts what moves while the page itself comes in, too.
    """

    page: Page
    but: str = ""
    arriving: bool = False
    before: dict[str, Any] | None = None

    def look(self, *, since_paint: bool = True) -> None:
        """Take in where everything is. Shifts count from now on, or since the first paint."""
        self.page.evaluate(PAINTED)
        self.page.evaluate(WATCH, [since_paint, self.arriving])
        self.before = self.page.evaluate(BOXES, self.but)

    def moved(self) -> list[str]:
        """Return what moved, and what was shifted."""
        self.page.evaluate(PAINTED)
        now, before = self.page.evaluate(BOXES, self.but), self.before or {}
        both = [name for name in before if name in now and len(before[name]) == len(now[name])]
        away = [f"{name} {before[name]} to {now[name]}" for name in both]
        moved = [text for name, text in zip(both, away, strict=True) if before[name] != now[name]]
        shifts: list[str] = self.page.evaluate("window.shifts")
        return moved + [shift for shift in shifts if not (self.but and self._is_asked(shift))]

    def _is_asked(self, shift: str) -> bool:
        return shift.startswith(tuple(part.strip("#") for part in self.but.split(", ")))
