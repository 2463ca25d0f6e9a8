"""Counting what an encryption key wraps: a random nonce may be drawn so often, and no more."""

from django.db.models import F

from vault.access import rows_made
from vault.keys import key_id, keyring
from vault.models import KeyUse


def note_first_key() -> KeyUse:
    """Remember since when the first key of the keyring is the first. Safe to repeat.

    The first key that is ever noted has wrapped everything there is.
    """
    name = key_id(keyring().keys[0]).hex()
    known = KeyUse.objects.filter(key_id=name).first()
    if known is not None:
        return known
    before = rows_made() if KeyUse.objects.exists() else 0
    return KeyUse.objects.get_or_create(key_id=name, defaults={"rows_before": before})[0]


def note_rewrapped(count: int) -> None:
    """Count what a rotation wrapped under the first key."""
    name = key_id(keyring().keys[0]).hex()
    KeyUse.objects.filter(key_id=name).update(rewrapped=F("rewrapped") + count)
