"""Every page and state, and how somebody comes there."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.looks import DESK, Look
from tests.browser.pages import WORDS
from tests.browser.scene import BRAM, CAREFUL, CARLA, Scene

NOBODY, ADMIN = "", "admin@gemeente.example"
DRY_RUN = "/radar/?sender=carla@gemeente.example&recipient=unknown1@scene.example"
Go = Callable[[Page, Scene, Look], None]


@dataclass(frozen=True)
class Place:
    """A page in a state, who sees it."""

    name: str
    who: str
    go: Go

    def __str__(self) -> str:
        return self.name


def at(path: str) -> Go:
    """Open an address."""

    def go(page: Page, scene: Scene, look: Look) -> None:
        page.goto(path)

    return go


def of(name: str, query: str = "") -> Go:
    """Open a page of the scene."""

    def go(page: Page, scene: Scene, look: Look) -> None:
        page.goto(scene[name] + query)

    return go


def help_for_draft(page: Page, scene: Scene, look: Look) -> None:
    """Open the help page from a draft."""
    page.goto(f"/help/?draft={scene['held'].split('/')[2]}")


def countries_opened(page: Page, scene: Scene, look: Look) -> None:
    """Open the countries that codes by SMS go to."""
    page.goto("/organization/policy/")
    page.locator("details summary").click()


def policy_refused(page: Page, scene: Scene, look: Look) -> None:
    """Look at a policy under which nothing could be opened."""
    page.goto("/organization/policy/")
    for box in page.locator(".group--methods input").all():
        box.uncheck()
    page.locator("[formaction]").click()
    page.locator("[role=alert]").wait_for()


def person_opened(page: Page, scene: Scene, look: Look) -> None:
    """Open somebody."""
    page.goto("/organization/people/")
    page.locator("a.row").last.click()


def mailbox_made(page: Page, scene: Scene, look: Look) -> None:
    """Make a shared mailbox, and open it."""
    page.goto("/organization/mailboxes/new/")
    page.locator("[name=email]").fill(f"desk-{look}@gemeente.example")
    page.locator("main form button[type=submit]").first.click()
    page.locator("[name=delegate]").wait_for()


def login_made(page: Page, scene: Scene, look: Look) -> None:
    """Make the login of a mail server."""
    page.goto("/organization/smtp/")
    page.locator("[name=description]").fill("Exchange")
    page.locator("main form:has([name=description]) button").click()
    page.locator(".banner--done").wait_for()


def key_made(page: Page, scene: Scene, look: Look) -> None:
    """Make the key of another system."""
    page.goto("/organization/keys/")
    page.locator("[name=name]").fill(f"CRM {look}")
    page.locator("main form:has([name=for_people]) button").click()
    page.locator(".banner--done").wait_for()


def entry_opened(page: Page, scene: Scene, look: Look) -> None:
    """Open a row of the audit log."""
    page.goto("/organization/audit/")
    page.locator(".log summary").first.click()


def login_refused(page: Page, scene: Scene, look: Look) -> None:
    """Sign in with a wrong password."""
    _sign_in(page, BRAM, "wrong")
    page.locator("#login-errors").wait_for()


def second_factor_asked(page: Page, scene: Scene, look: Look) -> None:
    """Sign in with the password of somebody who has an app as well."""
    _sign_in(page, CAREFUL, "demo")
    page.locator("#use-passkey").wait_for(state="attached")


def draft_refused(page: Page, scene: Scene, look: Look) -> None:
    """Send a draft with a landline, a weak code and nothing for the others."""
    page.goto(scene["held"])
    page.locator("[name$=-phone]").first.fill("020 123 4567")
    page.locator("details:has([name$=-code]) > summary").nth(1).click()
    page.locator("[name$=-code]").nth(1).fill("1234")
    page.get_by_role("button", name=WORDS[look.language].send, exact=True).click()
    page.locator("main .banner[role=alert]").first.wait_for()


def ready_opened(page: Page, scene: Scene, look: Look) -> None:
    """Open the fields of a recipient who is ready."""
    page.goto(scene["undone"])
    page.locator(".recipient--ready summary").first.click()


def page_too_old(page: Page, scene: Scene, look: Look) -> None:
    """Send from a page whose protection ended."""
    page.goto(scene["held"])
    page.context.clear_cookies(name="csrf")
    page.get_by_role("button", name=WORDS[look.language].send, exact=True).click()
    page.get_by_role("heading", name=re.compile("again|nog een keer")).wait_for()


def sending_forbidden(page: Page, scene: Scene, look: Look) -> None:
    """Send the form of a page that has no button for it."""
    page.goto(scene["no web"])
    page.locator("main form").first.evaluate("form => form.submit()")
    page.wait_for_url("**/send/")


def life_opened(page: Page, scene: Scene, look: Look) -> None:
    """Open what happened to a draft, and the field for a colleague."""
    page.goto(scene["held"])
    for summary in page.locator("section[aria-labelledby=life-heading] summary").all():
        summary.click()


def domain_opened(page: Page, scene: Scene, look: Look) -> None:
    """Open where the people of a domain sign in."""
    page.goto("/organization/sign-in/")
    page.locator("main .row a.button").first.click()
    page.locator("#callback").wait_for()


def held_mail_opened(page: Page, scene: Scene, look: Look) -> None:
    """Open a line of the admin's list of held mails."""
    page.goto("/radar/")
    page.locator("a.row").first.click()
    page.locator(".timeline").wait_for()


