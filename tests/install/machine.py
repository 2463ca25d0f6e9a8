"""Makes machines to install zivweb on: a small Debian each, in namespaces of its own.

Nothing is installed on this machine or changed here, but for the tool that makes them: what is
made lies in a folder that is removed, its processes end with the program that started them, and its
network is its own. Debian's packages come from where this machine's apt has them, those of Python
from where its pip has them.
"""

import ast
import functools
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.plugins import processes

ROOT = Path(__file__).parents[2]
TREE = "/srv/my mail/zivweb"  # people do put things into folders with a space
USER = "tester"
MAKER = "mmdebstrap"
TOOLS = (MAKER, "unshare", "git")
# What a bare Debian needs to run zivweb, as the README says.
NEEDED = "ca-certificates,make,python3,python3-venv"
FETCHING = re.compile(r"Acquire::(https?|ftp|Check|Retries|Force|Proxy|Languages)")
OF_PIP = re.compile(r"(PIP_|SSL_CERT_|REQUESTS_CA_)|(https?|no)_proxy$", re.IGNORECASE)
CLEAN = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
# As somebody without rights or a home, whose files nobody else reads.
INSTALL = f"""\
set -e
useradd --home-dir /nonexistent --no-create-home {USER}
chown -R {USER} /srv
cd "{TREE}"
exec su -s /bin/sh {USER} -c 'umask 077; make -s .venv/.run-ready && make -s .venv/.test-ready'
"""
ADD_PACKAGES = """\
apt-get update -qq
exec apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-unsafe-io\
"""
PROBE = """\
cd "$0" && mkdir -p low top work probe &&
exec mount -t overlay overlay -o lowerdir=low,upperdir=top,workdir=work probe
"""
# Runs in namespaces of its own, so that every mount is gone when it ends.
ENTER = """\
set -e
root=$1 layers=$2 paths=$3
shift 3
mount -t overlay overlay -o "$layers" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
echo "$paths" | while read -r path; do
    if [ -d "$path" ]; then mkdir -p "$root$path"; fi
    if [ -f "$path" ]; then mkdir -p "$root${path%/*}"; touch "$root$path"; fi
    if [ -e "$path" ]; then mount --bind "$path" "$root$path"; fi
done
exec chroot "$root" "$@"
"""
NOT_MADE = pytest.StashKey[list[str]]()
SPACE = 4 * 1024**3  # bytes that all machines together take


class CannotMakeError(RuntimeError):
    """This environment cannot make such a machine; the text says why."""


@dataclass(frozen=True)
class Machine:
    """A Debian in a folder, in layers: each holds what one step has changed, the newest first."""

    folder: Path
    layers: tuple[Path, ...]

    def changed(self, layer: str, script: str) -> "Machine":
        """Return this machine as a script leaves it, which has this machine's network.

        Raises CannotMakeError.
        """
        top = self.folder / layer
        top.mkdir(exist_ok=True)
        done = self._enter(top, ["sh", "-c", script], _of_pip())
        if done.returncode != 0:
            raise CannotMakeError(f"{layer}: {done.stdout[-1500:]}")
        return Machine(self.folder, (top, *self.layers))

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in the folder of zivweb, without a network, and forget what it changes."""
        top = Path(self.folder / "forgotten")
        top.mkdir()
        try:
            script = 'cd "$0" && exec "$@"'
            return self._enter(top, ["sh", "-c", script, TREE, *command], None)
        finally:
            shutil.rmtree(top)

    def _enter(
        self, top: Path, command: list[str], network: dict[str, str] | None
    ) -> "subprocess.CompletedProcess[str]":
        work, root = self.folder / "work", self.folder / "root"
        for path in (work, root):
            path.mkdir(exist_ok=True)
        lower = ":".join(map(str, self.layers))
        layers = f"lowerdir={lower},upperdir={top},workdir={work}"
        paths = "" if network is None else "\n".join(_paths_in(network))
        apart = ["--mount", "--pid", "--ipc", *(["--net"] if network is None else [])]
        try:
            return subprocess.run(
                [
                    *("unshare", *apart, "--fork", "--kill-child", "--propagation", "private"),
                    *("sh", "-c", ENTER, "enter", str(root), layers, paths, *command),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
                env=CLEAN | {"DEBIAN_FRONTEND": "noninteractive"} | (network or {}),
                preexec_fn=processes.die_with_parent(signal.SIGKILL),
            )
        finally:
            shutil.rmtree(work)


def new_folder() -> Path:
    """Make a folder for machines, in memory where that is large enough."""
    roomy = processes.SHARED_MEMORY.is_dir()
    roomy = roomy and shutil.disk_usage(processes.SHARED_MEMORY).free > SPACE
    return processes.new_folder(in_memory=roomy)


@functools.cache
def debian(suite: str, folder: Path) -> Machine:
    """Make a bare Debian with zivweb and what it is tested with, once.

    Raises CannotMakeError; but that zivweb cannot be installed there is a failure.
    """
    folder.mkdir(exist_ok=True)
    _require_means(folder)
    base = folder / "base"
    settings = folder / "apt.conf"
    settings.write_text(_fetching())
    options = ["--variant=apt", f"--include={NEEDED},passwd", "--dpkgopt=force-unsafe-io"]
    source = f"deb {_mirror()} {suite} main"
    command = [MAKER, *options, f"--aptopt={settings}", suite, str(base), source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotMakeError(f"Debian {suite} cannot be had: {done.stderr[-1500:]}")
    _copy_sources(folder / "zivweb" / TREE.lstrip("/"))
    try:
        return Machine(folder, (base,)).changed("zivweb", INSTALL)
    except CannotMakeError as error:
        raise AssertionError(f"zivweb cannot be installed on Debian {suite}: {error}") from error


def with_packages(machine: Machine, *packages: str) -> Machine:
    """Return it with Debian's packages installed. Raises CannotMakeError."""
    return machine.changed("packages", f"{ADD_PACKAGES} {' '.join(packages)}")


