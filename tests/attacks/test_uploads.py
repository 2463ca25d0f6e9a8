"""Files: only who may upload one gets a byte of it read, and nothing of it lies readable on a disk.

Every address of the product is tried; a new one takes no files until its view says so.
"""

import io
import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseBase
from django.test import Client

from accounts.models import Logo, User
from contacts.models import ImportRun
from tests import make
from tests.accounts.test_logos import png
from tests.attacks.scene import Scene, addresses, browser, make_scene
from tests.delivery.messages import link, open_in, receiver

pytestmark = pytest.mark.django_db

TOKEN = "t" * 32
PIECE = 256 * 1024  # what is read at once
HUGE = 90 * 1024 * 1024
OVER = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
TAKING = {"/contacts/import/", "/organization/look/logo/"}  # and a recipient's answer


class Upload(io.BytesIO):
    """A form with a token and a file of zeros; it counts what is read of it."""

    def __init__(self) -> None:
        head = 'Content-Disposition: form-data; name="{}"'
        super().__init__(
            f"--b\r\n{head.format('csrfmiddlewaretoken')}\r\n\r\n{TOKEN}\r\n"
            f"--b\r\n{head.format('file')}; filename=a.csv\r\n\r\n".encode()
        )
        self.count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the head of the form, and then zeros without end."""
        found = super().read(size) or bytes(size or 0)
        self.count += len(found)
        return found


def sent(client: Client, address: str, length: int | None) -> tuple[int, HttpResponseBase]:
    """Post the form with this length (None: chunked); return how much of it was read."""
    body = Upload()
    has_length = {} if length is None else {"CONTENT_LENGTH": str(length)}
    chunked = {} if length is not None else {"HTTP_TRANSFER_ENCODING": "chunked"}
    kind = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "multipart/form-data; boundary=b"}
    answer = client.request(
        PATH_INFO=address, **{"wsgi.input": body}, **kind, **has_length, **chunked
    )
    return body.count, answer


def strict(user: User | None) -> Client:
    """Return a browser whose forms are checked, as those of people are."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
    if user is not None:
        client.force_login(user)
    return client


def reading(scene: Scene, client: Client, length: int, most: int) -> set[str]:
    """Return the addresses that read more of the form than this."""
    return {each for each in addresses(scene) if sent(client, each, length)[0] > most}


@pytest.fixture
def no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Have no folder for temporary files: whoever writes one fails."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))


@pytest.mark.walls
@pytest.mark.slow
def test_no_address_reads_the_file_of_a_stranger() -> None:
    assert reading(make_scene(), strict(None), HUGE, PIECE) == set()


@pytest.mark.walls
@pytest.mark.slow
def test_only_what_takes_files_reads_one_of_a_sender() -> None:
    scene = make_scene()

    assert reading(scene, strict(scene.colleague), HUGE, PIECE) == {"/contacts/import/"}


@pytest.mark.walls
@pytest.mark.slow
def test_nothing_is_read_of_what_is_too_long_for_a_page_without_files() -> None:
    scene, client = make_scene(), strict(None)
    taking = TAKING | {scene.guest_link + "reply/"}
    found = [sent(client, each, OVER) for each in addresses(scene) if each not in taking]

    assert {(count, answer.status_code) for count, answer in found} == {(0, 413)}


@pytest.mark.parametrize("address", ["/", "/contacts/import/", "/api/v1/contacts"])
def test_a_body_of_unknown_length_is_refused_unread(address: str) -> None:
    count, answer = sent(strict(None), address, None)

    assert (count, answer.status_code) == (0, 411)


def test_a_program_is_told_in_json_that_it_sent_too_much() -> None:
    _count, answer = sent(strict(None), "/api/scim/v2/Users", OVER)

    assert (answer.status_code, answer.headers["Content-Type"]) == (413, "application/json")


def test_a_file_for_a_page_that_takes_none_is_told_in_plain_words() -> None:
    user = make.user()
    count, answer = sent(strict(user), "/help/answer/", PIECE)

    assert (count <= PIECE, answer.status_code) == (True, 413)
    assert "This is too large" in answer.content.decode()  # type: ignore[attr-defined]


def test_a_list_of_contacts_lies_readable_on_no_disk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"  # of what is a file without a name elsewhere
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda: kept.open("w+b"))
    posted = SimpleUploadedFile("a.csv", b"email_address\n" + b"a@b.example\n" * 300_000)
    answer = make.signed_in(make.user()).post(
        "/contacts/import/", {"book": "personal", "file": posted}
    )

    assert (answer.status_code, ImportRun.objects.count()) == (302, 1)
    written = kept.read_bytes()
    assert (len(written) > 3_600_000, b"b.example" in written) == (True, False)


def test_a_logo_lies_on_no_disk(no_folder: None) -> None:
    admin = make.user(role="admin")
    make.signed_in(admin).post(
        "/organization/look/logo/", {"logo": SimpleUploadedFile("a.png", png())}
    )

    assert Logo.objects.filter(organization=admin.organization).exists()


def test_the_file_of_an_answer_is_read_once_its_writer_is_verified() -> None:
    jan, client = receiver(), strict(None)
    address = link(jan, "reply/")
    before, _ = sent(client, address, 4 * PIECE)
    browsing = browser(None)
    open_in(browsing, jan)
    client.cookies["session"] = browsing.cookies["session"].value
    after, _ = sent(client, address, 4 * PIECE)

    assert (before <= PIECE, after > PIECE) == (True, True)
