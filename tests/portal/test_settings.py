"""Values from the environment: read as meant, or the start stops and names the variable."""

import base64
import runpy
import secrets
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

KEY = base64.b64encode(b"a key as random as it must look!").decode()
PUBLIC = {
    "SITE_URL": "https://sangkien.example",
    "SECRET_KEY": "a secret that is as long as it must be",
    "FIELD_KEYS": KEY,
    "LOOKUP_KEY": KEY,
}
NAMES = (
    *PUBLIC,
    "ALLOWED_HOSTS",
    "CACHE_URL",
    "DATABASE_REPLICA_URL",
    "DATABASE_URL",
    "DEBUG",
    "CLAMAV_SOCKET",
    "STORAGE_URL",
    "TRUSTED_PROXIES",
)


@pytest.fixture
def read_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """`read_settings(NAME=value, …)`: the settings of a process started in that environment and no other."""

    def read(**environment: str) -> dict[str, Any]:
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("DATA_DIR", str(tmp_path))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(Path(__file__).parents[2] / "portal" / "settings.py"))

    return read


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("DEBUG", "maybe", id="debug"),
        pytest.param("SITE_URL", "sangkien.example", id="site-without-scheme"),
        pytest.param("SITE_URL", "ftp://sangkien.example", id="site-of-another-kind"),
        pytest.param("SITE_URL", "https://sangkien.example/cong", id="site-below-a-path"),
        pytest.param("SITE_URL", "https://sangkien.example:99999", id="site-at-no-port"),
        pytest.param("SITE_URL", "https://ai:gi@sangkien.example", id="site-with-a-password"),
        pytest.param("SITE_URL", "https://sangkien.example#dau", id="site-with-a-fragment"),
        pytest.param("SITE_URL", "https://sang kien.example", id="site-with-a-blank"),
        pytest.param("SITE_URL", "http://[::1", id="site-half-an-address"),
        pytest.param("ALLOWED_HOSTS", " , ", id="no-host"),
        pytest.param("ALLOWED_HOSTS", "https://sangkien.example", id="host-with-scheme"),
        pytest.param("DATA_DIR", __file__, id="a-file-for-a-folder"),
        pytest.param("SECRET_KEY", "short", id="short-secret"),
        pytest.param("FIELD_KEYS", "abc", id="field-key"),
        pytest.param("FIELD_KEYS", f"{KEY},abc", id="second-field-key"),
        pytest.param("LOOKUP_KEY", "abc", id="look-up-key"),
        pytest.param("TRUSTED_PROXIES", "10.0.0.0/8,proxy", id="proxies"),
        pytest.param("DATABASE_URL", "mysql://a@b/c", id="another-database"),
        pytest.param("DATABASE_URL", "portal.sqlite3", id="database-without-scheme"),
        pytest.param("DATABASE_URL", "postgres://portal@127.0.0.1", id="database-without-name"),
        pytest.param("CACHE_URL", "nowhere://", id="cache"),
        pytest.param("CACHE_URL", "pymemcache://127.0.0.1:11211", id="cache-whose-package-is-missing"),
        pytest.param("CACHE_URL", "memcache://127.0.0.1:11211", id="cache-that-django-dropped"),
        pytest.param("CLAMAV_SOCKET", "clamd", id="antivirus-without-port"),
        pytest.param("CLAMAV_SOCKET", "http://127.0.0.1:3310", id="antivirus-of-another-kind"),
        pytest.param("CLAMAV_SOCKET", "127.0.0.1:99999", id="antivirus-at-no-port"),
        pytest.param("STORAGE_URL", "http://key:secret@127.0.0.1/portal", id="store-of-another-kind"),
        pytest.param("STORAGE_URL", "s3://key:secret@127.0.0.1:9000", id="store-without-bucket"),
        pytest.param("STORAGE_URL", "s3://key:secret@127.0.0.1:9000/portal/below", id="store-below-a-folder"),
        pytest.param("STORAGE_URL", "s3://key:secret@127.0.0.1:99999/portal", id="store-at-no-port"),
        pytest.param("STORAGE_URL", "s3://key@127.0.0.1:9000/portal", id="store-without-secret"),
        pytest.param("STORAGE_URL", "s3://key:secret@127.0.0.1:9000/portal?secure=yes", id="store-half-secure"),
        pytest.param("STORAGE_URL", "s3://key:secret@127.0.0.1:9000/portal?acl=public-read", id="store-open-to-all"),
        pytest.param("STORAGE_URL", "s3:///portal", id="store-nowhere"),
        pytest.param("DATABASE_REPLICA_URL", "mysql://a@b/c", id="another-replica"),
        pytest.param("DATABASE_REPLICA_URL", "postgres://portal@127.0.0.1/portal", id="replica-of-another-kind"),
    ],
)
def test_an_unusable_value_stops_the_start_and_names_its_variable(read_settings: Any, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        read_settings(**PUBLIC | {name: value})


@pytest.mark.parametrize("lacking", ["SECRET_KEY", "FIELD_KEYS", "LOOKUP_KEY"])
def test_a_public_portal_must_be_given_its_keys(read_settings: Any, lacking: str) -> None:
    given = {name: value for name, value in PUBLIC.items() if name != lacking}

    with pytest.raises(ImproperlyConfigured, match=lacking):
        read_settings(**given)


def test_nothing_at_all_gives_a_portal_for_this_machine(read_settings: Any, tmp_path: Path) -> None:
    settings = read_settings()

    assert settings["DEBUG"] is False
    assert settings["DATABASES"]["default"]["NAME"] == str(tmp_path / "portal.sqlite3")
    assert (tmp_path / "keys.env").exists()
    assert (settings["SECURE_SSL_REDIRECT"], settings["SECURE_HSTS_SECONDS"]) == (False, 0)


def test_an_https_site_is_https_everywhere(read_settings: Any) -> None:
    settings = read_settings(**PUBLIC)

    assert settings["ALLOWED_HOSTS"] == ["sangkien.example"]
    assert settings["SECURE_SSL_REDIRECT"] is True
    assert settings["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is True


def test_a_site_is_its_address_however_it_was_written(read_settings: Any) -> None:
    assert read_settings(**PUBLIC | {"SITE_URL": "https://SangKien.Example:8443/"})["SITE_URL"] == (
        "https://sangkien.example:8443"
    )
    assert read_settings(SITE_URL="http://[::1]:8000")["SITE_URL"] == "http://[::1]:8000"


def test_the_scheme_of_a_proxy_is_believed_only_where_one_is_trusted(read_settings: Any) -> None:
    assert "SECURE_PROXY_SSL_HEADER" not in read_settings(**PUBLIC)
    assert "SECURE_PROXY_SSL_HEADER" in read_settings(**PUBLIC, TRUSTED_PROXIES="127.0.0.1")


def test_sqlite_loses_no_commit_and_waits_its_turn(read_settings: Any) -> None:
    options = read_settings()["DATABASES"]["default"]["OPTIONS"]

    assert (options["transaction_mode"], options["timeout"]) == ("IMMEDIATE", 20)
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_no_statement_on_postgresql_holds_the_others_for_long(read_settings: Any) -> None:
    database = read_settings(DATABASE_URL="postgres://portal@127.0.0.1/portal")["DATABASES"]["default"]

    limits = {"lock_timeout": "2s", "statement_timeout": "30s", "idle_in_transaction_session_timeout": "30s"}
    assert database["OPTIONS"]["session"].items() >= limits.items()
    assert database["CONN_HEALTH_CHECKS"] is True
    assert database["CONN_MAX_AGE"] > 0


POSTGRES = "postgres://portal@127.0.0.1/portal"


def test_what_an_address_asks_of_the_connection_stands(read_settings: Any) -> None:
    databases = read_settings(
        DATABASE_URL=f"{POSTGRES}?sslmode=verify-full&connect_timeout=60",
        DATABASE_REPLICA_URL="postgres://portal@10.0.0.2/portal?sslmode=require",
    )["DATABASES"]

    primary, replica = databases["default"]["OPTIONS"], databases["replica"]["OPTIONS"]
    assert (primary["sslmode"], primary["connect_timeout"]) == ("verify-full", 5)
    assert (replica["sslmode"], replica["connect_timeout"]) == ("require", 2)


def test_a_replica_is_only_read_and_an_answer_of_it_is_of_one_moment(read_settings: Any) -> None:
    databases = read_settings(DATABASE_URL=POSTGRES, DATABASE_REPLICA_URL="postgres://portal@10.0.0.2/portal")[
        "DATABASES"
    ]

    assert databases["replica"]["HOST"] == "10.0.0.2"
    assert databases["replica"]["OPTIONS"]["session"]["default_transaction_read_only"] == "on"
    assert databases["replica"]["OPTIONS"]["isolation_level"].name == "REPEATABLE_READ"
    assert databases["replica"]["CONN_HEALTH_CHECKS"] is True
    assert "default_transaction_read_only" not in databases["default"]["OPTIONS"]["session"]
    assert "replica" not in read_settings(DATABASE_URL=POSTGRES)["DATABASES"]


@pytest.mark.parametrize(
    ("address", "endpoint", "region", "key", "bucket"),
    [
        ("s3://k:s@127.0.0.1:9000/portal?secure=0", "http://127.0.0.1:9000", "us-east-1", ("k", "s"), "portal"),
        ("s3://k:a%2Fb%3D@store.example/p?region=hn", "https://store.example", "hn", ("k", "a/b="), "p"),
        ("s3://store.example/p", "https://store.example", "us-east-1", (None, None), "p"),
        ("s3://k:s@[::1]:9000/p?secure=1", "https://[::1]:9000", "us-east-1", ("k", "s"), "p"),
    ],
    ids=["on this machine", "a secret with signs", "keys from elsewhere", "an IPv6 host"],
)
def test_a_store_is_where_its_address_says(
    read_settings: Any, address: str, endpoint: str, region: str, key: tuple[str | None, str | None], bucket: str
) -> None:
    store = read_settings(STORAGE_URL=address)["STORAGES"]["default"]

    options = store["OPTIONS"]
    assert store["BACKEND"] == "storages.backends.s3.S3Storage"
    assert (options["endpoint_url"], options["region_name"], options["bucket_name"]) == (endpoint, region, bucket)
    assert (options["access_key"], options["secret_key"]) == key
    config = options["client_config"]
    assert (config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]) == (2, 5, 2)


def test_a_wrong_address_is_not_repeated_with_its_secret(read_settings: Any) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read_settings(STORAGE_URL="s3://key:geheim/geheim@127.0.0.1:9000/portal")

    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_a_shared_cache_is_one_that_may_be_down(read_settings: Any, scheme: str) -> None:
    made = read_settings(CACHE_URL=f"{scheme}://:secret@127.0.0.1:6379/0")["CACHES"]["default"]

    assert made["BACKEND"] == "portal.shared_cache.SharedCache"
    assert made["LOCATION"].startswith(f"{scheme}://")


def test_nothing_is_framed_inlined_or_fetched_from_elsewhere(read_settings: Any) -> None:
    policy = read_settings()["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]

    sources = {source for name, allowed in policy.items() for source in allowed}
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    assert sources == {"'self'", "'none'"}


def random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("SECRET_KEY", "mat-khau" * 8, id="a word again and again"),
        pytest.param(
            "SECRET_KEY", f"django-insecure-{secrets.token_urlsafe(48)}", id="one that was made to be replaced"
        ),
        pytest.param("FIELD_KEYS", base64.b64encode(bytes(32)).decode(), id="nothing but zeros"),
        pytest.param("FIELD_KEYS", f"{random_key()},{base64.b64encode(b'ab' * 16).decode()}", id="a second one, typed"),
        pytest.param("LOOKUP_KEY", base64.b64encode(b"x" * 32).decode(), id="one letter"),
    ],
)
def test_a_public_portal_refuses_a_guessable_secret(read_settings: Any, name: str, value: str) -> None:
    good = {"SECRET_KEY": secrets.token_urlsafe(48), "FIELD_KEYS": random_key(), "LOOKUP_KEY": random_key()}
    read_settings(SITE_URL="https://sangkien.example", **good)

    with pytest.raises(ImproperlyConfigured, match=f"^{name}: expected") as refused:
        read_settings(SITE_URL="https://sangkien.example", **good | {name: value})

    assert value not in str(refused.value)


@pytest.mark.parametrize(
    ("site", "prefix"), [("https://sangkien.example", "__Host-"), ("http://127.0.0.1:8000", "")], ids=["public", "own"]
)
def test_cookies_belong_to_this_host_alone(read_settings: Any, site: str, prefix: str) -> None:
    keys = {"SECRET_KEY": secrets.token_urlsafe(48), "FIELD_KEYS": random_key(), "LOOKUP_KEY": random_key()}
    made = read_settings(SITE_URL=site, **keys)

    names = [made["SESSION_COOKIE_NAME"], made["CSRF_COOKIE_NAME"]]
    assert names == [f"{prefix}sessionid", f"{prefix}csrftoken"]
    assert made["SESSION_COOKIE_SECURE"] is made["CSRF_COOKIE_SECURE"] is bool(prefix)
    assert made["SESSION_COOKIE_HTTPONLY"] and made["CSRF_COOKIE_HTTPONLY"]
    assert made["SESSION_COOKIE_SAMESITE"] == "Lax"
