"""What several hosts share besides the database: a cache (redis-server or valkey-server) and an S3 store (moto's)."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.park.processes import Running, ended_afterwards, free_port
from bench.park.web import says_anything

BUCKET = "portal"


@dataclass(frozen=True)
class Neighbour:
    running: Running
    url: str


def find_cache() -> str | None:
    return shutil.which("valkey-server") or shutil.which("redis-server")


@contextmanager
def cache(program: str, folder: Path) -> Iterator[Neighbour]:
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    command += ["--dir", str(folder), "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"]
    with ended_afterwards(Running("cache", command, folder / "cache.log")) as running:
        running.wait_until(lambda: _pongs(port))
        yield Neighbour(running, f"redis://127.0.0.1:{port}/0")


@contextmanager
def store(folder: Path) -> Iterator[Neighbour]:
    """moto's S3 with an empty bucket; what is in it is gone with the process."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with ended_afterwards(Running("S3 store", command, folder / "store.log")) as running:
        running.wait_until(lambda: says_anything(port, "/moto-api/"))
        make_bucket(port)
        yield Neighbour(running, f"s3://KEY:SECRET@127.0.0.1:{port}/{BUCKET}?region=us-east-1&secure=0")


def make_bucket(port: int) -> None:
    client(port).create_bucket(Bucket=BUCKET)


def client(port: int):  # type: ignore[no-untyped-def] # boto3 makes its classes while it runs
    import boto3

    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="KEY",
        aws_secret_access_key="SECRET",
    )


def _pongs(port: int) -> bool:
    import redis

    try:
        return bool(redis.Redis(port=port, socket_timeout=2).ping())
    except redis.RedisError:
        return False
