"""Everything that pages can show, made by real mails: drafts and messages in all their states."""

import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from tests.browser.clock import FAR_AHEAD, rewrite, stop_undo_time
from tests.browser.pages import SENDERS, html_mail
from tests.product import Person, Product, a_mail, link_in, wait_for

BRAM, CARLA = SENDERS["en"], "carla@gemeente.example"
FIVE = tuple(f"unknown{number}@scene.example" for number in range(1, 6))
LONG = "a.recipient.with.a.very.long.name.indeed@departments.of.the.municipality.scene.example"
# The recipients of one message, each in a state of their own; those with a language open theirs.
GUESTS = (
    "fresh", "locked", "exhausted", "suspended", "lapsed", "revoked",
    *(f"{name}-{language}" for name in ("code", "wrong", "open") for language in ("en", "nl")),
)  # fmt: skip
CODES = ("hint-en", "hint-nl")
CAREFUL = "careful@zorg.example"  # signs in with an app as well
MAKE_CAREFUL = f"""
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from accounts.models import User
bram = User.objects.get(email="{BRAM}")
person = User(email="{CAREFUL}", name="Careful", organization=bram.organization)
person.set_password("demo")
person.save()
TOTP.activate(person, generate_totp_secret())
"""
BLOCK = "<!--zivver_headers\n{}\nzivver_headers-->\n\nThe results."


@dataclass
class Scene:
    """The addresses of the pages, by what they show."""

    product: Product
    paths: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.paths[name]

    def cookies(self, email: str, language: str) -> list[Any]:
        """Return the cookies of somebody (nobody: "") who reads this language."""
        values = {"language": language}
        if email:
            values["session"] = self._session(email)
        return [{"name": k, "value": v, "url": self.product.base} for k, v in values.items()]

    def _session(self, email: str) -> str:
        if email not in self.sessions:
            cookies = self.product.person().sign_in(email).session.cookies
            self.sessions[email] = cookies.get("session") or ""
        return self.sessions[email]

    def number_of(self, guest: str) -> str:
        """Return a guest's mobile number."""
        return f"+316363637{GUESTS.index(guest):02}"


def set_up(product: Product) -> Scene:
    """Send the mails, and bring each of them to its state."""
    scene = Scene(product)
    _send_all(scene)
    bram = product.person().sign_in(BRAM)
    for subject in ("held", "long", "broken", "failed", "double"):
        scene.paths[subject] = _draft(product, bram, subject)
    scene.paths["superseded"] = _superseded(product, bram)
    _change_drafts(scene, bram)
    _change_guests(scene)
    product.manage("shell", "--no-imports", "-c", MAKE_CAREFUL)
    carla = product.person().sign_in(CARLA)
    scene.paths["no web"] = _draft(product, carla, "no web", CARLA)
    _find_pages(scene, bram, carla)
    return scene


def _send_all(scene: Scene) -> None:
    product = scene.product
    for subject in ("undone", "leaving", "discarded", "expired", "failed"):
        product.send(a_mail(subject, FIVE[0], sender=BRAM), FIVE[0], login=BRAM)
    held = html_mail("held", "jan@example.nl", *FIVE, sender=BRAM)
    product.send(held, "jan@example.nl", *FIVE, login=BRAM)
    long = a_mail("long " + "Donaudampfschifffahrtsgesellschaft" * 4, LONG, sender=BRAM)
    product.send(long, LONG, login=BRAM)
    broken = a_mail("broken", FIVE[0], sender=BRAM, text=BLOCK.format("zivver-colour: blue"))
    product.send(broken, FIVE[0], login=BRAM)
    product.send(a_mail("no web", *FIVE, sender=CARLA), *FIVE, login=CARLA)
    product.send(*_to_guests(scene), login=BRAM)
    _send_twice(product, "again", FIVE[0], BRAM)
    _send_twice(product, "double", "jan@example.nl", "jan@example.nl")


