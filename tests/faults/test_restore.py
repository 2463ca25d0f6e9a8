"""The drill of docs/operations.md: dump the database, restore it elsewhere, go on with it.

The second installation has another database, another data directory that is empty, another
address, and the same keys.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flow import engine
from tests.faults.finishing import NUMBER, SEND
from tests.faults.mails import ANNA, SECRET, Handed, handing_in, incomplete_mails, mail_with_number
from tests.faults.rows import now, wait_until_quiet
from tests.plugins import postgres
from tests.product import Product, empty_database, link_in, started, wait_for

pytestmark = pytest.mark.slow

JANS_NUMBER = "+31636363801"


def program(name: str) -> str:
    """Return the path of a program of PostgreSQL."""
    return str(postgres.find(wheel_only=False).folder / name)


def dump(product: Product, file: Path) -> None:
    """Keep the database in a file, as docs/operations.md says, while everything runs."""
    if engine.embedded():
        product.manage("backup", str(file))
        return
    url = product.environment["DATABASE_URL"]
    subprocess.run([program("pg_dump"), "--format=custom", f"--file={file}", url], check=True)


@contextmanager
def restored(file: Path, folder: Path) -> Iterator[Product]:
    """Restore a dump into a new database, and start everything on it."""
    (folder / "data").mkdir(parents=True)
    with empty_database(folder) as url:
        restore(file, folder, url)
        with started(Product(folder, url)) as product:
            yield product


def restore(file: Path, folder: Path, url: str) -> None:
    """Put the file where the other database is to be."""
    if engine.embedded():
        shutil.copyfile(file, folder / "data" / "zivweb.sqlite3")
        return
    command = [program("pg_restore"), "--no-owner", "--exit-on-error", f"--dbname={url}"]
    subprocess.run([*command, str(file)], check=True)


def links(product: Product, held: Handed, sent: Handed) -> tuple[str, str]:
    """Return the paths of the links to finish a mail, and to read another one."""
    notice = product.wait_for_mail(ANNA, held.subject)
    jan = sent.recipients[0]
    letters = wait_for("the mail with the link", lambda: product.relay.to(jan))
    found = link_in(notice, "finish", held.subject), link_in(letters[-1], "m")
    return found[0].removeprefix(product.base), found[1].removeprefix(product.base)


def finish(product: Product, path: str, held: Handed) -> None:
    """Fill in what is missing behind a link, and send."""
    anna = product.person().sign_in(ANNA, path)
    form = SEND.search(anna.page)
    assert form, anna.page
    anna.post(form.group(1), **{anna.field_of(held.recipients[0]): NUMBER})
    wait_for("both recipients' mails", lambda: all(map(product.relay.to, held.recipients)))


def read(product: Product, path: str) -> str:
    """Return what a recipient reads behind a link, after a code by SMS."""
    jan = product.person()
    jan.open(path)
    jan.post(f"{path}code/")
    page = jan.post(f"{path}verify/", code=product.wait_for_sms(JANS_NUMBER)).text
    return page + jan.open(f"{path}body/").text


def test_a_dump_that_is_restored_elsewhere_goes_on_where_it_was(
    product: Product, tmp_path: Path
) -> None:
    held, kept, sent = *incomplete_mails("drill", 2), mail_with_number("drill-sent", JANS_NUMBER)
    with handing_in(product, [held, kept, sent], seconds=0):
        paths = links(product, held, sent)
    wait_until_quiet(product, now())
    dump(product, tmp_path / "dump")

    with restored(tmp_path / "dump", tmp_path / "elsewhere") as second:
        finish(second, paths[0], held)
        shown = read(second, paths[1])
        still_held = second.person().sign_in(ANNA).open(f"/?q={kept.recipients[0]}").text

        again = [second.relay.to(to) for to in (*kept.recipients, *sent.recipients)]
        assert (SECRET in shown, kept.subject in still_held, again) == (True, True, [[]] * 4)
        assert [len(second.relay.to(to)) for to in held.recipients] == [1, 1]
        assert second.manage("verify_audit")
        assert second.manage("check_invariants")
        assert "under the first key" in second.manage("rotate_keys", "--check")
