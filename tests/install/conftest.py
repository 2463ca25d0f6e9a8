"""Says at the very end which machines could not be made here."""

import sys

import pytest

from tests.install.machine import NOT_MADE


def pytest_unconfigure(config: pytest.Config) -> None:
    """End with a line that nobody can miss."""
    reasons = [" ".join(why.split()) for why in config.stash.get(NOT_MADE, [])]
    if reasons:
        sys.stdout.write(f"\nNOT TRIED: {'; '.join(reasons)}\n")
