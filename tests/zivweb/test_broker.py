"""The broker is whatever starts here: by the name it was found under, else the wheel's."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.zivweb.programs import processes_of, wait_for
from zivweb import broker
from zivweb.broker import free_port
from zivweb.environment import Stop

pytestmark = pytest.mark.slow

WHEEL = next(broker.candidates(wheel_only=True))
# Debian's redis-server is a link to a program that is something else by any other name.
BY_NAME = f'#!/bin/sh\ncase "$0" in */{{name}}) exec "{WHEEL}" "$@";; *) exit 1;; esac\n'
# Understands everything, and says that it is an old Redis. (No #! line holds a path with a space.)
OLD = f"""#!/bin/sh
'''exec' "{sys.executable}" "$0" "$@"
' '''
import socketserver, sys
class Session(socketserver.StreamRequestHandler):
    def handle(self):
        while count := self.rfile.readline()[1:]:
            words = [(self.rfile.readline(), self.rfile.readline())[1] for _ in range(int(count))]
            info = b"# Server\\r\\nredis_version:6.0.16\\r\\n"
            asked = words[0].strip().upper() == b"INFO"
            self.wfile.write(b"$%d\\r\\n%s\\r\\n" % (len(info), info) if asked else b"+OK\\r\\n")
port = int(dict(line.split(None, 1) for line in open(sys.argv[1]))["port"])
socketserver.ThreadingTCPServer(("127.0.0.1", port), Session).serve_forever()
"""
UNUSABLE = {
    "it is version 6.0.16": OLD,
    "it cannot be started": "no program at all",
    "it does not start": "#!/bin/sh\necho 'install it with: snap install redis'\n",
    "it does not start with": "#!/bin/sh\nsleep 600\n",
    "it does not start with a configuration": f"#!/bin/sh\nexec '{WHEEL}' --port {free_port()}\n",
}


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder in which programs are found, and no others but the system's tools."""
    folder = tmp_path / "a bin"
    folder.mkdir()
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("sh", "sleep"):
        (tools / tool).symlink_to(f"/bin/{tool}")
    monkeypatch.setenv("PATH", f"{folder}:{tools}")
    monkeypatch.setattr(broker, "PATIENCE", 1.0)
    return folder


def install(path: Path, text: str, links: int = 0) -> None:
    """Write a program, behind so many links that lead from its name to another one."""
    if links:
        target = path.parent.parent / f"alternatives-{links}" / "redis-check-rdb"
        target.parent.mkdir()
        path.symlink_to(target)
        install(target, text, links - 1)
        return
    path.write_text(text)
    path.chmod(0o755)


def prepare(folder: Path) -> tuple[broker.Broker, list[str]]:
    """Return the broker that `serve` would run, and what it would say about others."""
    said: list[str] = []
    return broker.prepare(folder, said.append), said


@pytest.mark.parametrize("name", broker.NAMES)
@pytest.mark.parametrize("links", [0, 1, 2, 5])
def test_a_program_is_started_by_the_name_it_was_found_under(
    found: Path, tmp_path: Path, name: str, links: int
) -> None:
    install(found / name, BY_NAME.format(name=name), links)

    chosen, said = prepare(tmp_path / "data")

    assert (chosen.program.command[0], said) == (str(found / name), [])


@pytest.mark.parametrize("name", broker.NAMES)
@pytest.mark.parametrize("problem", UNUSABLE)
def test_one_that_cannot_be_used_is_said_and_the_wheels_is_taken(
    found: Path, tmp_path: Path, name: str, problem: str
) -> None:
    install(found / name, UNUSABLE[problem])

    chosen, said = prepare(tmp_path / "data")

    assert chosen.program.command[0] == str(WHEEL)
    assert [problem in line and f"{found / name} is not used" in line for line in said] == [True]
    assert processes_of(tmp_path / "data") == {}


def test_a_program_on_a_relative_path_is_found_from_its_own_folder(
    found: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(found / "valkey-server", BY_NAME.format(name="valkey-server"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", found.name)

    chosen, said = prepare(tmp_path / "data")

    assert (chosen.program.command[0], said) == (str(found / "valkey-server"), [])


def test_a_machine_on_which_none_starts_is_told_what_to_set(
    found: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(found / "redis-server", OLD)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)

    with pytest.raises(Stop, match="CELERY_BROKER_URL must be set: no Redis or Valkey starts"):
        prepare(tmp_path / "data")


def test_a_trial_dies_with_what_started_it(tmp_path: Path) -> None:
    hanging = tmp_path / "redis-server"
    install(hanging, "#!/bin/sh\nexec sleep 600\n")
    code = (
        "import os, signal, threading; from pathlib import Path; from zivweb import broker\n"
        "threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGKILL]).start()\n"
        f"broker.try_out(broker.configure(Path({str(hanging)!r}), Path({str(tmp_path)!r})))"
    )

    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False)

    assert wait_for(lambda: not processes_of(tmp_path), 60)
