"""Many mails at once, while the workers write: the door has room for each, on both databases."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.mails import Client, Handed, incomplete_mails
from tests.faults.rows import states_of_drafts
from tests.product import PATIENCE, Product, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.races, pytest.mark.journey]

MAILS = int(os.environ.get("ZIVWEB_BURST_MAILS", "120"))
CONTACTS = int(os.environ.get("ZIVWEB_BURST_CONTACTS", "3000"))
CLIENTS = 16


def answers(product: Product, mails: Sequence[Handed]) -> set[str]:
    """Hand in each mail once, over several connections at once; return the refusals."""

    def hand_in_every(first: int) -> set[str]:
        client = Client(product)
        return {client.answer_to(one) for one in mails[first::CLIENTS]}

    with ThreadPoolExecutor(CLIENTS) as pool:
        return set().union(*pool.map(hand_in_every, range(CLIENTS))) - {""}


def have_one_copy_each(product: Product, mails: Sequence[Handed]) -> bool:
    """Tell whether each mail waits once: what was sent before has made room."""
    states = states_of_drafts(product)
    return all(states[one.recipients[0]] == ["superseded", "waiting"] for one in mails)


def address_book(folder: Path) -> Path:
    """Write a file of contacts."""
    file = folder / "contacts.csv"
    rows = (f"p{number}@example.nl,P {number},06{10000000 + number}" for number in range(CONTACTS))
    file.write_text("\n".join(["email_address,full_name,phone_number", *rows]))
    return file


def test_a_burst_of_mails_sent_again_is_taken_in(product: Product) -> None:
    mails = incomplete_mails("burst", MAILS)

    refused = answers(product, mails) | answers(product, mails)

    assert refused == set()
    patience = max(PATIENCE, MAILS / 2)
    wait_for("one copy of each", lambda: have_one_copy_each(product, mails), patience)


def test_mail_comes_in_beside_an_import_and_a_change_of_keys(
    product: Product, tmp_path: Path
) -> None:
    file = str(address_book(tmp_path))
    with ThreadPoolExecutor(2) as pool:
        imported = pool.submit(
            product.manage, "import_contacts", file, "--organization", "zorg.example"
        )
        rotated = pool.submit(product.manage, "rotate_keys")
        refused = answers(product, incomplete_mails("beside", MAILS))

    assert (refused, bool(imported.result()), bool(rotated.result())) == (set(), True, True)
