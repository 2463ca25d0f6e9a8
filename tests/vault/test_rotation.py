"""Keys change under everything that is stored: nothing is lost, and the old key can go."""

from operator import attrgetter
from threading import Event, Thread

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.db.models import BinaryField
from pytest_django import Settings

from accounts.models import IdentityProvider, SecondFactorKey
from accounts.policy import ORGANIZATION
from contacts.actions import propose, save_contact
from contacts.entries import ContactEntry
from delivery.models import Reply
from intake.actions import SealedMail, Submission
from tests import engines, make
from tests.contacts.imports import imported, uploaded
from tests.delivery.messages import released
from vault.access import Column, count_by_key, wrapped_columns
from vault.actions import Progress, rotate_keys, rotating
from vault.keys import VaultError, key_id, keyring
from vault.models import Blob
from vault.sealing import seal_text

NOT_SEALED = {"accounts.Logo.content", "accounts.AuditSeal.marks"}
OLD, NEW = b"o" * 32, b"n" * 32
# Columns of bytes that a data key of their own row, or of the row they belong to, seals.
UNDER_A_DATA_KEY = {
    "vault.BlobChunk.sealed", "intake.RawMail.raw", "intake.RawPiece.sealed",
    "notifications.Notification.payload",
    "drafts.Draft.subject", "drafts.Draft.content", "drafts.Draft.shown", "drafts.Attachment.name",
    "drafts.Recipient.typed", "drafts.Recipient.header",
    "delivery.Message.content", "delivery.Message.shown", "delivery.MessageRecipient.secret",
    "delivery.Challenge.code",
    "delivery.Reply.content", "delivery.MessageAttachment.name", "delivery.ReplyAttachment.name",
}  # fmt: skip


@pytest.fixture
def old_key(settings: Settings) -> None:
    """Seal with a key that is to go."""
    settings.ENCRYPTION_KEYS = [OLD]


def quiet(_progress: Progress) -> None:
    """Look away."""


def store_one_of_each() -> None:
    """Store something in every column that the keyring wraps."""
    admin = make.user(role="admin")
    mail = SealedMail()
    mail.add(b"raw")
    mail.finish(Submission(admin.organization_id, admin.pk, ("jan@example.nl",)))
    mail.row.save()
    make.draft(admin, attachments=(make.attachment(),))
    message = released(sender=admin)
    reply = Reply(message=message, recipient=message.recipients.get())
    reply.content = reply.seal("content", b"thank you")
    reply.save()
    contact = make.contact(admin, code="blauwe fiets 12", book=ORGANIZATION)
    entry = ContactEntry(book=ORGANIZATION, address=contact.address, name="", code="rode fiets 13")
    save_contact(admin, entry, contact)
    imported(admin, f"{contact.address},Jan,,gele fiets 14,", source="sync:CRM")
    propose(admin, entry, contact)
    uploaded(admin, "els@example.nl,Els,,groene fiets 15,")
    provider = IdentityProvider(domain=admin.organization.domains.get())
    provider.secret = seal_text("of the provider", provider.secret_place)
    provider.save()
    factor = SecondFactorKey()
    factor.seal("key", b"of the second factors")
    factor.save()


def unreadable() -> list[str]:
    """Return what the keyring cannot open, and the columns that hold nothing to open."""
    return [problem for column in wrapped_columns() for problem in problems_of(column)]


def problems_of(column: Column) -> list[str]:
    """Return the rows of a column that cannot be opened; an empty column is a problem too."""
    found, rows = [], list(column.rows)
    for row in rows:
        try:
            keyring().unwrap(bytes(getattr(row, column.field)), attrgetter(column.place)(row))
        except VaultError as error:
            found.append(f"{column} {row.pk}: {error}")
    return found if rows else [f"{column} is empty"]


def store_blobs(count: int) -> None:
    """Store this many rows with a data key each."""
    blobs = [Blob(size=0) for _ in range(count)]
    _ = [blob.seal("chunk 0 of 1", b"") for blob in blobs]
    Blob.objects.bulk_create(blobs)


@pytest.mark.django_db
def test_all_that_the_old_key_sealed_opens_without_it(old_key: None, settings: Settings) -> None:
    store_one_of_each()
    settings.ENCRYPTION_KEYS = [NEW, OLD]

    rotate_keys(quiet)

    settings.ENCRYPTION_KEYS = [NEW]
    assert unreadable() == []


@pytest.mark.django_db
def test_nothing_in_the_database_bears_the_old_key_any_more(
    old_key: None, settings: Settings
) -> None:
    store_one_of_each()
    settings.ENCRYPTION_KEYS = [NEW, OLD]

    rotate_keys(quiet)

    assert (set(count_by_key()), bytes_under(OLD)) == ({key_id(NEW)}, [])


def bytes_under(key: bytes) -> list[str]:
    """Return every column of bytes, declared or not, in which a value begins with this key."""
    return [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, BinaryField)
        for value in model._meta.base_manager.values_list(field.name, flat=True)
        if bytes(value or b"").startswith(key_id(key))
    ]


