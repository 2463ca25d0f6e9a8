"""A WSGI application that answers in time, whatever hangs behind it (PEP 3333)."""

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

PATIENCE: Final = 5.0  # seconds
SILENT: Final = json.dumps({"status": "down", "database": "silent"}).encode()

Start = Callable[[str, list[tuple[str, str]]], object]
Answer = tuple[str, list[tuple[str, str]], list[bytes]]


class InTime:
    """Has an application answer in one thread, and says so when it does not."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="monitoring")

    def __call__(self, environ: dict[str, Any], start_response: Start) -> list[bytes]:
        """Answer a request."""
        answering = self._thread.submit(self._answer, environ)
        try:
            status, headers, content = answering.result(PATIENCE)
        except TimeoutError:
            answering.cancel()
            status, content = "503 Service Unavailable", [SILENT]
            headers = [("Content-Type", "application/json"), ("Content-Length", str(len(SILENT)))]
        start_response(status, headers)
        return content

    def _answer(self, environ: dict[str, Any]) -> Answer:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *_error: object) -> None:
            begun.append((status, headers))

        answer = self._application(environ, start)
        try:
            content = list(answer)
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()
        return *begun[0], content
