"""Every way in which a page changes while somebody looks at it, and the templates that do it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex

from playwright.sync_api import Page, expect

from tests.browser.clock import rewrite
from tests.browser.looks import Look
from tests.browser.pages import WORDS
from tests.browser.places import NOBODY
from tests.browser.scene import BRAM, Scene
from tests.product import a_mail, link_in

POLLED = 2500  # milliseconds in which a page surely looked whether something changed
ADMIN = "admin@zorg.example"
RUN = """
from contacts.models import ImportRun
from accounts.models import User
from datetime import datetime, UTC
bram = User.objects.get(email="{who}")
run = ImportRun.objects.create(organization=bram.organization, owner=bram, actor=bram,
    source="file", file_name="list.csv", state="checking")
ImportRun.objects.filter(pk=run.pk).update(beat_at=datetime(2099, 1, 1, tzinfo=UTC))
print("run", run.pk)
"""


@dataclass
class Visit:
    """Somebody who looks at a page."""

    page: Page
    scene: Scene
    look: Look
    path: str = ""

    def people(self, name: str) -> list[str]:
        """Return three addresses that only this visit knows."""
        return [f"{each}@{name}-{self.look}.example" for each in ("els", "jan", "nel")]

    def held(self, name: str) -> list[str]:
        """Look at a draft to three people nobody knows, and one that is known."""
        people, product = self.people(name), self.scene.product
        everybody = (*people, "kees@example.org")
        subject = f"{name} {self.look} {token_hex(4)}"  # else it would be the same mail, sent again
        product.send(a_mail(subject, *everybody, sender=BRAM), *everybody, login=BRAM)
        notice = product.wait_for_mail(BRAM, subject)
        self.page.goto(link_in(notice, "finish"))
        self.page.wait_for_load_state("networkidle")
        self.path = self.page.url.removeprefix(product.base)
        self.page.locator(".recipients").first.evaluate("list => list.scrollIntoView()")
        return people

    def field(self, position: int, name: str = "phone") -> None:
        """Put the hand in a recipient's field."""
        self.page.locator(f".recipient--needs [name$=-{name}]").nth(position).click()

    def type(self, text: str) -> None:
        """Type, a key at a time."""
        self.page.keyboard.type(text, delay=15)

    def colleague(self, address: str, value: str, name: str = "phone") -> None:
        """Let somebody else fill in a number, at a browser of their own."""
        other = self.scene.product.person().sign_in(BRAM, self.path)
        field = other.field_of(address, name)
        key = field.split("-")[0].removeprefix("r")
        seen = re.search(rf'name="r{key}-seen" value="([^"]*)"', other.page)
        assert seen
        told = {field: value, f"r{key}-seen": seen.group(1)}
        other.post(f"{self.path}recipients/{key}/", **told).raise_for_status()

    def wait(self, selector: str) -> None:
        """Wait for what the page will show."""
        expect(self.page.locator(selector).first).to_be_visible()


@dataclass(frozen=True)
class Update:
    """What a person does first, what changes then, and the templates whose change that is.

    `but` selects what the person asked to have replaced; `opens` is whether the person opens a
    part first, by a click; `complaints` what the console says when a request fails on purpose.
    """

    name: str
    templates: tuple[str, ...]
    who: str
    before: Callable[[Visit], object]
    change: Callable[[Visit], object]
    but: str = ""
    opens: bool = False
    complaints: str = ""

    def __str__(self) -> str:
        return self.name


def held(visit: Visit) -> None:
    """Look at a draft."""
    visit.held("held")


def number_saved(visit: Visit) -> None:
    """Type a number, see it saved, leave the field."""
    visit.field(0)
    visit.type("06 36 36 38 01")
    visit.wait(".recipient .saved")
    visit.page.keyboard.press("Tab")
    visit.wait(".recipient--done")


def number_refused(visit: Visit) -> None:
    """Type what is no number in some ways, then nothing."""
    visit.field(0)
    for text in ("020 123 4567", "06 36", "06 36 36 36 36 36 36 36", "0600000000", "0636x"):
        visit.page.keyboard.press("Control+A")
        visit.type(text)
        visit.page.keyboard.press("Tab")
        visit.wait(".recipient .field__errors")
        visit.field(0)
    visit.page.keyboard.press("Control+A")
    visit.page.keyboard.press("Delete")
    visit.page.wait_for_timeout(POLLED)


