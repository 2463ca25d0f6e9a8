"""What must be right before `serve` starts anything: folder, ports, keys, database, pages."""

import contextlib
import errno
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections

from flow import engine
from notifications.gateways import address_problem
from vault.access import wrapped_columns
from vault.actions import note_first_key
from vault.keys import key_id
from vault.models import SealedRow
from zivweb import demo
from zivweb.environment import RUNTIME_FILE, Stop
from zivweb.starting import require_no_demo

PATIENCE = 1.0  # seconds for a program on this machine to take a connection
MIGRATION_LOCK = 0x7A697677  # any number, as long as every zivweb takes the same


@contextlib.contextmanager
def own_data_dir() -> Iterator[Path]:
    """Make the data directory, for its owner alone, and keep a second `serve` out of it."""
    folder: Path = settings.DATA_DIR
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        lock = (folder / "serve.lock").open("w")
    except OSError as error:
        raise Stop("ZIVWEB_DATA_DIR", f"cannot be used: {folder} ({error.strerror})") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Stop("ZIVWEB_DATA_DIR", f"is in use: zivweb runs already in {folder}") from error
        yield folder


def require_ports(bind: str, ports: dict[str, int]) -> None:
    """Raise Stop, with the variable to change, when a port cannot be listened on."""
    with contextlib.ExitStack() as held:
        for variable, port in ports.items():
            held.enter_context(_listener(bind, port, variable))


def _listener(bind: str, port: int, variable: str) -> socket.socket:
    try:
        found = socket.getaddrinfo(bind, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        return socket.create_server(address[:2], family=family)
    except (OSError, UnicodeError) as error:
        code = error.errno if isinstance(error, OSError) else None
        if code == errno.EADDRINUSE:
            raise Stop(
                variable, f"is {port}, but that port is taken: {_another(variable, port)}"
            ) from error
        if code == errno.EACCES:
            raise Stop(
                variable, f"is {port}, which this user may not have: set one above 1023"
            ) from error
        raise Stop("ZIVWEB_BIND", f"is {bind}, which is no address of this machine") from error


def require_sms_gateways() -> None:
    """Raise Stop when SMS could not go out by an address of SMS_URL, however well it answers."""
    for url in settings.SMS_URLS:
        problem = address_problem(url)
        if problem:
            raise Stop("SMS_URL", f"{urlsplit(url).scheme}:// {problem}")


def _another(variable: str, port: int) -> str:
    """Return what to do about a port; the next one is free more often than not."""
    return f"set another one in .env, or for once: {variable}={port % 65535 + 1} make run"


def require_localhost(base_url: str, port: int) -> None:
    """Raise Stop when another program answers where browsers look for `localhost`.

    They try ::1 as well as 127.0.0.1, whichever of the two zivweb listens on.
    """
    url = urlsplit(base_url)
    if url.hostname != "localhost" or url.port != port:
        return
    for address in ("127.0.0.1", "::1"):
        with contextlib.suppress(OSError), socket.create_connection((address, port), PATIENCE):
            another = f"{address} is another program's, and http://localhost:{port} may lead there"
            raise Stop(
                "ZIVWEB_HTTP_PORT",
                f"is {port}, but at {another}: {_another('ZIVWEB_HTTP_PORT', port)}",
            )


def prepare_database() -> None:
    """Bring the database up to date, one `serve` at a time; load the demo. Raises Stop."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        reason = str(error).strip().partition("\n")[0]
        raise Stop("DATABASE_URL", f"cannot be used: {reason}") from error
    with _migration_lock():
        call_command("migrate", interactive=False, verbosity=0)
        require_keys()
        require_no_demo()
        note_first_key()
        if settings.DEMO:
            demo.load()
    connections.close_all()


def require_keys() -> None:
    """Raise Stop when ZIVWEB_ENCRYPTION_KEYS lacks the key of the newest or oldest sealed rows."""
    known = {key_id(key) for key in settings.ENCRYPTION_KEYS}
    for column in wrapped_columns():
        if not issubclass(column.model, SealedRow):
            continue  # access codes are sparse: to find the first could mean reading millions
        keys = column.rows.order_by("pk").values_list("wrapped_by", flat=True)
        for wrapped_by in filter(None, (keys.first(), keys.last())):
            _require_key(bytes(wrapped_by), known)


def _require_key(wanted: bytes, known: set[bytes]) -> None:
    if wanted not in known:
        raise Stop(
            "ZIVWEB_ENCRYPTION_KEYS", f"lacks the key {wanted.hex()} that the data is sealed with"
        )


@contextlib.contextmanager
def _migration_lock() -> Iterator[None]:
    """Keep other machines out; on SQLite the lock of the data directory does it."""
    if engine.embedded():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def collect_pages() -> None:
    """Put styles and scripts where the web process serves them from."""
    call_command("collectstatic", interactive=False, verbosity=0)


@contextlib.contextmanager
def written_down(chosen: dict[str, Any]) -> Iterator[None]:
    """Let commands that run beside `serve` find its ports and broker, as long as it runs."""
    path: Path = settings.DATA_DIR / RUNTIME_FILE
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(chosen, file)
    draft.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
