"""Both kinds of store, for tests that must hold of each: a folder, and a bucket of moto's S3 server on this machine."""

import os
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.test import override_settings

from initiatives.submission.files.folder_store import FolderStore
from initiatives.submission.files.store import Store, the_store
from portal import services

_buckets = count()


class Shelf(Protocol):
    """A store, and what befalls it that the portal never does."""

    store: Store

    def names(self) -> list[str]: ...
    def bytes_of(self, name: str) -> bytes: ...
    def lay(self, name: str, content: bytes) -> None: ...
    def lose(self, name: str) -> None: ...
    def age(self, name: str, moment: datetime) -> None: ...


class FolderShelf:
    def __init__(self, store: FolderStore) -> None:
        self.store = store

    def names(self) -> list[str]:
        root = self.store.root
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    def bytes_of(self, name: str) -> bytes:
        return (self.store.root / name).read_bytes()

    def lay(self, name: str, content: bytes) -> None:
        path = self.store.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(content)

    def lose(self, name: str) -> None:
        (self.store.root / name).unlink()

    def age(self, name: str, moment: datetime) -> None:
        os.utime(self.store.root / name, (moment.timestamp(), moment.timestamp()))


class BucketShelf:
    def __init__(self, store: Any, bucket: str) -> None:
        self.store, self._bucket = store, bucket

    @property
    def client(self) -> Any:
        return self.store._client

    def names(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=self._bucket)
        return sorted(each["Key"] for each in found.get("Contents", []))

    def bytes_of(self, name: str) -> bytes:
        return self.client.get_object(Bucket=self._bucket, Key=name)["Body"].read()

    def lay(self, name: str, content: bytes) -> None:
        self.client.put_object(Bucket=self._bucket, Key=name, Body=content)

    def lose(self, name: str) -> None:
        self.client.delete_object(Bucket=self._bucket, Key=name)

    def age(self, name: str, moment: datetime) -> None:
        """The server runs in this process: no request can say that an object is old."""
        from moto.backends import get_backend
        from moto.core import DEFAULT_ACCOUNT_ID

        there = get_backend("s3")[DEFAULT_ACCOUNT_ID]["aws"].buckets[self._bucket].keys[name]
        there.last_modified = moment.replace(tzinfo=None) - (moment.utcoffset() or moment - moment)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """host:port of a store that anybody may use. Loading it takes a second, so only who asks for it pays."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"{host}:{port}"
    server.stop()


def storages_at(address: str) -> dict[str, Any]:
    """STORAGES as `STORAGE_URL=address` makes them."""
    from django.conf import settings

    return settings.STORAGES | {"default": services.store(address)}


@pytest.fixture
def bucket_shelf(s3_server: str) -> Iterator[BucketShelf]:
    name = f"portal-{next(_buckets)}"
    with override_settings(STORAGES=storages_at(f"s3://key:secret@{s3_server}/{name}?secure=0")):
        store: Any = the_store()
        store._client.create_bucket(Bucket=name)
        yield BucketShelf(store, name)


@pytest.fixture
def folder_shelf(settings: Any) -> FolderShelf:
    return FolderShelf(FolderStore(Path(settings.MEDIA_ROOT)))


@pytest.fixture(params=["folder", "bucket"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    return request.getfixturevalue(f"{request.param}_shelf")
