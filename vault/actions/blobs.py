"""Storing sealed bytes of any size."""

from collections.abc import Iterable, Iterator

from vault.models import CHUNK_BYTES, Blob, BlobChunk


def store_blob(content: bytes) -> Blob:
    """Seal the bytes and store them in chunks; belongs in the caller's transaction."""
    pieces = (content[at : at + CHUNK_BYTES] for at in range(0, len(content), CHUNK_BYTES))
    return store_stream(pieces, len(content))


def store_stream(pieces: Iterable[bytes], size: int) -> Blob:
    """Seal what comes in pieces and store it, holding a chunk at a time in memory.

    `size` is how many bytes come; belongs in the caller's transaction. Raises ValueError when more
    or fewer come.
    """
    blob = Blob(size=size)
    count = max(1, -(-size // CHUNK_BYTES))
    stored = 0
    for number, chunk in enumerate(_chunks(pieces)):
        sealed = blob.seal(f"chunk {number} of {count}", chunk)
        if number == 0:
            blob.save()
        BlobChunk.objects.create(blob=blob, number=number, sealed=sealed)
        stored += len(chunk)
    if stored != size:
        raise ValueError(f"{stored} bytes came instead of {size}")
    return blob


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces as chunks of CHUNK_BYTES, the last one shorter; one empty chunk for none."""
    waiting = bytearray()
    count = 0
    for piece in pieces:
        waiting += piece
        while len(waiting) >= CHUNK_BYTES:
            yield bytes(waiting[:CHUNK_BYTES])
            del waiting[:CHUNK_BYTES]
            count += 1
    if waiting or not count:
        yield bytes(waiting)
