#!/bin/sh
# granian 2.8.7, gunicorn 23.0.0 (PyPI)
# Expected: when a WSGI application raises in the middle of an answer of unknown length, the server closes the connection
# without the chunk that ends the body, so that a client knows that what it has is not all (RFC 9112, 8).
# Seen: gunicorn does so, and http.client raises IncompleteRead. Granian sends the last chunk all the same: a list of which
# half came looks whole to every client, and only the log of the server knows.
set -eu
work=$(mktemp -d)
trap 'kill $(cat "$work"/*.pid) 2>/dev/null || true; sleep 1; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check granian==2.8.7 gunicorn==23.0.0
cat >application.py <<'PYTHON'
def lines():
    yield b"first line\n"
    yield b"second line\n"
    raise RuntimeError("the database went away")

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/csv")])
    return lines()
PYTHON
cat >check.py <<'PYTHON'
import http.client, pathlib, socket, subprocess, sys, time

def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

def answer_of(*command: str) -> str:
    port = free_port()
    arguments = [each.replace("PORT", str(port)) for each in command]
    with open("log", "ab") as log:
        server = subprocess.Popen([sys.executable, "-m", *arguments], stdout=log, stderr=log)
    pathlib.Path("server.pid").write_text(str(server.pid))
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/")
        answer = connection.getresponse()
        try:
            return f"{answer.status}, {len(answer.read().splitlines())} lines, whole"
        except http.client.IncompleteRead as error:
            return f"{answer.status}, {len(error.partial.splitlines())} lines, incomplete"
    finally:
        server.terminate()
        server.wait()

found = {
    "gunicorn": answer_of("gunicorn", "--bind", "127.0.0.1:PORT", "application"),
    "granian": answer_of("granian", "--interface", "wsgi", "--port", "PORT", "application:application"),
}
print(found)
assert found == {"gunicorn": "200, 2 lines, incomplete", "granian": "200, 2 lines, whole"}
PYTHON
venv/bin/python check.py
echo "As described."
