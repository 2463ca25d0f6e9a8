"""One organization is flooded with mail, three have long imports: another's mail goes its way.

It prints how many seconds that takes, and how large the processes became. ZIVWEB_FLOOD_MAILS,
ZIVWEB_FLOOD_ROWS and ZIVWEB_FLOOD_ROUNDS say how much it is; by hand it was run with 20,000 mails
and 900,000 rows (docs/performance.md).
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pytest

from tests.faults.rows import database
from tests.product import ROOT, Product, a_mail, link_in, running_product, wait_for

pytestmark = pytest.mark.slow

MAILS = int(os.environ.get("ZIVWEB_FLOOD_MAILS", "2500"))
ROWS = int(os.environ.get("ZIVWEB_FLOOD_ROWS", "200000"))
ROUNDS = int(os.environ.get("ZIVWEB_FLOOD_ROUNDS", "1"))
MEGABYTES = 250  # that no process becomes larger than
CARLA = "carla@gemeente.example"
FLOOD = """
import io, sys
import django
django.setup()
from django.core.files import File
from accounts.actions import create_organization
from accounts.models import User
from contacts import actions
from intake.actions import SealedMail, Submission, store_mails
mails, rows = map(int, sys.argv[1:])
admins = [User.objects.get(email="admin@zorg.example")]
for name in ("one.example", "two.example"):
    place = create_organization(name, [name])
    admins.append(User.objects.create_user(f"admin@{name}", organization=place, role="admin"))
lines = "".join(f"p{n}@example.nl,P {n},06{10000000 + n}\\n" for n in range(rows))
for admin in admins:
    file = File(io.BytesIO(f"email_address,full_name,phone_number\\n{lines}".encode()))
    run = actions.upload(admin, personal=False, file=file, name="many.csv")
    actions.check(run, run.roles)
anna = User.objects.get(email="anna@zorg.example")
def sealed(n):
    mail = SealedMail()
    to = f"p{n}@debrug.example"
    head = f"From: {anna.email}\\r\\nTo: {to}\\r\\nSubject: No. {n}\\r\\n"
    mail.add(f"{head}\\r\\nText {n}\\r\\n".encode())
    mail.finish(Submission(anna.organization_id, anna.pk, (to,)))
    return mail
for first in range(0, mails, 500):
    batch = range(first, min(first + 500, mails))
    store_mails([sealed(n) for n in batch], before_commit=lambda: None)
"""
LEFT = """
    SELECT (SELECT count(*) FROM intake_rawmail WHERE state = 'stored')
         + (SELECT count(*) FROM drafts_draft WHERE state IN ('received', 'sending'))
         + (SELECT count(*) FROM notifications_notification WHERE state IN ('queued', 'sending')),
    (SELECT count(*) FROM contacts_importrun WHERE state = 'checking')
"""


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """A product of its own, which is flooded."""
    with running_product(tmp_path) as running:
        command = [sys.executable, "-c", FLOOD, str(MAILS), str(ROWS)]
        environment = running.environment | {"DJANGO_SETTINGS_MODULE": "zivweb.settings"}
        subprocess.run(command, env=environment, cwd=ROOT, check=True)
        yield running


def what_is_left(product: Product) -> tuple[int, int]:
    """Return how many mails of the flood wait somewhere, and how many imports."""
    with database(product) as run:
        ((mails, imports),) = run(LEFT)
    return mails, imports


@contextmanager
def timed(seconds: list[float]) -> Iterator[None]:
    """Note how long it takes."""
    began = time.monotonic()
    yield
    seconds.append(time.monotonic() - began)


@dataclass
class Seconds:
    """How long things took: from a mail to its notice, to its recipient's link, and to a code."""

    notices: list[float] = field(default_factory=list)
    links: list[float] = field(default_factory=list)
    codes: list[float] = field(default_factory=list)


def notice(product: Product, number: int, seconds: Seconds) -> None:
    """Send a mail that is held, and wait for the notice to its sender."""
    subject = f"Held {number}."
    mail = a_mail(subject, f"held{number}@nobody.example", sender=CARLA)
    with timed(seconds.notices):
        product.send(mail, f"held{number}@nobody.example", login=CARLA)
        product.wait_for_mail(CARLA, subject)


def code(product: Product, number: int, seconds: Seconds) -> None:
    """Send a mail that goes out; its recipient gets the link, and asks for the code."""
    to, mobile = f"guest{number}@nobody.example", f"+3161234{number:04}"
    block = f"zivver-access-right: {to} sms {mobile}"
    text = f"<!--zivver_headers\n{block}\nzivver_headers-->\n\nThe results."
    with timed(seconds.links):
        product.send(a_mail(f"Sent {number}", to, sender=CARLA, text=text), to, login=CARLA)
        link = link_in(wait_for("the link", lambda: product.relay.to(to))[-1], "m")
    guest = product.person()
    guest.open(link)
    with timed(seconds.codes):
        guest.post(f"{link}code/")
        product.wait_for_sms(mobile)


def round_of(product: Product, number: int, seconds: Seconds) -> int:
    """Have a mail noticed and a code sent; return how much is left of the flood, 0 for all done."""
    notice(product, number, seconds)
    code(product, number, seconds)
    return min(what_is_left(product))


def told(seconds: list[float]) -> str:
    """Return the median and the longest, in words."""
    return f"{median(seconds):.1f} s, at most {max(seconds):.1f} s"


def largest(product: Product) -> dict[str, int]:
    """Return the most memory, in MB, that a process of each kind had (proc(5))."""
    return {
        name: max(map(highest, product.pids(name))) for name in ("web", "worker", "smtp", "beat")
    }


def highest(pid: int) -> int:
    """Return the most memory that a process had, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) // 1024 if found else 0


def test_what_floods_one_organization_holds_up_no_other(
    product: Product, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = Seconds()

    left = [round_of(product, number, seconds) for number in range(ROUNDS)]

    with capsys.disabled():
        sys.stderr.write(f"\n{MAILS} mails, 3 x {ROWS} rows; left: {what_is_left(product)}\n")
        sys.stderr.write(f"noticed after {told(seconds.notices)}, link {told(seconds.links)}, ")
        sys.stderr.write(f"code {told(seconds.codes)}; MB at most: {largest(product)}\n")
    assert left[0] > 0
    assert max(largest(product).values()) < MEGABYTES