def _send_twice(product: Product, subject: str, recipient: str, told: str) -> None:
    """Send a mail again, once somebody was told of the first one."""
    before = len(product.relay.to(told))
    product.send(a_mail(subject, recipient, sender=BRAM), recipient, login=BRAM)
    wait_for("the first mail", lambda: product.relay.to(told)[before:])
    if told == BRAM:
        product.wait_for_mail(told, subject)
    product.send(a_mail(subject, recipient, sender=BRAM), recipient, login=BRAM)


def _to_guests(scene: Scene) -> tuple[Any, ...]:
    numbers = [f"{_guest(name)} sms {scene.number_of(name)}" for name in GUESTS]
    codes = [f"{_guest(name)} access-code rode-fiets-83 Afspraak" for name in CODES]
    people = [_guest(name) for name in (*GUESTS, *CODES)]
    mail = html_mail("To many guests", *people, sender=BRAM)
    for line in (*numbers, *codes):
        mail["zivver-access-right"] = line
    return mail, *people


def _guest(name: str) -> str:
    return f"{name}@guests.example"


def _draft(product: Product, person: Person, subject: str, email: str = BRAM) -> str:
    notice = product.wait_for_mail(email, subject)
    return _path(person.open(link_in(notice, "finish", subject)).url)


def _path(url: str) -> str:
    return urlsplit(url).path


def _superseded(product: Product, bram: Person) -> str:
    """Return the draft whose page leads to the newer one."""

    def notices() -> list[EmailMessage]:
        return product.relay.about(BRAM, "again")

    wait_for("both notices", lambda: notices()[1:])
    return _path(bram.open(link_in(notices()[0], "finish", "again")).url)


def _change_drafts(scene: Scene, bram: Person) -> None:
    product = scene.product
    for subject, verb in (("undone", "send"), ("leaving", "send"), ("discarded", "discard")):
        path = scene.paths[subject] = _draft(product, bram, subject)
        bram.post(f"{path}{verb}/", **{bram.field_of(FIVE[0]): "0636363790"})
    scene.paths["expired"] = _draft(product, bram, "expired")
    stop_undo_time(product, int(scene["leaving"].split("/")[2]))
    bram.post(f"{scene['undone']}undo/")
    expire = "UPDATE drafts_draft SET state = 'expired' WHERE id = %s"
    rewrite(product, expire, int(scene["expired"].split("/")[2]))
    fail = (
        "UPDATE notifications_notification SET state = 'failed', error = %s"
        " WHERE id = (SELECT notice_id FROM drafts_draft WHERE id = %s)"
    )
    rewrite(product, fail, "550 5.1.1 no such mailbox", int(scene["failed"].split("/")[2]))


def _change_guests(scene: Scene) -> None:
    product = scene.product
    for name in (*GUESTS, *CODES):
        mail = product.wait_for_mail(_guest(name), "Bram")
        scene.paths[name] = link_in(mail, "m").removeprefix(product.base)
    table = "UPDATE delivery_messagerecipient SET"
    for state, name in (("suspended",) * 2, ("expired", "lapsed"), ("revoked",) * 2):
        rewrite(product, f"{table} state = %s WHERE address = %s", state, _guest(name))
    locked = f"{table} failures = 5, locks = 1, locked_until = %s WHERE address = %s"
    rewrite(product, locked, FAR_AHEAD, _guest("locked"))
    exhausted = f"{table} failures = 100 WHERE address = %s"
    rewrite(product, exhausted, _guest("exhausted"))


def _find_pages(scene: Scene, bram: Person, carla: Person) -> None:
    for name, person, path, link in (
        ("message", bram, "/sent/", r'/messages/\d+/(?=">(?:(?!</a>)[\s\S])*To many guests)'),
        ("contact", bram, "/contacts/?q=kees", r"/contacts/\d+/"),
        ("shared contact", carla, "/contacts/organization/", r"/contacts/\d+/"),
        ("letter", bram, "/demo/mailbox/", r"/demo/mailbox/\d+/"),
    ):
        found = re.search(link, person.open(path).text)
        assert found, path
        scene.paths[name] = found.group(0)
