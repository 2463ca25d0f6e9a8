"""Serves a page in two pieces, as a slow line brings it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

BETWEEN = 1.0  # seconds; long enough for a browser to paint the first piece


@contextmanager
def in_two_pieces(page: str, first: str) -> Iterator[str]:
    """Serve a page whose first piece ends with this text; yield its address."""
    end = page.index(first) + len(first)
    pieces = page[:end].encode(), page[end:].encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(pieces[0])
            time.sleep(BETWEEN)
            self.wfile.write(pieces[1])

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
