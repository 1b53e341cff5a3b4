"""An Office file that is made twice is the same file twice: libraries write the moment into it, in two places."""

import io
import re
import zipfile
from datetime import UTC, datetime

PROPERTIES = "docProps/core.xml"
_MOMENT = re.compile(rb"(<dcterms:(?:created|modified)\b[^>]*>)[^<]*(<)")


def same_bytes(office_file: bytes, *, at: datetime) -> bytes:
    """`office_file` as if it had been written at `at`."""
    moment = at.astimezone(UTC)
    stamp = moment.timetuple()[:6]
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(office_file)) as old, zipfile.ZipFile(written, "w") as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == PROPERTIES:
                content = _MOMENT.sub(rb"\g<1>" + moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode() + rb"\g<2>", content)
            kept = zipfile.ZipInfo(member.filename, stamp)
            kept.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(kept, content)
    return written.getvalue()
