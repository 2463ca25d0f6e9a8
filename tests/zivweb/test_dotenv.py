"""A first `make run` makes keys that only their owner can read."""

import re
from pathlib import Path

from zivweb import dotenv, environment


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    dotenv.write(tmp_path / ".env")

    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


def test_keys_in_use_are_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("mine")

    assert (dotenv.write(tmp_path / ".env"), (tmp_path / ".env").read_text()) == (False, "mine")


def test_the_sealing_key_is_one_that_the_settings_take() -> None:
    value = re.search(r"ZIVWEB_ENCRYPTION_KEYS=(.+)", "\n".join(dotenv.lines()))

    assert value is not None
    assert len(environment.encryption_keys(value[1])) == 1


def test_two_installations_never_share_a_key() -> None:
    assert not set(dotenv.lines()[3:]) & set(dotenv.lines()[3:])
