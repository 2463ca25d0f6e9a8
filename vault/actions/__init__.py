"""The only writer of what is sealed: blobs, and the keys that wrap everything else."""

from vault.actions.blobs import store_blob, store_stream
from vault.actions.counting import note_first_key
from vault.actions.rotating import Progress, rotate_keys

__all__ = [
    "Progress",
    "note_first_key",
    "rotate_keys",
    "store_blob",
    "store_stream",
]
