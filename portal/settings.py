"""One file of settings; every value that differs between machines comes from the environment (README, "Environment").

An unusable value stops the start and names its variable.
"""

import ipaddress
import os
import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from portal import services
from portal.keys import decode_key, decode_keys, read_keys, refuse_guessable

# lxml came with docxtpl; openpyxl would read sheets of strangers through it instead of defusedxml, and
# `portal/sheets/written_rows.py` writes into the stream of et_xmlfile.
os.environ["OPENPYXL_LXML"] = "False"

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def setting(name: str, read: Callable[..., Any], default: Any) -> Any:
    """The variable `name` as `read` understands it; its default when unset or empty."""
    if not os.environ.get(name):
        return default
    try:
        return read(name)
    except Exception as unusable:
        raise ImproperlyConfigured(f"{name}: unusable value ({unusable}).") from None


def strict_bool(name: str) -> bool:
    word = os.environ[name].strip().lower()
    if word not in {"1", "0", "true", "false", "on", "off", "yes", "no"}:
        raise ValueError("expected true or false")
    return word in {"1", "true", "on", "yes"}


def folder(name: str) -> Path:
    """A folder this process can keep things in; made where it is missing."""
    path = Path(os.environ[name]).resolve()
    path.mkdir(parents=True, exist_ok=True)
    if not os.access(path, os.W_OK | os.X_OK):
        raise ValueError("not writable")
    return path


def address(name: str) -> str:
    """http(s)://host[:port] and nothing after it."""
    typed = os.environ[name].rstrip("/")
    site = urlsplit(typed)
    host = f"[{site.hostname}]" if site.hostname and ":" in site.hostname else site.hostname
    whole = f"{site.scheme}://{host}" + (f":{site.port}" if site.port else "")
    if site.scheme not in {"http", "https"} or not site.hostname or typed.lower() != whole or re.search(r"\s", typed):
        raise ValueError("expected http(s)://host[:port] and nothing after it")
    return whole


def hosts(name: str) -> list[str]:
    named = [part.strip() for part in os.environ[name].split(",")]
    if not all(re.fullmatch(r"[\w.*-]+|\[[0-9A-Fa-f:]+\]", host) for host in named):
        raise ValueError("expected names of hosts, without scheme or port")
    return named


def database(name: str) -> dict[str, Any]:
    read = dict(env.db_url_config(os.environ[name]))
    engine = read.get("ENGINE", "")
    if "postgresql" not in engine and "sqlite" not in engine:
        raise ValueError("expected postgres:// or sqlite://")
    if not read["NAME"]:
        raise ValueError("expected the name of a database")
    return read | ({"ENGINE": "portal.postgresql"} if "postgresql" in engine else {})


def cache(name: str) -> dict[str, Any]:
    """The cache of an address, where what it needs is installed."""
    read = dict(env.cache_url_config(os.environ[name]))
    import_string(read["BACKEND"])(read.get("LOCATION", ""), {})
    return services.cache(read)


def replica(name: str) -> dict[str, Any]:
    return services.replica(database(name), _database)


def antivirus(name: str) -> str | tuple[str, int]:
    return services.antivirus(os.environ[name].strip())


def store(name: str) -> dict[str, Any]:
    return services.store(os.environ[name])


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(part.strip()) for part in os.environ[name].split(",") if part.strip()]


DEBUG = setting("DEBUG", strict_bool, False)
DATA_DIR = setting("DATA_DIR", folder, BASE_DIR / "var")

SITE_URL = setting("SITE_URL", address, "http://127.0.0.1:8000")
_site = urlsplit(SITE_URL)
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SERVES_ONLY_ITSELF = _site.hostname in _LOOPBACK
SERVES_HTTPS = _site.scheme == "https"

_keys = read_keys(dict(os.environ), DATA_DIR, may_make=SERVES_ONLY_ITSELF)
SECRET_KEY = _keys["SECRET_KEY"]
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY: expected at least 32 characters.")
FIELD_KEYS = decode_keys("FIELD_KEYS", _keys["FIELD_KEYS"])
LOOKUP_KEY = decode_key("LOOKUP_KEY", _keys["LOOKUP_KEY"])
if not SERVES_ONLY_ITSELF:
    refuse_guessable(SECRET_KEY, FIELD_KEYS, LOOKUP_KEY)
# Seals backups; kept apart from them.
BACKUP_KEY = decode_key("BACKUP_KEY", os.environ["BACKUP_KEY"]) if os.environ.get("BACKUP_KEY") else None

