"""A file on its way in lies on the disk under no name: whatever becomes of the process, nothing of it is left there."""

import tempfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class NamelessUpload(UploadedFile):
    """Django's `TemporaryUploadedFile` has a name until it is closed, and a process that is killed closes nothing: documents of
    people would lie in the folder of temporary files until somebody looks there. The system takes this one with its process.
    """

    def __init__(self, name: str | None, content_type: str | None, charset: str | None, extra: Any = None) -> None:
        nameless = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - the request closes it
        super().__init__(nameless, name, content_type, 0, charset, extra)


class NamelessUploadHandler(TemporaryFileUploadHandler):
    """For forms of staff; those of workers stop early besides (`initiatives/submission/files/handlers.py`)."""

    file: NamelessUpload  # type: ignore[assignment]

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        # not Django's own `new_file`, which would make a file with a name first
        super(TemporaryFileUploadHandler, self).new_file(*args, **kwargs)
        self.file = NamelessUpload(self.file_name, self.content_type, self.charset, self.content_type_extra)

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
