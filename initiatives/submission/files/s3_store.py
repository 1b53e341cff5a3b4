"""The store that several hosts share: a bucket of an S3-compatible store, reached as django-storages was told to.

An object is there whole or not at all, which is what a folder needs a rename for; the store compares what it received with the
MD5 and the SHA-256 that are sent along. A file is put each time it comes, also where it lies already: the same bytes under the
same name, as young as its row will be. What is read is fetched whole before anybody sees a byte of it and compared with its
name: a store that stops in the middle is a page that asks to try again, never half a document.

A store that fails is left alone for a while (`portal/circuits.py`), and only a few of a process ask it at once: those who wait
for one that says nothing must not hold every thread, or nobody could send a text.
"""

import base64
import errno
import hashlib
import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import cached_property
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from initiatives.submission.files.judge import CHUNK, Judged
from initiatives.submission.files.store import Held, StoreUnavailable
from initiatives.submission.files.stored_names import MISREAD, checked, holds, is_stored_name, name_of
from portal.circuits import Circuit

FAILURES, RESTS = 3, 10.0  # seconds
MOST_ASKING, WAITS_FOR_A_PLACE = 4, 1.0  # seconds
AT_ONCE = 500
PROBE = "ready"
PROBED_EVERY = 5.0  # seconds
# What a store says of bytes that did not arrive as they were sent.
MISHEARD = {"BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "IncompleteBody"}

logger = logging.getLogger("initiatives.files")


class S3Store:
    def __init__(self, storage: S3Storage) -> None:
        self._storage = storage
        self._bucket: str = storage.bucket_name
        self._circuit = Circuit(failures=FAILURES, rest=RESTS)
        self._places = threading.BoundedSemaphore(MOST_ASKING)
        self._may_write = False
        self._probed_at = float("-inf")

    @cached_property
    def _client(self) -> Any:
        """One for all threads, which clients of boto3 allow; django-storages would make one for each."""
        return self._storage.connection.meta.client

    def put(self, judged: Judged) -> str:
        name = name_of(judged)
        digest, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        for chunk in judged.chunks():
            digest.update(chunk)
            md5.update(chunk)
        if digest.hexdigest() != judged.sha256:
            raise OSError(errno.EIO, MISREAD)
        with self._asking():
            self._client.put_object(
                Bucket=self._bucket,
                Key=name,
                Body=judged.open(),
                ContentLength=judged.size,
                ContentMD5=base64.b64encode(md5.digest()).decode(),
                ContentType=judged.media_type,
            )
        return name

    def open(self, name: str) -> IO[bytes]:
        checked(name)
        kept = tempfile.TemporaryFile()  # noqa: SIM115 (handed on open)
        try:
            digest = hashlib.sha256()
            with self._asking():
                answer = self._client.get_object(Bucket=self._bucket, Key=name)
                with closing(answer["Body"]) as body:
                    for chunk in body.iter_chunks(CHUNK):
                        digest.update(chunk)
                        kept.write(chunk)
            if not holds(name, digest):
                raise OSError(errno.EIO, "a stored file reads differently from its name")
            kept.seek(0)
        except BaseException:
            kept.close()
            raise
        return kept

    def held(self, name: str) -> Held:
        checked(name)
        with self._asking():
            found = self._client.head_object(Bucket=self._bucket, Key=name)
        return Held(name, found["ContentLength"], found["LastModified"])

    def all_held(self) -> Iterator[list[Held]]:
        asked = {"Bucket": self._bucket, "MaxKeys": AT_ONCE}
        while True:
            with self._asking():
                found = self._client.list_objects_v2(**asked)
            there = (each for each in found.get("Contents", []) if is_stored_name(each["Key"]))
            yield [Held(each["Key"], each["Size"], each["LastModified"]) for each in there]
            if not found.get("IsTruncated"):
                return
            asked["ContinuationToken"] = found["NextContinuationToken"]

    def remove(self, name: str) -> None:
        checked(name)
        with self._asking():
            self._client.delete_object(Bucket=self._bucket, Key=name)

    def takes_files(self, floor_bytes: int) -> bool:
        """Uploads arrive on this machine's disk before they go there."""
        return not self._circuit.is_resting and shutil.disk_usage(tempfile.gettempdir()).free >= floor_bytes

    def sweep_unfinished(self, older_than: datetime) -> int:
        """There is nothing unfinished here."""
        return 0

    def is_ready(self) -> bool:
        """Whether the bucket answers; asked every five seconds at most, whoever asks us. That it may be written is tried once
        in the life of a process: an object for each probe would be a bill, and with versions kept a heap."""
        if time.monotonic() - self._probed_at < PROBED_EVERY:
            return not self._circuit.is_resting
        with self._asking():
            if self._may_write:
                self._client.head_bucket(Bucket=self._bucket)
            else:
                self._client.put_object(Bucket=self._bucket, Key=PROBE, Body=b"1")
                self._may_write = True
        self._probed_at = time.monotonic()
        return True

    @contextmanager
    def _asking(self) -> Iterator[None]:
        if not self._circuit.may_ask():
            raise StoreUnavailable("kho tài liệu vừa không trả lời mấy lần liền")
        if not self._places.acquire(timeout=WAITS_FOR_A_PLACE):
            raise StoreUnavailable("nhiều việc khác đang chờ kho tài liệu")
        try:
            yield
        except ClientError as said:
            code = said.response.get("Error", {}).get("Code", "")
            status = said.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if status == 404 and code != "NoSuchBucket":
                self._circuit.worked()
                raise FileNotFoundError(errno.ENOENT, "not in the store") from None
            if code in MISHEARD:
                self._circuit.worked()
                raise OSError(errno.EIO, f"kho tài liệu nhận được không giống bản gửi ({code})") from said
            raise self._failed(f"{status} {code}") from said
        except BotoCoreError as failure:
            raise self._failed(type(failure).__name__) from failure
        else:
            self._circuit.worked()
        finally:
            self._places.release()

    def _failed(self, why: str) -> StoreUnavailable:
        if self._circuit.failed():
            logger.error("the store failed %s times in a row (%s); left alone for %s seconds", FAILURES, why, RESTS)
        return StoreUnavailable(f"kho tài liệu không trả lời ({why})")
