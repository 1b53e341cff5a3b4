"""What the system says of files."""

import errno

import pytest

from portal.vietnamese import disks


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        pytest.param(OSError(errno.ENOSPC, "No space left on device"), "ổ đĩa đã đầy", id="full"),
        pytest.param(
            PermissionError(errno.EACCES, "Permission denied", "/x/lock"),
            "tài khoản đang chạy lệnh không có quyền (/x/lock)",
            id="with its file",
        ),
        pytest.param(OSError(errno.EXDEV, "Invalid cross-device link"), "Invalid cross-device link", id="no word"),
        pytest.param(OSError("the store does not answer"), "the store does not answer", id="no number"),
    ],
)
def test_it_is_said_in_vietnamese(failure: OSError, words: str) -> None:
    assert disks.said_of_its_file(failure) == words
