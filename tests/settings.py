"""The portal's settings for tests: the same file, read in an environment of its own, with a folder of its own.

SQLite unless TEST_POSTGRES_URL names a server; never the database of DATABASE_URL, nor the keys and files of DATA_DIR.
Each xdist worker has its own folder and database, so a test may start processes that open the same database.
"""

import atexit
import base64
import os
import shutil
import tempfile
from pathlib import Path

FROM_THE_MACHINE = (
    "ALLOWED_HOSTS",
    "BACKUP_KEY",
    "CACHE_URL",
    "DATABASE_REPLICA_URL",
    "DEBUG",
    "FIELD_KEYS",
    "LOOKUP_KEY",
    "METRICS_ALLOW",
    "STORAGE_URL",
    "TRUSTED_PROXIES",
)


def _folder() -> Path:
    """One folder a run, made by the process that starts it and removed with it; in it one for each worker."""
    run = os.environ.get("PORTAL_TEST_RUN")
    if not run:
        run = os.environ["PORTAL_TEST_RUN"] = tempfile.mkdtemp(prefix="portal-tests-")
        atexit.register(shutil.rmtree, run, ignore_errors=True)
    folder = Path(run) / os.environ.get("PYTEST_XDIST_WORKER", "main")
    folder.mkdir(exist_ok=True)
    return folder


if os.environ.get("DATABASE_URL") and not os.environ.get("TEST_POSTGRES_URL"):
    raise RuntimeError("Tests never run on DATABASE_URL: unset it, or name a server for tests in TEST_POSTGRES_URL.")
for name in FROM_THE_MACHINE:
    os.environ.pop(name, None)
os.environ["DATABASE_URL"] = os.environ.get("TEST_POSTGRES_URL", "")
os.environ["DATA_DIR"] = str(_folder())
os.environ["SITE_URL"] = "http://127.0.0.1:8000"
os.environ["SECRET_KEY"] = "a secret of the tests and of nothing else"
os.environ["FIELD_KEYS"] = base64.b64encode(b"field key of the tests, 32 bytes").decode()
os.environ["LOOKUP_KEY"] = base64.b64encode(b"look-up key of tests, 32 bytes..").decode()

from portal.settings import *  # noqa: F403
from portal.settings import DATA_DIR, DATABASES, STATIC_ROOT

if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file: connections to one in memory cannot wait for each other, and other processes cannot see it.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += (
        " PRAGMA synchronous=OFF;"  # what is lost with the power is made again
    )
else:
    DATABASES["default"]["OPTIONS"]["session"]["synchronous_commit"] = "off"  # the same
    DATABASES["default"]["TEST"] = {"TEMPLATE": "template0"}  # of which alone a database of another order may be made
DATABASES["default"]["CONN_MAX_AGE"] = 0  # a thread of a test takes its connection with it

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "orgtree.staff.first_passwords.FirstPasswordHasher",
]
TALLY_BESIDE_THE_ANSWER = False
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_AUTOREFRESH = True  # finds a file when asked, instead of walking all of them for every test client