def test_every_column_of_bytes_is_rotated_or_under_a_data_key() -> None:
    ours = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, BinaryField)
    }
    rotated = {f"{column.model._meta.label}.{column.field}" for column in wrapped_columns()}

    assert ours == rotated | UNDER_A_DATA_KEY | NOT_SEALED


@pytest.mark.slow
@pytest.mark.django_db
def test_a_rotation_that_is_broken_off_goes_on_where_it_was(
    old_key: None, settings: Settings
) -> None:
    store_blobs(1200)
    settings.ENCRYPTION_KEYS = [NEW, OLD]

    with pytest.raises(KeyboardInterrupt):
        rotate_keys(break_off)
    half = count_by_key()
    rotate_keys(quiet)

    assert (dict(half), dict(count_by_key())) == (
        {key_id(NEW): 500, key_id(OLD): 700},
        {key_id(NEW): 1200},
    )


@pytest.mark.django_db
def test_others_have_their_turn_after_each_batch_which_is_smaller_where_it_takes_long(
    old_key: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "BATCH", 10)
    monkeypatch.setattr(rotating, "BATCH_OF_ONE_WRITER", 10)
    monkeypatch.setattr(rotating, "FEWEST", 5)
    monkeypatch.setattr(rotating, "LONG", 0.0)
    store_blobs(21)
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    left = list[int]()

    rotate_keys(quiet, rest=lambda _seconds: left.append(count_by_key()[key_id(OLD)]))

    assert left == [11, 6, 1]


def break_off(progress: Progress) -> None:
    """Press Ctrl-C after the first batch."""
    if progress.done:
        raise KeyboardInterrupt


@pytest.mark.slow
@pytest.mark.django_db
def test_thousands_of_rows_take_three_statements_for_each_five_hundred(
    old_key: None,
    settings: Settings,
    django_assert_max_num_queries: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rotating, "LONG", 60.0)
    store_blobs(3000)
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    others = 3 * len(wrapped_columns())

    with django_assert_max_num_queries(6 * 4 + 4 + 2 * others):  # type: ignore[operator]
        rotate_keys(quiet)

    assert dict(count_by_key()) == {key_id(NEW): 3000}


@pytest.mark.django_db
def test_a_row_that_no_key_opens_is_told_and_left_alone(old_key: None, settings: Settings) -> None:
    store_blobs(2)
    lost = Blob.objects.latest("pk")
    Blob.objects.filter(pk=lost.pk).update(data_key=b"lost" + bytes(44))
    settings.ENCRYPTION_KEYS = [NEW, OLD]

    (blobs,) = [done for done in rotate_keys(quiet) if done.column.model is Blob]

    assert (blobs.done, list(blobs.unreadable)) == (1, [lost.pk])
    assert dict(count_by_key()) == {key_id(NEW): 1, b"lost": 1}


@pytest.mark.django_db
def test_what_was_shredded_stays_shredded(old_key: None, settings: Settings) -> None:
    store_blobs(1)
    Blob.objects.update(data_key=b"")
    settings.ENCRYPTION_KEYS = [NEW, OLD]

    rotate_keys(quiet)

    assert bytes(Blob.objects.get().data_key) == b""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@engines.LOCKED_ROWS
def test_rotation_waits_for_nobody(old_key: None, settings: Settings) -> None:
    store_blobs(3)
    held, over = Event(), Event()
    writer = Thread(target=hold, args=(Blob.objects.latest("pk").pk, held, over))
    writer.start()
    held.wait(5)
    settings.ENCRYPTION_KEYS = [NEW, OLD]

    rotate_keys(quiet)
    meanwhile = dict(count_by_key())
    over.set()
    writer.join()
    rotate_keys(quiet)

    assert meanwhile == {key_id(NEW): 2, key_id(OLD): 1}
    assert dict(count_by_key()) == {key_id(NEW): 3}


def hold(pk: int, held: Event, over: Event) -> None:
    """Hold the lock of a row, as a writer of mail does, until told otherwise."""
    with transaction.atomic():
        Blob.objects.select_for_update().get(pk=pk)
        held.set()
        over.wait(5)
    connections.close_all()


@pytest.mark.django_db
def test_the_check_says_what_is_under_the_old_key(
    old_key: None, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    store_blobs(3)
    settings.ENCRYPTION_KEYS = [NEW, OLD]

    with pytest.raises(CommandError, match="3 are not under the first key"):
        call_command("rotate_keys", "--check")

    assert f"3 under the key {key_id(OLD).hex()}: still in use" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_command_says_that_the_old_key_may_go(
    old_key: None, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    store_blobs(3)
    settings.ENCRYPTION_KEYS = [NEW, OLD]

    call_command("rotate_keys")

    shown = capsys.readouterr()
    assert f"0 under the key {key_id(OLD).hex()}: may be removed" in shown.out
    assert "vault_blob.data_key" in shown.err
