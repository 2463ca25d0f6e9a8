"""`python -m bench [NAME ...]`: run all benchmarks, or those named, on a PostgreSQL of their own.

A benchmark is a module of this folder with a function `run()`. `BENCH_ROWS` makes them smaller.
"""

import importlib
import os
import pkgutil
import sys
import tempfile
from pathlib import Path

import django

import bench
from tests.plugins import postgres


def main() -> None:
    """Start a server, make the tables, run."""
    found = [module.name for module in pkgutil.iter_modules(bench.__path__)]
    names = [name for name in found if name not in {"__main__", "tables"}]
    wanted = [name for name in sys.argv[1:] if name in names] or names
    server = postgres.start(postgres.find(wheel_only=False))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "ZIVWEB_TEST_FOLDER": folder,
            "ZIVWEB_TEST_DATABASE_URL": server.url,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        }
        try:
            _prepare()
            for name in wanted:
                sys.stdout.write(f"\n== {name}: {_about(name)}\n")
                importlib.import_module(f"bench.{name}").run()
        finally:
            server.stop()


def _prepare() -> None:
    import psycopg  # noqa: PLC0415  the settings name the server that was just started
    from django.core.management import call_command  # noqa: PLC0415

    url = os.environ["ZIVWEB_TEST_DATABASE_URL"]
    with psycopg.connect(url.removesuffix("zivweb") + "postgres", autocommit=True) as connection:
        exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'zivweb'").fetchone()
        if exists is None:
            connection.execute("CREATE DATABASE zivweb")
    django.setup()
    call_command("migrate", verbosity=0)


def _about(name: str) -> str:
    text = (Path(bench.__path__[0]) / f"{name}.py").read_text()
    return text.split('"""')[1].splitlines()[0]


if __name__ == "__main__":
    main()