def contact_refused(page: Page, scene: Scene, look: Look) -> None:
    """Save a contact in which everything is wrong."""
    page.goto("/contacts/new/")
    page.locator("[name=address]").fill("no address")
    page.locator("[name=phone]").fill("020 123 4567")
    page.locator("[name=code]").fill("1234")
    page.locator("[data-submit]").click()
    page.locator(".field__errors").first.wait_for()


def contact_taken(page: Page, scene: Scene, look: Look) -> None:
    """Add somebody who is in the book already."""
    page.goto("/contacts/new/")
    page.locator("[name=address]").fill("kees@example.org")
    page.locator("[data-submit]").click()
    page.locator(".banner--needs").first.wait_for()


def menu_open(page: Page, scene: Scene, look: Look) -> None:
    """Open the menu of a phone; on a desk it always is."""
    page.goto("/")
    if look.window != DESK:
        page.locator(".top__toggle").click()


def code_sent(page: Page, scene: Scene, look: Look) -> None:
    """Ask for a code."""
    page.goto(scene[f"code-{look.language}"])
    _ask(page, look)


def code_wrong(page: Page, scene: Scene, look: Look) -> None:
    """Type a wrong code."""
    page.goto(scene[f"wrong-{look.language}"])
    _ask(page, look)
    page.locator("[name=code]").fill("000000")
    page.get_by_role("button", name=WORDS[look.language].open_message).click()
    page.locator(".field__errors").wait_for()


def message_open(page: Page, scene: Scene, look: Look) -> None:
    """Open a message with the code from the SMS."""
    name = f"open-{look.language}"
    page.goto(scene[name])
    _ask(page, look)
    page.locator("[name=code]").fill(scene.product.wait_for_sms(scene.number_of(name)))
    page.get_by_role("button", name=WORDS[look.language].open_message).click()
    page.locator("iframe.frame").wait_for()


def access_code_wrong(page: Page, scene: Scene, look: Look) -> None:
    """Type a wrong access code."""
    page.goto(scene[f"hint-{look.language}"])
    page.locator("[name=code]").fill("groene fiets")
    page.get_by_role("button", name=WORDS[look.language].open_message).click()
    page.locator(".field__errors").wait_for()


def _sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/account/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(password)
    page.locator("main form button").click()


def _ask(page: Page, look: Look) -> None:
    name = WORDS[look.language].send_code
    page.get_by_role("button", name=name, exact=True).click()
    page.locator("[name=code]").wait_for()