# Django compares an IPv6 host with its brackets.
OWN_HOSTS = ["127.0.0.1", "localhost", "[::1]"] if SERVES_ONLY_ITSELF else [_site.hostname]
ALLOWED_HOSTS = setting("ALLOWED_HOSTS", hosts, OWN_HOSTS)
TRUSTED_PROXIES = setting("TRUSTED_PROXIES", networks, [])
_THIS_MACHINE = [ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1")]
METRICS_ALLOW = setting("METRICS_ALLOW", networks, _THIS_MACHINE)  # who reads `/metrics`

# --- applications ---------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "initiatives",
    "orgtree",
    "portal",
    "crispy_forms",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "orgtree.apps.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "portal.requests.RequestMiddleware",
    "portal.kept_first.KeptFirstMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.policy.PolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # inside the headers: a drawing opened by itself is a page too
    "portal.refusals.RefusalMiddleware",
    "portal.doors.SessionDoorMiddleware",
    "django.middleware.common.CommonMiddleware",
    "portal.doors.CsrfDoorMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.doors.DoorMiddleware",
    "orgtree.staff.gate.GateMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["django.templatetags.static", "portal.templatetags.vietnamese"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
CRISPY_ALLOWED_TEMPLATE_PACKS = "portal_pack"
CRISPY_TEMPLATE_PACK = "portal_pack"

# --- databases: both as measured (a writer never loses a commit, a stuck transaction never holds the others) -----------

_embedded = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "portal.sqlite3")}
_database: dict[str, Any] = setting("DATABASE_URL", database, _embedded)

