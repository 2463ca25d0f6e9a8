"""The two ways to work a page: a mouse that clicks, and a keyboard that never does."""

from playwright.sync_api import Locator, Page, expect

MOST_TABS = 60


class Mouse:
    """Clicks, and types into what was clicked."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def fill(self, field: Locator, text: str) -> None:
        """Type into a field."""
        self.press(field)
        self.page.keyboard.type(text)

    def press(self, target: Locator) -> None:
        """Press a button, or follow a link, once the page has no request under way."""
        expect(self.page.locator(".htmx-request")).to_have_count(0)
        target.click()

    def send(self, button: Locator) -> None:
        """Send the form that this button sends."""
        self.press(button)


class Keyboard:
    """Goes by Tab to where the focus has to be, and presses Enter there."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def fill(self, field: Locator, text: str) -> None:
        """Type into a field."""
        self._go_to(field)
        self.page.keyboard.type(text)

    def press(self, target: Locator) -> None:
        """Press a button, or follow a link."""
        self._go_to(target)
        self.page.keyboard.press("Enter")

    def send(self, button: Locator) -> None:
        """Send the form that this button sends, from where the hands are."""
        expect(button).to_be_visible()
        self.page.keyboard.press("Control+Enter")

    def _go_to(self, target: Locator) -> None:
        expect(target).to_be_visible()
        for _ in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {target}")


Hand = Mouse | Keyboard
