"""What lies on other machines, as its address names it: a store for documents, a replica of the database, a cache, an antivirus.

Messages never repeat what was typed: it holds passwords.
"""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.db.backends.postgresql.psycopg_any import IsolationLevel

# A store that does not answer costs an upload two tries of connecting and reading, about thirteen seconds at most.
STORE_CONNECTS_WITHIN = 2
STORE_ANSWERS_WITHIN = 5
STORE_TRIES = 2
# A cache that is slower than what it keeps is none.
CACHE_ANSWERS_WITHIN = 0.2
REPLICA_CONNECTS_WITHIN = 2

ANTIVIRUS_FORM = "expected /path/of/the/socket, or host:port"
STORE_FORM = "expected s3://KEY:SECRET@host[:port]/bucket[?region=…&secure=0&addressing=path|virtual], percent-encoded"


def store(address: str) -> dict[str, Any]:
    """An entry of STORAGES for `s3://…`. Without KEY:SECRET boto3 looks for them where it always does (environment, role)."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
        asked = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError:
        raise ValueError(STORE_FORM) from None
    bucket = unquote(parts.path).strip("/")
    secure = asked.pop("secure", "1")
    region = asked.pop("region", "us-east-1")
    addressing = asked.pop("addressing", "path")
    is_whole = parts.scheme == "s3" and host and bucket and "/" not in bucket and not parts.fragment
    if not is_whole or asked or secure not in {"0", "1"} or addressing not in {"path", "virtual"} or not region:
        raise ValueError(STORE_FORM)
    if bool(parts.username) != bool(parts.password):
        raise ValueError("a key without its secret, or the other way round")

    from botocore.config import Config  # only where a store is named: loading it takes a tenth of a second

    host = f"[{host}]" if ":" in str(host) else host
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "access_key": unquote(parts.username) if parts.username else None,
            "secret_key": unquote(parts.password) if parts.password else None,
            "bucket_name": bucket,
            "endpoint_url": f"{'https' if secure == '1' else 'http'}://{host}{f':{port}' if port else ''}",
            "region_name": region,
            "client_config": Config(
                connect_timeout=STORE_CONNECTS_WITHIN,
                read_timeout=STORE_ANSWERS_WITHIN,
                retries={"total_max_attempts": STORE_TRIES, "mode": "standard"},
                signature_version="s3v4",
                # The store compares what it received with the SHA-256 in the signature, also over HTTPS.
                s3={"addressing_style": addressing, "payload_signing_enabled": True},
                # Other stores than Amazon's do not know the checksums that boto3 would add by itself.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                max_pool_connections=20,
            ),
        },
    }


def antivirus(address: str) -> str | tuple[str, int]:
    """The socket of a clamd: the path of one on this machine, or host and port of one elsewhere."""
    if address.startswith("/"):
        return address
    try:
        parts = urlsplit(address if "://" in address else f"tcp://{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(ANTIVIRUS_FORM) from None
    if parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc:
        return parts.path
    if parts.scheme != "tcp" or not host or not port or parts.path or parts.query or parts.username is not None:
        raise ValueError(ANTIVIRUS_FORM)
    return host, port


def replica(read: dict[str, Any], primary: dict[str, Any]) -> dict[str, Any]:
    """An entry of DATABASES for a copy that is only read. Each answer sees one moment of it."""
    if read["ENGINE"] != primary["ENGINE"]:
        raise ValueError("expected the same kind of database as DATABASE_URL")
    options = dict(primary["OPTIONS"])
    if "sqlite" in read["ENGINE"]:
        options |= {"transaction_mode": "DEFERRED", "init_command": "PRAGMA query_only=ON;"}
    else:
        options |= read.get("OPTIONS", {}) | {
            "connect_timeout": REPLICA_CONNECTS_WITHIN,
            "isolation_level": IsolationLevel.REPEATABLE_READ,
            "session": primary["OPTIONS"]["session"] | {"default_transaction_read_only": "on"},
        }
    kept = {name: value for name, value in primary.items() if name.startswith("CONN_")}
    return read | kept | {"OPTIONS": options, "TEST": {"MIRROR": "default"}}


def cache(read: dict[str, Any]) -> dict[str, Any]:
    """An entry of CACHES: one in Redis or Valkey fails within a fifth of a second, and the portal goes on without it."""
    if "Redis" not in read["BACKEND"]:
        return read
    if read["BACKEND"] != "django.core.cache.backends.redis.RedisCache":
        raise ValueError("expected redis://, rediss:// or unix sockets as redis:///path")

    from redis.backoff import NoBackoff
    from redis.exceptions import ConnectionError
    from redis.retry import Retry

    return read | {
        "BACKEND": "portal.shared_cache.SharedCache",
        "OPTIONS": {
            "socket_timeout": CACHE_ANSWERS_WITHIN,
            "socket_connect_timeout": CACHE_ANSWERS_WITHIN,
            # A server that was started anew closed what we had kept open: such a connection is opened again, once and at once.
            "retry": Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
        },
    }
