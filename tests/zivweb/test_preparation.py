"""What cannot be used stops the start with one line that names the variable to change."""

import json
import socket
from pathlib import Path

import pytest
from pytest_django import Settings

from tests import make
from zivweb import preparation
from zivweb.broker import free_port
from zivweb.environment import Stop, runtime


@pytest.fixture
def data_dir(tmp_path: Path, settings: Settings) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path / "data"


def test_the_data_directory_is_for_its_owner_alone(data_dir: Path) -> None:
    with preparation.own_data_dir():
        assert data_dir.stat().st_mode & 0o777 == 0o700


def test_a_data_directory_has_one_owner_at_a_time(data_dir: Path) -> None:
    second = preparation.own_data_dir()

    with preparation.own_data_dir(), pytest.raises(Stop, match="ZIVWEB_DATA_DIR is in use"):
        second.__enter__()


def test_a_data_directory_is_free_again_afterwards(data_dir: Path) -> None:
    with preparation.own_data_dir():
        pass

    with preparation.own_data_dir() as folder:
        assert folder == data_dir


def test_a_data_directory_that_cannot_be_made_is_named(settings: Settings) -> None:
    settings.DATA_DIR = Path("/proc/nowhere")

    with pytest.raises(Stop, match="ZIVWEB_DATA_DIR cannot be used"):
        preparation.own_data_dir().__enter__()


@pytest.mark.parametrize("variable", ["ZIVWEB_HTTP_PORT", "ZIVWEB_SMTP_PORT"])
def test_a_taken_port_names_its_variable(variable: str) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as other:
        port = other.getsockname()[1]
        with pytest.raises(Stop, match=f"{variable} is {port}, .* taken: .*{variable}={port + 1}"):
            preparation.require_ports("127.0.0.1", {variable: port})


def test_one_port_cannot_be_for_both() -> None:
    port = free_port()

    with pytest.raises(Stop, match="B is"):
        preparation.require_ports("127.0.0.1", {"A": port, "B": port})


def test_ports_are_free_again_after_the_look() -> None:
    port = free_port()

    preparation.require_ports("127.0.0.1", {"A": port})

    preparation.require_ports("127.0.0.1", {"A": port})


# Each address at which another program can listen, and whether `localhost` may lead there.
LISTENERS = {"127.0.0.1": True, "0.0.0.0": True, "::": True, "::1": True, "127.0.0.2": False}  # noqa: S104
FAMILIES = {True: socket.AF_INET6, False: socket.AF_INET}


@pytest.mark.parametrize("bind", ["127.0.0.1", "::1", "localhost"])
@pytest.mark.parametrize("address", LISTENERS)
@pytest.mark.parametrize("both", [True, False])
def test_no_link_leads_to_another_program(bind: str, address: str, both: bool) -> None:
    port, family = free_port(), FAMILIES[":" in address]
    listener = socket.create_server(
        (address, port), family=family, dualstack_ipv6=both and address == "::"
    )

    with listener:
        line = refusal(bind, port)

    assert (f"ZIVWEB_HTTP_PORT={port + 1} make run" in line) == LISTENERS[address]
    assert line.count("\n") == 0


def refusal(bind: str, port: int) -> str:
    """Return the line that it ends with on this port, "" when it would start."""
    try:
        preparation.require_ports(bind, {"ZIVWEB_HTTP_PORT": port})
        preparation.require_localhost(f"http://localhost:{port}", port)
    except Stop as stop:
        return str(stop)
    return ""


def test_an_address_of_its_own_is_nobody_elses_concern() -> None:
    with socket.create_server(("::1", free_port()), family=socket.AF_INET6) as other:
        port = other.getsockname()[1]
        preparation.require_localhost(f"http://127.0.0.1:{port}", port)
        preparation.require_localhost("https://localhost", port)


@pytest.mark.parametrize("address", ["192.0.2.1", "not..a.name"])
def test_an_address_of_another_machine_is_named(address: str) -> None:
    with pytest.raises(Stop, match="ZIVWEB_BIND"):
        preparation.require_ports(address, {"A": free_port()})


@pytest.mark.django_db
def test_keys_that_open_everything_are_right() -> None:
    make.draft(make.user())

    preparation.require_keys()


@pytest.mark.django_db
def test_a_key_that_the_data_needs_is_missed(settings: Settings) -> None:
    make.draft(make.user())
    settings.ENCRYPTION_KEYS = [b"another key, not the one before!"]

    with pytest.raises(Stop, match="ZIVWEB_ENCRYPTION_KEYS lacks the key"):
        preparation.require_keys()


def test_what_was_chosen_is_there_only_while_it_runs(data_dir: Path) -> None:
    data_dir.mkdir()

    with preparation.written_down({"smtp_port": 2525}):
        during = runtime(data_dir)

    assert (during, runtime(data_dir)) == ({"smtp_port": 2525}, {})


def test_what_was_chosen_is_for_its_owner_alone(data_dir: Path) -> None:
    data_dir.mkdir()

    with preparation.written_down({"broker": "redis://:secret@127.0.0.1:1"}):
        file = data_dir / "serve.json"
        assert file.stat().st_mode & 0o777 == 0o600
        assert json.loads(file.read_text())["broker"]


@pytest.mark.parametrize("url", ["slack://a/b/c", "plivo://a@b/15005550006", "ntfy://topic"])
def test_what_is_no_sms_gateway_stops_the_start(url: str, settings: Settings) -> None:
    settings.SMS_URLS = ["json://127.0.0.1:9000/sms", url]

    with pytest.raises(Stop, match=f"^zivweb: SMS_URL {url.partition(':')[0]}:// [^\n]+$"):
        preparation.require_sms_gateways()


def test_a_gateway_that_does_not_answer_yet_stops_no_start(settings: Settings) -> None:
    settings.SMS_URLS = ["json://127.0.0.1:1/sms"]

    preparation.require_sms_gateways()
