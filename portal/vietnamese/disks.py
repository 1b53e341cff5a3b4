"""What the system says of a file or a disk, in Vietnamese: it answers operators in English."""

import errno

SAID = {
    errno.ENOSPC: "ổ đĩa đã đầy",
    errno.EDQUOT: "đã hết hạn mức ổ đĩa",
    errno.EFBIG: "tệp vượt cỡ lớn nhất được phép",
    errno.EACCES: "tài khoản đang chạy lệnh không có quyền",
    errno.EPERM: "tài khoản đang chạy lệnh không có quyền",
    errno.EROFS: "ổ đĩa chỉ cho đọc",
    errno.ENOENT: "không có tệp hoặc thư mục này",
    errno.EEXIST: "đã có tệp mang tên này",
    errno.ENOTDIR: "có phần của đường dẫn không phải thư mục",
    errno.EISDIR: "đây là thư mục, không phải tệp",
    errno.ENOTEMPTY: "thư mục chưa trống",
    errno.ENAMETOOLONG: "tên tệp quá dài",
    errno.EIO: "ổ đĩa báo lỗi đọc ghi",
    errno.ESTALE: "ổ đĩa mạng đã ngắt",
    errno.EMFILE: "mở quá nhiều tệp",
    errno.ENFILE: "mở quá nhiều tệp",
}


def said(failure: OSError) -> str:
    """What has no word here stays as the system says it."""
    return SAID.get(failure.errno or 0) or failure.strerror or str(failure)


def said_of_its_file(failure: OSError) -> str:
    """The same with the file it is about, where that is known: of one that was to be renamed, the new name."""
    file = failure.filename2 or failure.filename
    return f"{said(failure)} ({file})" if file else said(failure)
