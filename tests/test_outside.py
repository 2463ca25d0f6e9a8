"""Who may ask a server outside: whoever does has one deadline for all of it (flow/calls.py)."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.test_architecture import APPS, SOURCES, name

ASKING = {
    "requests", "urllib3", "urllib.request", "http.client", "smtplib", "apprise", "httpx", "ftplib",
}  # fmt: skip
CALLS = {
    "flow/calls.py": "the deadline itself",
    "accounts/outside.py": "identity providers",
    "accounts/adapter.py": "gives django-allauth the session of accounts/outside.py",
    "accounts/actions/signing_in.py": "by the session of accounts/outside.py",
    "accounts/views/elsewhere.py": "names of errors",
    "notifications/gateways.py": "SMS gateways and the relay, in calls",
    "zivweb/doctor.py": "names of errors",
    "zivweb/management/commands/serve.py": "our own port",
    "intake/management/commands/send_example.py": "our own port",
}


def imported(path: Path) -> Iterator[str]:
    """Return the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def asks(path: Path) -> bool:
    """Tell whether a file imports what asks servers."""
    return any(f"{module}.".startswith(f"{each}.") for module in imported(path) for each in ASKING)


def test_nobody_asks_outside_without_a_deadline() -> None:
    asking = {name(path) for path in SOURCES if name(path).split("/")[0] in APPS and asks(path)}

    assert asking == set(CALLS)