def code_opened(visit: Visit) -> None:
    """Choose an access code in place of a number."""
    visit.held("code")
    visit.page.locator(".recipient--needs summary").first.click()


def code_saved(visit: Visit) -> None:
    """Type a weak access code, then a good one, with a hint."""
    visit.field(0, "code")
    visit.type("123456")
    visit.field(0, "hint")
    visit.wait(".recipient .field__errors")
    visit.field(0, "code")
    visit.page.keyboard.press("Control+A")
    visit.type("wilgenlaan 83")
    visit.field(0, "hint")
    visit.type("Your street")
    visit.page.keyboard.press("Tab")
    visit.wait(".recipient .saved")
    visit.page.wait_for_timeout(POLLED)


def shared(visit: Visit) -> None:
    """Look at a draft, with the hand in the second field."""
    visit.held("shared")
    visit.field(1)


def colleague_fills_in(visit: Visit) -> None:
    """See what a colleague filled in, in rows with and without a hand; once changed again."""
    els, jan, nel = visit.people("shared")
    visit.colleague(els, "0636363811")
    visit.wait(".recipient--done")
    visit.colleague(els, "0636363812")
    visit.colleague(nel, "0636363813")
    expect(visit.page.locator(".recipient--done")).to_have_count(2)
    visit.colleague(jan, "0636363814")
    expect(visit.page.locator(".recipient--done")).to_have_count(3)


def overtaken(visit: Visit) -> None:
    """Type a number while a colleague fills in another."""
    els = visit.people("late")[0]
    visit.colleague(els, "0636363821")
    visit.type("06 36 36 38 22")
    visit.wait(".recipient .field__errors")


def late(visit: Visit) -> None:
    """Look at a draft that does not look for changes, with the hand in the first field."""
    visit.held("late")
    visit.page.route("**/status/*", lambda route: route.fulfill(status=204))
    visit.field(0)
    visit.type("06")
    visit.page.wait_for_timeout(POLLED)


def known_changed(visit: Visit) -> None:
    """Open the fields of somebody who is ready."""
    visit.held("known")
    visit.page.locator(".recipient--ready summary").first.click()


def known_saved(visit: Visit) -> None:
    """Type a landline, then another number, for somebody who is ready."""
    field = visit.page.locator(".recipient--ready [name$=-phone]").first
    field.click()
    visit.type("020 123 4567")
    visit.wait(".recipient--ready .field__errors")
    visit.page.keyboard.press("Control+A")
    visit.type("06 36 36 38 31")
    field.press("Tab")
    visit.wait(".recipient--ready .saved")
    visit.page.wait_for_timeout(POLLED)


def broken_off(visit: Visit) -> None:
    """Type a number while there is no connection, then while the server fails."""
    visit.page.route("**/recipients/**", lambda route: route.abort())
    visit.field(0)
    visit.type("06 36 36 38 41")
    visit.wait("#trouble .message")
    visit.page.unroute("**/recipients/**")


def searching(path: str) -> Callable[[Visit], None]:
    """Open a list, and put the hand in its search field, however much stands above it."""

    def go(visit: Visit) -> None:
        opened(path)(visit)
        visit.page.locator("input[type=search]").click()

    return go


def searched(visit: Visit) -> None:
    """Search for somebody, for nobody, and for everybody again."""
    for text in ("kees", "nobody at all"):
        visit.page.keyboard.press("Control+A")
        visit.type(text)
        visit.page.wait_for_timeout(900)
    visit.page.keyboard.press("Control+A")
    visit.page.keyboard.press("Delete")
    visit.page.wait_for_timeout(900)


def code_waited_for(visit: Visit) -> None:
    """Ask for a code by SMS, on a page whose clock the test moves on."""
    name = f"wrong-{visit.look.language}"
    visit.scene.product.gateway.moods[visit.scene.number_of(name)] = "400"
    visit.page.goto(visit.scene[name])
    visit.page.get_by_role("button", name=WORDS[visit.look.language].send_code).first.click()
    visit.page.locator("[name=code]").wait_for()


def sms_fails(visit: Visit) -> None:
    """See that the SMS could not be sent, and that time passes."""
    visit.page.locator("[name=code]").click()
    visit.type("12")
    visit.wait("#sms-status .banner")
    visit.page.wait_for_timeout(POLLED)


