"""A phone may send the name of a file in bytes that are no UTF-8: Django drops the whole file without a word."""

from collections.abc import Callable
from datetime import datetime

import pytest

from initiatives.models import Attachment, Campaign
from tests.submission import samples
from tests.submission.worker import IN_2022, YEAR_2022, Worker, page

BOUNDARY = "ranh"


@pytest.fixture
def worker(campaigns: dict[str, Campaign], at: Callable[[str], datetime]) -> Worker:
    at(IN_2022)
    return Worker(YEAR_2022).fill()


def form(*files: tuple[bytes, bytes], **fields: str) -> bytes:
    """A multipart body, the fields behind the files as our form sends them; names in the bytes that are given."""
    parts = [
        b'Content-Disposition: form-data; name="attachments"; filename="%s"\r\n\r\n%s' % each for each in files
    ] + [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    line = f"--{BOUNDARY}".encode()
    return b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"


@pytest.mark.parametrize(
    ("name", "objection"),
    [
        pytest.param("Quyết định.pdf".encode(), "", id="UTF-8"),
        pytest.param("Quyet dinh số.pdf".encode("utf-16-le"), "Cổng chỉ nhận được 1/2 tệp.", id="UTF-16"),
        pytest.param(b"Quy\xeat \xf0\xb8nh.pdf", "Cổng chỉ nhận được 1/2 tệp.", id="an old code page"),
    ],
)
def test_a_file_that_was_dropped_for_its_name_is_missed(worker: Worker, name: bytes, objection: str) -> None:
    body = form(
        (name, samples.pdf("a")),
        (b"b.pdf", samples.pdf("b")),
        attachment_kind="other",
        add="1",
        file_count="2",
        eof="1",
    )

    answer = worker.client.post(
        worker.step("tai-lieu"),
        body,
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
        headers={"sec-fetch-site": "same-origin"},
    )

    assert Attachment.objects.count() == (1 if objection else 2)
    if objection:
        assert objection in page(answer)
    else:
        assert answer.status_code == 303