def _require_means(folder: Path) -> None:
    """Raise CannotMakeError when this environment cannot make machines at all."""
    if os.geteuid() != 0:
        raise CannotMakeError("only root can make machines")
    if not shutil.which(MAKER) and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", MAKER]
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(command, env=quiet, stdin=subprocess.DEVNULL, check=False)
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        raise CannotMakeError(f"{' and '.join(missing)} cannot be had here")
    probe = ["unshare", "--mount", "--pid", "--net", "--ipc", "--fork", "sh", "-c", PROBE]
    if subprocess.run([*probe, folder], capture_output=True, check=False).returncode != 0:
        raise CannotMakeError("namespaces and overlay mounts are not allowed here")


def _mirror() -> str:
    """Return where this machine's apt has Debian from."""
    told = ["--format", "$(ORIGIN) $(RELEASE) $(REPO_URI)", "Created-By: Packages"]
    lines = _output("apt-get", "indextargets", *told).splitlines()
    found = re.findall(r"^Debian [a-z]+ (\S+)$", "\n".join(lines), re.MULTILINE)
    if not found:
        raise CannotMakeError("this machine's apt knows no Debian")
    return str(found[0])


def _fetching() -> str:
    """Return how this machine's apt fetches: proxies, checks of dates and so on."""
    return "\n".join(filter(FETCHING.match, _output("apt-config", "dump").splitlines())) + "\n"


def _of_pip() -> dict[str, str]:
    """Return how this machine's pip is configured, as variables."""
    environment = {name: text for name, text in os.environ.items() if OF_PIP.match(name)}
    for line in _output(sys.executable, "-m", "pip", "config", "list").splitlines():
        name, _, value = line.partition("=")
        if not name.startswith(":env:"):
            variable = "PIP_" + name.rpartition(".")[2].upper().replace("-", "_")
            environment.setdefault(variable, " ".join(ast.literal_eval(value).split()))
    return environment


def _paths_in(environment: dict[str, str]) -> list[str]:
    """Return the files and folders that these values name, and what leads into the network.

    An index in a folder links to files beside it.
    """
    words = [word for text in environment.values() for word in text.split()]
    indexes = {str(Path(word[7:]).parent) for word in words if word.startswith("file:///")}
    paths = {*words, *indexes, "/etc/resolv.conf", "/etc/hosts"} - {"/"}
    return sorted(path for path in paths if path.startswith("/") and Path(path).exists())


def _copy_sources(folder: Path) -> None:
    """Copy what git would, and nothing that was built here."""
    told = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in filter(None, _output("git", "-C", str(ROOT), *told).split("\0")):
        source, target = ROOT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise CannotMakeError(f"{command[0]} is not here") from error
    return done.stdout
