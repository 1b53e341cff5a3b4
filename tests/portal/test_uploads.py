"""A process that is killed while a document comes in leaves nothing of the document on the disk."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

ROOT = Path(__file__).parents[2]
OF_DJANGO = "django.core.files.uploadhandler.TemporaryFileUploadHandler"
OF_WORKERS = "initiatives.submission.files.handlers.StopEarlyHandler"

# Reads a form whose file is on its way, and is killed once 200 kB of it were written.
KILLED = """
import io, os, signal, sys, django
django.setup()
from django.conf import settings
settings.FILE_UPLOAD_TEMP_DIR = sys.argv[1]
from django.test import RequestFactory
from django.utils.module_loading import import_string

class Cut(io.RawIOBase):
    head = b'--x\\r\\nContent-Disposition: form-data; name="attachments"; filename="a.pdf"\\r\\n\\r\\n'
    given = 0
    def read(self, size=-1):
        self.given += 1
        if self.given > 5:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.head if self.given == 1 else b'0' * 65536

request = RequestFactory().generic('POST', '/', CONTENT_TYPE='multipart/form-data; boundary=x', CONTENT_LENGTH='9000000')
request._stream = Cut()
more = {'allowed': 50 * 1024 * 1024} if 'initiatives' in sys.argv[2] else {}
request.upload_handlers = [import_string(sys.argv[2])(request, **more)]
request.FILES
"""


def killed_with(handler: str, folder: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), handler], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    return [path.name for path in folder.iterdir()]


def test_whatever_takes_a_document_in_leaves_nothing_where_its_process_was_killed(
    settings: Any, tmp_path: Path
) -> None:
    in_memory, *on_disk = settings.FILE_UPLOAD_HANDLERS

    assert in_memory == "django.core.files.uploadhandler.MemoryFileUploadHandler"
    assert on_disk
    assert [(each, left) for each in [*on_disk, OF_WORKERS] if (left := killed_with(each, tmp_path))] == []


def test_the_control_djangos_own_leaves_half_a_document(tmp_path: Path) -> None:
    (left,) = killed_with(OF_DJANGO, tmp_path)

    assert left.endswith(".upload.pdf")


def test_it_reads_back_what_came(rf: Any, settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_HANDLERS = ["portal.uploads.NamelessUploadHandler"]

    request = rf.post("/", {"file": SimpleUploadedFile("bảng.xlsx", b"PK" + b"0" * 200_000)})
    came = request.FILES["file"]

    assert (came.name, came.size, list(tmp_path.iterdir())) == ("bảng.xlsx", 200_002, [])
    assert came.read() == b"PK" + b"0" * 200_000
    request.close()
    assert came.closed
