"""What a stored file is called: by what it holds. A name that this rule did not give opens nothing."""

import hashlib
import re

from initiatives.submission.files.judge import Judged

_STORED_NAME = re.compile(
    r"(?P<first>[0-9a-f]{2})/(?P<second>[0-9a-f]{2})/(?P<digest>(?P=first)(?P=second)[0-9a-f]{60})\.(?:jpg|png|pdf|docx?|xlsx)"
)
MISREAD = "the temporary file of an upload reads differently from what was judged"


class NotAStoredName(ValueError):
    """A name this store never gave."""


def name_of(judged: Judged) -> str:
    return name_by(judged.sha256, judged.extension)


def name_by(sha256: str, extension: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}.{extension}"


def is_stored_name(name: str) -> bool:
    return _STORED_NAME.fullmatch(name) is not None


def checked(name: str) -> str:
    """`name`; raises `NotAStoredName` for anything that is not one of ours."""
    if not is_stored_name(name):
        raise NotAStoredName(name)
    return name


def holds(name: str, digest: "hashlib._Hash") -> bool:
    """Whether a file of this digest is called so."""
    found = _STORED_NAME.fullmatch(name)
    return found is not None and found["digest"] == digest.hexdigest()
