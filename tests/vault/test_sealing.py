"""What is sealed opens only in its own place, with its own key."""

import pytest
from django.test import override_settings

from drafts.models import Draft
from vault.actions import store_blob
from vault.keys import Keyring, VaultError, keyed_digest
from vault.models import CHUNK_BYTES, Blob
from vault.sealing import new_data_key, open_data_key, seal_text, unseal_text
from vault.tokens import is_token, link_token, token_hash

OLD, NEW = b"o" * 32, b"n" * 32


def test_a_sealed_part_opens_in_its_own_row() -> None:
    row = Draft()

    assert row.unseal("subject", row.seal("subject", b"results")) == b"results"


def test_a_sealed_part_does_not_open_as_another_part() -> None:
    row = Draft()
    sealed = row.seal("subject", b"results")

    with pytest.raises(VaultError):
        row.unseal("content", sealed)


def test_a_sealed_part_does_not_open_in_another_row_that_stole_the_key() -> None:
    row, other = Draft(), Draft()
    sealed = row.seal("subject", b"results")
    other.data_key = row.data_key

    with pytest.raises(VaultError):
        other.unseal("subject", sealed)


@pytest.mark.parametrize("change", [lambda s: s[:-1], lambda s: s[:-1] + b"\0", lambda _: b""])
def test_changed_bytes_do_not_open(change: object) -> None:
    row = Draft()
    sealed = row.seal("subject", b"results")

    with pytest.raises(VaultError):
        row.unseal("subject", change(sealed))  # type: ignore[operator]


def test_a_shredded_row_does_not_open() -> None:
    row = Draft()
    sealed = row.seal("subject", b"results")
    row.data_key = b""

    with pytest.raises(VaultError):
        row.unseal("subject", sealed)


def test_the_first_key_encrypts_and_every_key_decrypts() -> None:
    wrapped = Keyring([OLD]).wrap(b"data key", "place")

    assert Keyring([NEW, OLD]).unwrap(wrapped, "place") == b"data key"


def test_a_key_that_was_removed_is_named() -> None:
    wrapped = Keyring([OLD]).wrap(b"data key", "place")

    with pytest.raises(VaultError, match="ZIVWEB_ENCRYPTION_KEYS"):
        Keyring([NEW]).unwrap(wrapped, "place")


def test_data_keys_differ_each_time() -> None:
    assert new_data_key("place")[1] != new_data_key("place")[1]


def test_a_wrapped_data_key_opens() -> None:
    key, wrapped = new_data_key("place")

    assert open_data_key(wrapped, "place") == key


def test_a_short_text_opens_in_its_place() -> None:
    assert unseal_text(seal_text("wilgenlaan", "place"), "place") == "wilgenlaan"


@pytest.mark.django_db
@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_a_blob_of_any_size_comes_back_unchanged(size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)

    blob = store_blob(content)

    assert b"".join(Blob.objects.get(pk=blob.pk).read()) == content


@pytest.mark.django_db
def test_chunks_that_change_places_do_not_open() -> None:
    blob = store_blob(b"a" * CHUNK_BYTES + b"b" * CHUNK_BYTES)
    first, second = blob.chunks.order_by("number")
    first.sealed, second.sealed = second.sealed, first.sealed
    first.save()

    with pytest.raises(VaultError):
        list(blob.read())


def test_a_link_token_is_the_same_at_every_call() -> None:
    uid = Draft().uid

    assert link_token("finish", uid) == link_token("finish", uid)


def test_a_link_token_has_128_bits_in_22_characters() -> None:
    assert is_token(link_token("finish", Draft().uid))


def test_a_link_token_differs_by_purpose() -> None:
    uid = Draft().uid

    assert link_token("finish", uid) != link_token("guest:jan@example.nl", uid)


def test_only_the_hash_of_a_token_is_kept() -> None:
    assert len(token_hash("token")) == 64


def test_a_keyed_digest_depends_on_the_secret_key() -> None:
    mine = keyed_digest("message-id", "text")
    with override_settings(SECRET_KEY="another secret key"):
        theirs = keyed_digest("message-id", "text")

    assert mine != theirs


def test_a_keyed_digest_depends_on_its_purpose() -> None:
    assert keyed_digest("message-id", "text") != keyed_digest("fingerprint", "text")
