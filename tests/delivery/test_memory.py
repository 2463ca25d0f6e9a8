"""A file of 25 MB goes in and out of the running product, and no process holds it many times."""

import hashlib
import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.product import TOKEN, Person, Product, a_mail, link_in

pytestmark = [pytest.mark.journey, pytest.mark.slow]

MEGABYTE = 1024 * 1024
CONTENT = random.Random(7).randbytes(24 * MEGABYTE + 12345)  # noqa: S311  no secret
BLOCK = """<!--zivver_headers
zivver-access-right: {address} sms {number}
zivver_headers-->

The results."""


def status_of(pid: int, field: str) -> int:
    """Return a size of a process in bytes (proc(5)): VmRSS now, VmHWM at its highest."""
    found = re.search(rf"{field}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 if found else 0


@contextmanager
def growth(product: Product, name: str) -> Iterator[dict[int, int]]:
    """Give the bytes by which each process of a kind grew at its highest, once the block ends."""
    before = {pid: status_of(pid, "VmRSS") for pid in product.pids(name)}
    for pid in before:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    grown: dict[int, int] = {}
    yield grown
    grown |= {pid: status_of(pid, "VmHWM") - size for pid, size in before.items()}


def send_large(product: Product, *addresses: str) -> None:
    """Send a mail with the file to each of them, all at once."""
    mails = [a_mail("large", address) for address in addresses]
    for mail in mails:
        mail.add_attachment(CONTENT, "application", "pdf", filename="large.pdf")
    with ThreadPoolExecutor() as pool:
        list(pool.map(product.send, mails, addresses))


def reader_of(product: Product, address: str, number: str) -> tuple[Person, str]:
    """Send a mail with the file, and return somebody who has opened it, with the link."""
    mail = a_mail("large", address, text=BLOCK.format(address=address, number=number))
    mail.add_attachment(CONTENT, "application", "pdf", filename="large.pdf")
    product.send(mail, address)
    product.wait_for_mail(address, "")
    guest, link = product.person(), link_in(product.relay.to(address)[-1], "m")
    guest.open(link)
    guest.post(f"{link}code/")
    guest.post(f"{link}verify/", code=product.wait_for_sms(number))
    return guest, link


def digest_of(person: Person, path: str) -> str:
    """Download a file piece by piece; return the digest of its bytes."""
    digest = hashlib.sha256()
    with person.session.get(person.base + path, stream=True, timeout=60) as response:
        for piece in response.iter_content(64 * 1024):
            digest.update(piece)
    return digest.hexdigest()


def path_to(page: str, pattern: str) -> str:
    """Return the first address on a page of this form."""
    found = re.search(pattern, page)
    assert found, pattern
    return found[0]


def answer_with_file(guest: Person, link: str) -> int:
    """Answer with the file; return the status of the page after it."""
    token = TOKEN.findall(guest.open(link).text)[0]
    fields = {"csrfmiddlewaretoken": token, "text": "Here it is.", "reader": "sender"}
    files = {"attachments": ("large.pdf", CONTENT, "application/pdf")}
    headers = {"Referer": guest.base}
    response = guest.session.post(f"{link}reply/", fields, files=files, headers=headers, timeout=60)
    guest.page = response.text
    return response.status_code


def test_a_large_file_is_downloaded_in_pieces(product: Product) -> None:
    guest, link = reader_of(product, "large@x20.example", "+31636363641")
    path = path_to(guest.open(link).text, r"/m/[\w-]+/attachments/\d+/")

    with growth(product, "web") as grown:
        digests = {digest_of(guest, path) for _ in range(3)}

    assert digests == {hashlib.sha256(CONTENT).hexdigest()}
    assert max(grown.values()) < 100 * MEGABYTE, grown


def test_a_large_file_is_taken_in_pieces(product: Product) -> None:
    guest, link = reader_of(product, "large@x21.example", "+31636363642")

    with growth(product, "web") as grown:
        status = answer_with_file(guest, link)
    path = path_to(guest.page, r"/m/[\w-]+/reply/attachments/\d+/")

    assert (status, digest_of(guest, path)) == (200, hashlib.sha256(CONTENT).hexdigest())
    assert max(grown.values()) < 100 * MEGABYTE, grown


def test_a_large_mail_is_stored_and_read_in_pieces(product: Product) -> None:
    with growth(product, "smtp") as taken, growth(product, "worker") as read:
        guest, link = reader_of(product, "large@x22.example", "+31636363643")
    path = path_to(guest.open(link).text, r"/m/[\w-]+/attachments/\d+/")

    assert digest_of(guest, path) == hashlib.sha256(CONTENT).hexdigest()
    assert max(taken.values()) < 100 * MEGABYTE, taken
    assert max(read.values()) < 100 * MEGABYTE, read


def test_a_process_that_had_large_mails_is_small_again(product: Product) -> None:
    idle = {pid: status_of(pid, "VmRSS") for pid in product.pids("smtp")}
    with growth(product, "smtp"):
        send_large(product, *(f"many{number}@x23.example" for number in range(4)))
    highest = [status_of(pid, "VmHWM") for pid in idle]
    left = [status_of(pid, "VmRSS") - size for pid, size in idle.items()]

    assert max(highest) < 400 * MEGABYTE, highest
    assert max(left) < 100 * MEGABYTE, left