def mail_arrives(visit: Visit) -> None:
    """Look at the demo mailbox while a mail comes in."""
    name = f"arrives {visit.look}"
    visit.scene.product.send(
        a_mail(name, "els@arrives.example", sender=BRAM), "els@arrives.example", login=BRAM
    )
    visit.wait(".arrivals a")


def import_runs(visit: Visit) -> None:
    """Look at an import that works."""
    printed = visit.scene.product.manage("shell", "--no-imports", "-c", RUN.format(who=BRAM))
    visit.path = printed.split()[-1]
    visit.page.goto(f"/contacts/import/{visit.path}/")


def import_goes_on(visit: Visit) -> None:
    """See that rows are counted, some, then thousands, and that it was resumed."""
    for total, position in ((0, 700), (123456, 9), (123456, 98765)):
        rewrite(
            visit.scene.product,
            "UPDATE contacts_importrun SET total = %s, position = %s WHERE id = %s",
            total,
            position,
            int(visit.path),
        )
        visit.page.wait_for_timeout(1300)


def policy_tried(visit: Visit) -> None:
    """Untick a method, and read what that means."""
    box = visit.page.locator(".group--methods input").first
    box.scroll_into_view_if_needed()
    box.click()
    visit.page.wait_for_timeout(1000)


def copied(visit: Visit) -> None:
    """Copy the lines for the top of an email."""
    visit.page.locator("[data-copy]").first.click()
    expect(visit.page.locator("[data-copied]").first).to_be_visible()


def passkey_fails(visit: Visit) -> None:
    """Have a passkey refused, as the library tells it."""
    event = "new CustomEvent('allauth.error', { cancelable: true })"
    visit.page.evaluate(f"document.dispatchEvent({event})")
    expect(visit.page.locator("#passkey-failed")).to_be_visible()


def waited(visit: Visit) -> None:
    """Wait while the page looks whether something changed."""
    visit.page.wait_for_timeout(POLLED)


def opened(path: str) -> Callable[[Visit], None]:
    """Open an address, and wait until all of it is there."""

    def go(visit: Visit) -> None:
        visit.page.goto(visit.scene.paths.get(path, path))
        visit.page.wait_for_load_state("networkidle")

    return go


FINISH = ("drafts/draft.html", "drafts/_fields.html", "drafts/_mark.html", "drafts/_around.html")
LIVE = ("drafts/_watch.html", "drafts/_row.html", "drafts/_heading.html", "drafts/_split.html")
PASSKEYS = ("account/_passkeys.html", "account/login.html")
UPDATES = [
    Update("a number saved", FINISH, BRAM, held, number_saved),
    Update("numbers refused", FINISH, BRAM, held, number_refused),
    Update("an access code", FINISH, BRAM, code_opened, code_saved, opens=True),
    Update("a colleague's change", LIVE, BRAM, shared, colleague_fills_in),
    Update("a colleague was first", FINISH, BRAM, late, overtaken),
    Update("somebody ready changed", FINISH, BRAM, known_changed, known_saved, opens=True),
    Update("no connection", ("base.html",), BRAM, held, broken_off, complaints="htmx:"),
    Update(
        "drafts searched", ("drafts/draft_list.html",), BRAM, searching("/"), searched, "#drafts"
    ),
    Update(
        "contacts searched",
        ("contacts/contact_list.html", "contacts/_found.html"),
        BRAM,
        searching("/contacts/"),
        searched,
        "#contacts",
    ),
    Update(
        "an SMS that fails",
        ("delivery/guest_verify.html", "delivery/_guest.html"),
        NOBODY,
        code_waited_for,
        sms_fails,
    ),
    Update(
        "a mail arrives",
        ("notifications/mailbox.html",),
        NOBODY,
        opened("/demo/mailbox/"),
        mail_arrives,
    ),
    Update("an import", ("contacts/_progress.html",), BRAM, import_runs, import_goes_on),
    Update(
        "a policy tried",
        ("organization/policy.html",),
        ADMIN,
        opened("/organization/policy/"),
        policy_tried,
    ),
    Update("a copy", ("drafts/_help_headers.html",), BRAM, opened("/help/"), copied),
    Update("a passkey", PASSKEYS, NOBODY, opened("/account/login/"), passkey_fails),
    Update("on its way", ("drafts/draft_ended.html",), BRAM, opened("leaving"), waited),
]
