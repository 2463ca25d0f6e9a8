"""Writes `.env` with fresh keys for a first `make run`. Runs alone: no setting can be read yet."""

import base64
import os
import secrets
import sys
from pathlib import Path


def lines() -> list[str]:
    """Return the variables of a demo with keys of its own (32 random bytes for each)."""
    sealing = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return [
        "# Made by the first `make run`. Whoever holds these keys can read every message:",
        "# keep a copy apart from the data, and show it to nobody. .env.example explains the rest.",
        "ZIVWEB_DEMO=1",
        f"ZIVWEB_SECRET_KEY={secrets.token_urlsafe(48)}",
        f"ZIVWEB_ENCRYPTION_KEYS={sealing}",
    ]


def write(path: Path) -> bool:
    """Write the file so that its owner alone can read it. Returns False when it exists."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        file.write("\n".join(lines()) + "\n")
    return True


if __name__ == "__main__":
    TARGET = Path(sys.argv[1])
    if write(TARGET):
        sys.stdout.write(f"{TARGET}: made, with fresh keys\n")
