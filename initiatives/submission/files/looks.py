"""What the desk shows of a document at a glance: pictures small, Word as text. Made beside the requests, by the worker.

The empty column is the queue: an attachment of a received initiative without `thumbnail` has not been looked at. Whatever
comes of it is written once; what cannot be read is written as nothing, so that no file is tried for ever.
"""

import hashlib
import logging
from dataclasses import dataclass

from initiatives.models import Attachment
from initiatives.submission.files import pictures, store, word_text
from initiatives.submission.files.judge import MEDIA_TYPES, Judged
from initiatives.submission.files.store import NotAStoredName, StoreUnavailable, open_stored

logger = logging.getLogger("initiatives.files")

_PICTURES = {"image/jpeg": "jpeg", "image/png": "png"}
_WORD = {MEDIA_TYPES["docx"]: "docx", MEDIA_TYPES["doc"]: "doc"}


@dataclass(frozen=True)
class Look:
    """A stored small picture and a text; "" where there is none."""

    thumbnail: str = ""
    text: str = ""


def prepare_some(*, limit: int) -> int:
    """Looks at up to `limit` documents, the oldest first; how many. Two workers at once do the same work twice, no harm."""
    waiting = list(Attachment.objects.filter(initiative__isnull=False, thumbnail=None).order_by("pk")[:limit])
    for attachment in waiting:
        look = look_at(attachment)
        Attachment.objects.filter(pk=attachment.pk).update(thumbnail=look.thumbnail, first_look=look.text)
    return len(waiting)


def look_at(attachment: Attachment) -> Look:
    """Raises OSError where the disk takes no more or the store does not answer; a file that is gone or broken has nothing to
    show."""
    try:
        with open_stored(attachment.stored_name) as content:
            if attachment.media_type in _PICTURES:
                small = pictures.thumbnail_of(content, kind=_PICTURES[attachment.media_type])
            elif attachment.media_type in _WORD:
                return Look(text=word_text.first_look(content, extension=_WORD[attachment.media_type]))
            else:
                return Look()
    except (FileNotFoundError, NotAStoredName):
        return Look()
    except StoreUnavailable:
        raise
    except Exception as failure:  # libraries meet strangers' bytes here
        logger.info("document %s has no first look: %s", attachment.pk, type(failure).__name__)
        return Look()
    with small:
        size = small.tell()
        small.seek(0)
        digest = hashlib.sha256(small.read()).hexdigest()
        judged = Judged(MEDIA_TYPES["jpg"], "jpg", "", size, digest, small)
        return Look(thumbnail=store.put(judged))
