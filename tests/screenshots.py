"""`make screenshots`: the pictures of the README, taken from the running demo."""

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.hands import Mouse
from tests.browser.looks import DESK, PHONE, Look
from tests.browser.pages import SenderPages
from tests.plugins import chromium
from tests.product import Product, a_mail, link_in, running_product

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
SENDER = "bram@zorg.example"
NEEDING = ("Els Bakker <els.bakker@praktijk.example>", "Jan de Wit <j.dewit@praktijk.example>")
KNOWN = "Jan Jansen <jan@example.nl>"
SHOTS = {
    "draft-desktop": Look("en", (1280, 860)),
    "draft-phone": Look("en", PHONE),
    "draft-dark": Look("en", (1280, 860), "dark"),
}


def main() -> None:
    """Start the demo, send a mail, and look at its draft in each way."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("DATABASE_URL", "sqlite")
    with tempfile.TemporaryDirectory() as folder, running_product(Path(folder)) as product:
        link = _held(product)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=str(chromium.find()), args=list(chromium.FLAGS)
            )
            for name, look in SHOTS.items():
                page = browser.new_context(base_url=product.base, **look.options()).new_page()
                _show(page, link, look.language)
                page.screenshot(path=FOLDER / f"{name}.png")
                sys.stdout.write(f"docs/images/{name}.png\n")
            page = browser.new_context(
                base_url=product.base, **Look("en", DESK).options()
            ).new_page()
            _show(page, link, "en")
            page.goto("/")
            page.screenshot(path=FOLDER / "list-desktop.png")
            browser.close()


def _held(product: Product) -> str:
    people = (*NEEDING, KNOWN)
    addresses = [each.split("<")[1].rstrip(">") for each in people]
    for subject in ("Your appointment on Thursday", "Results of your examination"):
        text = "Dear all,\n\nHere are the results of last week.\n\nKind regards,\nBram"
        product.send(a_mail(subject, *people, sender=SENDER, text=text), *addresses, login=SENDER)
        notice = product.wait_for_mail(SENDER, subject)
    return link_in(notice, "finish")


def _show(page: Page, link: str, language: str) -> None:
    page.goto(link)
    SenderPages(page, Mouse(page), language, SENDER).sign_in()
    page.locator(".recipient--needs").first.wait_for()
    page.wait_for_timeout(500)


if __name__ == "__main__":
    main()
