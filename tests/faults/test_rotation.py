"""The keys change on two machines while mail flows: nothing is unreadable, and the old key can go.

ZIVWEB_ROTATED_ROWS says how many messages lie there; by hand it was run with 100,000.
"""

import os
import subprocess
import sys

import pytest

from tests.faults.conftest import Look
from tests.faults.fleet import Fleet
from tests.faults.killing import Killed
from tests.faults.mails import complete_mails, handing_in, incomplete_mails
from tests.product import ROOT

pytestmark = pytest.mark.slow

ROWS = int(os.environ.get("ZIVWEB_ROTATED_ROWS", "1000"))
KEYS = "ZIVWEB_ENCRYPTION_KEYS"
NEW = "bmV3IGtleSB0aGF0IHRoZSB0ZXN0cyBzZWFsIHdpdGg="
STORE = """
import sys, django
django.setup()
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from delivery.models import Message
anna = User.objects.get(email="anna@zorg.example")
end = timezone.now() + timedelta(days=30)
for first in range(0, int(sys.argv[1]), 1000):
    rows = []
    for _ in range(first, min(first + 1000, int(sys.argv[1]))):
        row = Message(sender=anna, organization=anna.organization)
        row.expires_at = row.destroy_at = end
        row.content = row.seal("content", b"the words of a message" * 20)
        rows.append(row)
    Message.objects.bulk_create(rows)
"""
OPEN = """
import django
django.setup()
from operator import attrgetter
from vault.access import wrapped_columns
from vault.keys import keyring
opened = 0
for column in wrapped_columns():
    for row in column.rows.defer(*column.other_bytes).iterator():
        keyring().unwrap(bytes(getattr(row, column.field)), attrgetter(column.place)(row))
        opened += 1
from delivery.models import Message
for row in Message.objects.exclude(data_key=b"").iterator():
    row.unseal("content", row.content)
print(opened)
"""


def run(fleet: Fleet, *arguments: str, keys: str) -> str:
    """Run Python beside the fleet with these keys; return what it printed. Fails when it fails."""
    environment = fleet.environment | {KEYS: keys, "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    sys.stderr.write(done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def restart_with(fleet: Fleet, keys: str) -> None:
    """Restart every process, machine by machine, with these keys."""
    for member in fleet.members:
        member.environment[KEYS] = keys
    fleet.restart("one")
    fleet.restart("two")


def test_keys_change_while_mail_flows(fleet: Fleet, wrong: Look) -> None:
    old = fleet.environment[KEYS]
    run(fleet, "-c", STORE, str(ROWS), keys=old)
    mails = complete_mails("keys-out", 45) + incomplete_mails("keys-in", 15)

    with handing_in(fleet, mails[::-1], seconds=8):
        restart_with(fleet, f"{old},{NEW}")
        restart_with(fleet, f"{NEW},{old}")
        told = run(fleet, "manage.py", "rotate_keys", keys=f"{NEW},{old}")
    problems = wrong(f"keys of {ROWS} messages changed", mails, Killed())
    fleet.environment[KEYS] = NEW
    restart_with(fleet, NEW)

    assert problems == []
    assert "may be removed" in told
    assert int(run(fleet, "-c", OPEN, keys=NEW)) > ROWS
