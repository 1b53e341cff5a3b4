import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import RequestFactory

from initiatives.submission.files.handlers import ALLOWANCE, StopEarlyHandler, TooMuchContent
from initiatives.submission.files.judge import FileRefused, judge
from portal.refusals import answer_to
from portal.uploads import NamelessUpload
from tests.submission import samples

MB = 1024 * 1024
BOUNDARY = "----ranh-gioi"


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    return tmp_path


class Body(io.RawIOBase):
    """A request's body that is made while it is read and counts what was asked for."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.parts = parts
        self.waiting = b""
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        while len(self.waiting) < size and (part := next(self.parts, b"")):
            self.waiting += part
        given, self.waiting = self.waiting[:size], self.waiting[size:]
        self.given += len(given)
        return given


def request_with(*files: bytes, allowed: int, one_file: int = 10 * MB) -> HttpRequest:
    uploads = [SimpleUploadedFile(f"{number}.pdf", file) for number, file in enumerate(files)]
    request = RequestFactory().post("/", {"attachments": uploads, "attachment_kind": "other", "eof": "1"})
    request.upload_handlers = [StopEarlyHandler(request, allowed=allowed, one_file=one_file)]
    return request


def streamed(size: int, *, told: int, allowed: int) -> tuple[HttpRequest, Body]:
    """A request with one file of `size` bytes that announces `told`."""

    def parts() -> Iterator[bytes]:
        yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="attachments"; filename="a.pdf"\r\n'.encode()
        yield b"Content-Type: application/pdf\r\n\r\n"
        for _ in range(size // 65536):
            yield b"\0" * 65536
        yield f"\r\n--{BOUNDARY}--\r\n".encode()

    body = Body(parts())
    request = RequestFactory().generic(
        "POST", "/", CONTENT_TYPE=f"multipart/form-data; boundary={BOUNDARY}", CONTENT_LENGTH=str(told)
    )
    request._stream = body
    request.upload_handlers = [StopEarlyHandler(request, allowed=allowed)]
    return request, body


def test_files_come_through_temporary_files_whole(temporary_folder: Path) -> None:
    contents = [samples.pdf(), b"\0" * 200_000]
    request = request_with(*contents, allowed=MB)

    files = request.FILES.getlist("attachments")

    assert [type(file) for file in files] == [NamelessUpload] * 2
    assert [file.read() for file in files] == contents
    assert [file.size for file in files] == [len(content) for content in contents]
    assert list(temporary_folder.iterdir()) == []  # under no name
    assert request.POST["eof"] == "1"
    request.close()


def test_a_request_that_announces_too_much_is_not_read_at_all() -> None:
    request, body = streamed(60 * MB, told=60 * MB, allowed=50 * MB)

    with pytest.raises(TooMuchContent):
        _ = request.POST

    assert body.given == 0


def test_a_request_that_brings_more_than_allowed_is_given_up_on_the_way(temporary_folder: Path) -> None:
    request, body = streamed(100 * MB, told=2 * MB + ALLOWANCE, allowed=2 * MB)

    with pytest.raises(TooMuchContent):
        _ = request.POST

    assert 2 * MB < body.given < 2 * MB + 5 * 65536
    assert list(temporary_folder.iterdir()) == []


@pytest.mark.parametrize(("size", "is_read"), [(MB, True), (MB + 1, False)], ids=["exactly allowed", "one byte more"])
def test_what_is_allowed_is_counted_over_all_files(size: int, is_read: bool, temporary_folder: Path) -> None:
    request = request_with(b"a" * 1000, b"b" * (size - 1000), allowed=MB)

    if is_read:
        assert sum(file.size for file in request.FILES.getlist("attachments")) == size
        request.close()
    else:
        with pytest.raises(TooMuchContent):
            _ = request.FILES
        assert list(temporary_folder.iterdir()) == []


def test_the_portal_answers_413() -> None:
    request, _ = streamed(60 * MB, told=60 * MB, allowed=50 * MB)

    with pytest.raises(TooMuchContent) as refused:
        _ = request.POST

    assert answer_to(request, refused.value).status_code == 413


def test_one_file_too_large_does_not_cost_the_others() -> None:
    request = request_with(samples.pdf(), b"\0" * (12 * MB), samples.pdf(), allowed=50 * MB)

    first, large, last = request.FILES.getlist("attachments")

    assert os.fstat(large.fileno()).st_size == 10 * MB + 1
    with pytest.raises(FileRefused) as refused:
        judge(large, name=large.name)
    assert refused.value.sentence.startswith("Tệp “1.pdf” nặng 12 MB; mỗi tệp tối đa 10 MB.")
    for small in (first, last):
        with judge(small, name=small.name) as judged:
            assert judged.size == small.size
    request.close()


def test_no_chunk_is_larger_than_64_kilobytes(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    receive = StopEarlyHandler.receive_data_chunk

    def noted(self: StopEarlyHandler, raw_data: bytes, start: int) -> None:
        sizes.append(len(raw_data))
        receive(self, raw_data, start)

    monkeypatch.setattr(StopEarlyHandler, "receive_data_chunk", noted)

    request = request_with(b"\0" * MB, allowed=2 * MB)
    _ = request.FILES
    request.close()

    assert sum(sizes) == MB
    assert max(sizes) <= 64 * 1024
