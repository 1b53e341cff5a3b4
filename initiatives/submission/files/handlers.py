"""Reading files out of a request, and stopping as soon as more comes than may come."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from initiatives.submission.files.judge import MAX_BYTES
from portal.uploads import NamelessUploadHandler

# What a form weighs beside its files: boundaries, names, the fields of text.
ALLOWANCE = 1024 * 1024


def announced(request: HttpRequest) -> int:
    """Bytes that the body of `request` will bring; 0 where nothing readable is said, as Django takes it."""
    told = request.META.get("CONTENT_LENGTH") or ""
    return int(told) if told.isascii() and told.isdigit() else 0


class TooMuchContent(RequestDataTooBig):
    """The request holds more than its form may bring: answered with 413, like Django's own `RequestDataTooBig`."""


class StopEarlyHandler(NamelessUploadHandler):
    """Writes files to nameless temporary ones in chunks of 64 kB, and gives the request up once it is too large.

    A view names it before anything asks for `request.POST` or `request.FILES` (Django's CSRF check does, so the view is
    a `@public` one):

        request.upload_handlers = [StopEarlyHandler(request, allowed=5 * MAX_BYTES)]

    `TooMuchContent` then rises from the first look at `request.POST`: at once where Content-Length tells more than
    `allowed` and the form's own allowance, else at the chunk that goes beyond. RefusalMiddleware makes 413 of it; a
    view that has something better to show catches it.

    A single file beyond `one_file` does not stop the others: what is over is thrown away, `size` tells how large the
    file was, and `judge` refuses it by name.
    """

    def __init__(self, request: HttpRequest | None = None, *, allowed: int, one_file: int = MAX_BYTES) -> None:
        super().__init__(request)
        self.allowed = allowed
        self.one_file = one_file
        self.received = 0

    def handle_raw_input(
        self, input_data: Any, META: dict[str, Any], content_length: int, boundary: str, encoding: str | None = None
    ) -> None:
        if content_length > self.allowed + ALLOWANCE:
            raise TooMuchContent(f"{content_length} bytes announced, {self.allowed} allowed")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > self.allowed:
            self.file.close()
            raise TooMuchContent(f"more than {self.allowed} bytes of files")
        # one byte too many is kept, for the judge to see that it is too many
        room = self.one_file + 1 - start
        if room > 0:
            super().receive_data_chunk(raw_data[:room], start)
