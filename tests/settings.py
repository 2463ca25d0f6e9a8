"""The settings of the tests: those of the product, with fixed keys and quick password hashes."""

import os
import tempfile
from pathlib import Path

# Nothing of the developer's own environment may decide what a test sees.
_OWN = Path(tempfile.gettempdir()) / f"zivweb-tests-{os.getuid()}"
_DATA_DIR = Path(os.environ.get("ZIVWEB_TEST_FOLDER", _OWN))
_DATA_DIR.mkdir(mode=0o700, exist_ok=True)
(_DATA_DIR / "static").mkdir(exist_ok=True)
_DATABASE = os.environ.get("ZIVWEB_TEST_DATABASE_URL", "sqlite")
_SQLITE = f"sqlite:///{_DATA_DIR / 'tests.sqlite3'}"
os.environ |= {
    "ZIVWEB_ENV_FILE": os.devnull,
    "ZIVWEB_DATA_DIR": str(_DATA_DIR),
    "ZIVWEB_DEMO": "1",
    "ZIVWEB_BASE_URL": "http://localhost:8000",
    "ZIVWEB_MAIL_DOMAIN": "zivweb.example",
    "ZIVWEB_SECRET_KEY": "the tests sign with this key, and nothing else does",
    "ZIVWEB_ENCRYPTION_KEYS": "dGhlIGtleSB0aGF0IHRoZSB0ZXN0cyBzZWFsIHdpdGg=",
    "DATABASE_URL": _SQLITE if _DATABASE == "sqlite" else _DATABASE,
    "CELERY_BROKER_URL": os.environ.get("ZIVWEB_TEST_BROKER_URL", "memory://"),
}
for _name in (
    "EMAIL_URL",
    "SMS_URL",
    "ZIVWEB_TLS_CERT",
    "ZIVWEB_TLS_KEY",
    "ZIVWEB_TRUSTED_PROXIES",
    "ZIVWEB_PROVIDER_NETWORKS",
):
    os.environ.pop(_name, None)
# Playwright's sync API keeps an event loop in the thread that the tests use the database in.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

from zivweb.settings import *  # noqa: E402, F403
from zivweb.settings import DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "tests.postgresql"
# Threads share a file; they break on SQLite's shared memory.
if DATABASES["default"]["ENGINE"] == "zivweb.sqlite":
    DATABASES["default"]["TEST"] = {"NAME": str(_DATA_DIR / "tests-run.sqlite3")}
    # Fast instead of safe, as tests/plugins/postgres.py has it.
    _SAFE: str = DATABASES["default"]["OPTIONS"]["init_command"]
    DATABASES["default"]["OPTIONS"]["init_command"] = f"{_SAFE}; PRAGMA synchronous=OFF"