PLACES = [
    Place("sign-in", NOBODY, at("/account/login/")),
    Place("sign-in refused", NOBODY, login_refused),
    Place("password forgotten", NOBODY, at("/account/password/reset/")),
    Place("nothing here", NOBODY, at("/nothing/here/")),
    Place("nothing here, signed in", BRAM, at("/nothing/here/")),
    Place("signed out", NOBODY, of("held")),
    Place("drafts", BRAM, at("/")),
    Place("drafts, menu open", BRAM, menu_open),
    Place("no drafts", ADMIN, at("/")),
    Place("sent", BRAM, at("/sent/")),
    Place("nothing sent", ADMIN, at("/sent/")),
    Place("draft", BRAM, of("held")),
    Place("draft refused", BRAM, draft_refused),
    Place("draft, long words", BRAM, of("long")),
    Place("draft, broken line", BRAM, of("broken")),
    Place("draft, notification failed", BRAM, of("failed")),
    Place("draft, possible duplicate", BRAM, of("double")),
    Place("draft, ready", BRAM, of("undone")),
    Place("draft, ready, fields open", BRAM, ready_opened),
    Place("draft, on its way", BRAM, of("leaving")),
    Place("draft, discarded", BRAM, of("discarded")),
    Place("draft, superseded", BRAM, of("superseded")),
    Place("draft, expired", BRAM, of("expired")),
    Place("draft, no sending", CARLA, of("no web")),
    Place("draft, sending forbidden", CARLA, sending_forbidden),
    Place("draft, page too old", BRAM, page_too_old),
    Place("finish link unknown", BRAM, at("/finish/unknown/")),
    Place("message sent", BRAM, of("message")),
    Place("my contacts", BRAM, at("/contacts/")),
    Place("my contacts, none", ADMIN, at("/contacts/")),
    Place("my contacts, none found", BRAM, at("/contacts/?q=nobody")),
    Place("new contact", BRAM, at("/contacts/new/")),
    Place("new contact refused", BRAM, contact_refused),
    Place("new contact, address taken", BRAM, contact_taken),
    Place("contact", BRAM, of("contact")),
    Place("organization contacts", BRAM, at("/contacts/organization/")),
    Place("organization contacts, read only", CARLA, at("/contacts/organization/")),
    Place("organization contact, read only", CARLA, of("shared contact")),
    Place("new organization contact", ADMIN, at("/contacts/organization/new/")),
    Place("help", BRAM, at("/help/")),
    Place("help for a draft", BRAM, help_for_draft),
    Place("help without sending", CARLA, at("/help/")),
    Place("held mail", ADMIN, at("/radar/")),
    Place("held mail, dry run", ADMIN, at(DRY_RUN)),
    Place("held mail, one", ADMIN, held_mail_opened),
    Place("help answers, none", ADMIN, at("/help/answers/")),
    Place("organization", ADMIN, at("/organization/")),
    Place("policy", ADMIN, at("/organization/policy/")),
    Place("policy, countries", ADMIN, countries_opened),
    Place("policy refused", ADMIN, policy_refused),
    Place("times", ADMIN, at("/organization/times/")),
    Place("texts and logo", ADMIN, at("/organization/look/")),
    Place("people", ADMIN, at("/organization/people/")),
    Place("people, none found", ADMIN, at("/organization/people/?q=nobody")),
    Place("person", ADMIN, person_opened),
    Place("invitation", ADMIN, at("/organization/people/new/")),
    Place("mailboxes", ADMIN, at("/organization/mailboxes/")),
    Place("mailbox", ADMIN, mailbox_made),
    Place("domains", ADMIN, at("/organization/domains/")),
    Place("mail servers, one made", ADMIN, login_made),
    Place("keys, one made", ADMIN, key_made),
    Place("audit log", ADMIN, at("/organization/audit/")),
    Place("audit log, opened", ADMIN, entry_opened),
    Place("audit log, nothing", ADMIN, at("/organization/audit/?about=nothing:0")),
    Place("delegates", BRAM, at("/delegates/")),
    Place("draft, life opened", BRAM, life_opened),
    Place("how one signs in", BRAM, at("/account/security/")),
    Place("app with codes", BRAM, at("/account/app/")),
    Place("new passkey", BRAM, at("/account/passkeys/add/")),
    Place("sign-in elsewhere", ADMIN, at("/organization/sign-in/")),
    Place("sign-in elsewhere, a domain", ADMIN, domain_opened),
    Place("demo mailbox", NOBODY, at("/demo/mailbox/")),
    Place("demo mail", NOBODY, of("letter")),
    Place("guest", NOBODY, of("fresh")),
    Place("guest, link unknown", NOBODY, at("/m/unknown/")),
    Place("guest, code sent", NOBODY, code_sent),
    Place("guest, wrong code", NOBODY, code_wrong),
    Place("guest, locked", NOBODY, of("locked")),
    Place("guest, too many wrong codes", NOBODY, of("exhausted")),
    Place("guest, wrong number", NOBODY, of("suspended")),
    Place("guest, expired", NOBODY, of("lapsed")),
    Place("guest, withdrawn", NOBODY, of("revoked")),
    Place("guest, access code", NOBODY, of("hint-en")),
    Place("guest, wrong access code", NOBODY, access_code_wrong),
    Place("guest, message", NOBODY, message_open),
    Place("second factor", NOBODY, second_factor_asked),
]