if "sqlite" in _database["ENGINE"]:
    Path(_database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    _database["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        # synchronous=NORMAL lost 408 commits in a power cut
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;",
    }
else:
    # What the address asks for (sslmode, sslrootcert …) stands; what keeps one statement from stopping the others is ours.
    _database["OPTIONS"] = _database.get("OPTIONS", {}) | {
        "connect_timeout": 5,
        "session": {
            "lock_timeout": "2s",
            "statement_timeout": "30s",
            "idle_in_transaction_session_timeout": "30s",
            "timezone": "UTC",
            "jit": "off",  # it alone took 240 ms of a unit search that needs five
        },
    }
    _database["CONN_HEALTH_CHECKS"] = True
_database["CONN_MAX_AGE"] = 600
DATABASES = {"default": _database}
_replica: dict[str, Any] | None = setting("DATABASE_REPLICA_URL", replica, None)
if _replica is not None:
    DATABASES["replica"] = _replica
DATABASE_ROUTERS = ["portal.replica.Router"]

CACHES = {"default": setting("CACHE_URL", cache, {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"})}

# The limits' own (`initiatives/submission/limits.py`): in memory they would throw kept pages out.
CACHES["limits"] = CACHES["default"]
if CACHES["default"]["BACKEND"].endswith("LocMemCache"):
    CACHES["limits"] = CACHES["default"] | {"LOCATION": "limits", "OPTIONS": {"MAX_ENTRIES": 50_000}}

# --- limits on one address, or one network of version six: how much of it may be unfinished --------------------------------
#
# Sized by a factory of 2,000 behind one address at shift change: 2,000 drafts in ten minutes, all sent within the hour, with
# five documents each of 2 MB (what is kept of a photo has half of that, a scan of a decision two or three). A mobile network
# puts more people behind one address, but not all at a time: at the seven submissions a second of the last evening an address
# that bears a tenth of the country begins 2,500 drafts an hour; if half of them are never sent, six hours leave 7,500. So the
# room is four factories. Whoever fills it goes on at the pace a minute below, which such an address does not exceed either.
LIMIT_UNFINISHED_DRAFTS = 8_000
LIMIT_DRAFTS_A_MINUTE = 60
LIMIT_DOCUMENT_BYTES = 40 * 1024**3  # of documents whose initiative was not sent yet
LIMIT_DOCUMENTS_A_MINUTE = 60
LIMIT_DATA_REQUESTS = 100  # about one's data, from one network in six hours
LIMIT_DATA_REQUESTS_A_MINUTE = 2

# --- language, numbers, time -----------------------------------------------------------------------------------------

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt")]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False  # would turn ids in addresses into 1.647
FORMAT_MODULE_PATH = ["portal.vietnamese"]
LOCALE_PATHS = [BASE_DIR / "portal" / "vietnamese" / "locale"]

# --- who may come in ---------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "orgtree.StaffAccount"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "orgtree.staff.first_passwords.FirstPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "full_name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "orgtree.staff.own_words.OwnWordsValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # an office behind one address is never locked out as a whole
AXES_CLIENT_IP_CALLABLE = "portal.requests.line_address"  # of version six the line: one phone has 2^64 addresses
AXES_LOCKOUT_CALLABLE = "portal.refusals.too_many_sign_ins"
AXES_HTTP_RESPONSE_CODE = 429
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

OTP_TOTP_ISSUER = "Cổng sáng kiến"  # what the app on the phone calls us

SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE = timedelta(minutes=60)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SERVES_HTTPS
CSRF_COOKIE_SECURE = SERVES_HTTPS
# A browser takes a name with this prefix only from this host itself, over HTTPS and for all of it: no neighbour below the same
# domain can plant a session. Without HTTPS it takes none.
COOKIE_PREFIX = "__Host-" if SERVES_HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
MESSAGE_STORAGE = "portal.messages.Messages"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.refusals.csrf_refused"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SILENCED_SYSTEM_CHECKS = [
    "security.W003"
]  # it looks for Django's middleware by name; CsrfDoorMiddleware is built on it

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = SERVES_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SERVES_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SERVES_HTTPS
SECURE_HSTS_PRELOAD = SERVES_HTTPS
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- files -------------------------------------------------------------------------------------------------------------

# Outside the web root: only a view that knows the reader hands a file out. Unused where STORAGE_URL names a store.
MEDIA_ROOT = DATA_DIR / "media"
_folder = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": MEDIA_ROOT}}
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "portal.bundles.BundleFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
_collected = (STATIC_ROOT / "staticfiles.json").exists() and not DEBUG
STORAGES = {
    "default": setting("STORAGE_URL", store, _folder),
    "staticfiles": {
        "BACKEND": "portal.collected.CollectedFiles"
        if _collected or "collectstatic" in sys.argv
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_ROOT = BASE_DIR / "static" / "root"  # robots.txt, and the icon that old in-app browsers ask for
WHITENOISE_USE_FINDERS = not _collected
WHITENOISE_AUTOREFRESH = DEBUG
FILE_UPLOAD_TEMP_DIR = None
# Nothing of an upload is left where its process was killed.
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "portal.uploads.NamelessUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
# One process of eight threads: the judge of a document may take 220 MB, and text keeps threads of its own (`files/turns.py`).
DOCUMENTS_JUDGED_AT_ONCE = 2
DOCUMENTS_WAITING = 3
DOCUMENT_PATIENCE = 5  # seconds that such a one waits; the largest picture takes two to four
# Documents are scanned as they come where a clamd is named, later where it does not answer, and not at all without one.
CLAMAV_SOCKET = setting("CLAMAV_SOCKET", antivirus, None)
# Of forms that are being read, in temporary files; the largest form has 51 MB.
UPLOAD_TEMPORARY_BYTES = 256 * 1024 * 1024
UPLOAD_FREE_FLOOR = 512 * 1024 * 1024  # bytes of free disk below which files are refused and text goes on

# --- counting ------------------------------------------------------------------------------------------------------------

TALLY_MAX_AGE = timedelta(seconds=60)
# False counts, and writes what posters brought, inside the request (tests, where a thread cannot see the transaction).
TALLY_BESIDE_THE_ANSWER = True

# --- logging: one stream, nothing in it that names a person or opens a door ------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"masking": {"()": "portal.logs.MaskingFilter"}},
    "formatters": {"line": {"()": "portal.logs.LineFormatter"}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "filters": ["masking"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["stdout"], "level": "WARNING", "propagate": False},
        "django.request": {"handlers": ["stdout"], "level": "ERROR", "propagate": False},
        "django.security": {"handlers": ["stdout"], "level": "ERROR", "propagate": False},
        # Scanners call us by every name; each would be a traceback.
        "django.security.DisallowedHost": {"level": "CRITICAL", "propagate": False},
        # So would a parameter of the admin that somebody typed; it is answered by 400.
        "django.security.DisallowedModelAdminToField": {"level": "CRITICAL", "propagate": False},
        "axes": {"handlers": ["stdout"], "level": "ERROR", "propagate": False},
        "gunicorn.http.wsgi": {"level": "ERROR"},  # warns of every HEAD
        "waitress.queue": {"level": "ERROR"},  # a line for every request that waits
    },
}
DEFAULT_EXCEPTION_REPORTER_FILTER = "portal.logs.NoPostFilter"
