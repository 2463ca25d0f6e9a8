"""Storing and destroying sealed bytes."""

from vault.models import CHUNK_BYTES, Blob, BlobChunk


def store_blob(content: bytes) -> Blob:
    """Seal the bytes and store them in chunks; belongs in the caller's transaction."""
    blob = Blob(size=len(content))
    pieces = [content[at : at + CHUNK_BYTES] for at in range(0, len(content), CHUNK_BYTES)] or [b""]
    sealed = [
        blob.seal(f"chunk {number} of {len(pieces)}", piece) for number, piece in enumerate(pieces)
    ]
    blob.save()
    BlobChunk.objects.bulk_create(
        [BlobChunk(blob=blob, number=number, sealed=chunk) for number, chunk in enumerate(sealed)],
        batch_size=4,
    )
    return blob
