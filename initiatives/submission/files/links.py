"""The link that may stand instead of files: to Google Drive and nothing else. Staff see it; it is never fetched."""

import unicodedata
from urllib.parse import urlsplit

from portal.vietnamese.text import single_line

HOSTS = {"drive.google.com", "docs.google.com"}
LIMIT = 500

_HOW = "Trong Google Drive, bấm “Chia sẻ”, “Sao chép liên kết” rồi dán vào đây."
_NOT_A_LINK = "Đây không phải là một liên kết. " + _HOW


class LinkRefused(Exception):
    """A link that is not accepted, with the sentence to show."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def parse_drive_link(text: str) -> str:
    """The link in `text`, as it may be stored and shown; raises `LinkRefused`."""
    if any(unicodedata.category(sign) == "Cc" for sign in text.strip()):
        raise LinkRefused(_NOT_A_LINK)
    link = single_line(text)
    if len(link) > LIMIT:
        raise LinkRefused(f"Liên kết dài quá {LIMIT} ký tự. {_HOW}")
    # plain ASCII alone: no look-alike letters, no blanks, no backslash that browsers read as a slash
    if not link or not all("!" <= sign <= "~" for sign in link) or "\\" in link:
        raise LinkRefused(_NOT_A_LINK)
    try:
        parts = urlsplit(link)
    except ValueError:
        raise LinkRefused(_NOT_A_LINK) from None
    if parts.scheme != "https":
        raise LinkRefused("Liên kết phải bắt đầu bằng https://. " + _HOW)
    # the whole place is compared, so that no name, password or port can hide in it
    if parts.netloc.lower() not in HOSTS:
        raise LinkRefused("Chỉ nhận liên kết Google Drive (drive.google.com hoặc docs.google.com). " + _HOW)
    if not parts.path.strip("/"):
        raise LinkRefused("Liên kết này chưa chỉ đến tệp hay thư mục nào. " + _HOW)
    return parts._replace(netloc=parts.netloc.lower()).geturl()
