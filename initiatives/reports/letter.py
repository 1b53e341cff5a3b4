"""The submission letter (Tờ trình) of a dossier as Word: the template in force for the kind of unit, filled in."""

from pathlib import Path
from typing import IO

from django.conf import settings

from initiatives.models import LetterTemplate
from initiatives.reports.letter_template import TemplateRefused, filled
from initiatives.reports.papers import PaperRefused, Papers
from initiatives.submission.files.store import NotAStoredName, StoreUnavailable, open_stored

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BUILT_IN: Path = settings.BASE_DIR / "fixtures" / "letters" / "to-trinh.docx"


class TemplateIsGone(PaperRefused):
    """The file of the template in force is not where it was put."""

    def __init__(self) -> None:
        super().__init__(
            "Không mở được mẫu tờ trình đang dùng. Hãy báo quản trị Tổng Liên đoàn tải lại mẫu, hoặc dùng mẫu có sẵn."
        )


class NobodyIsPutForward(PaperRefused):
    def __init__(self) -> None:
        super().__init__("Hồ sơ chưa có sáng kiến nào nên chưa làm được tờ trình. Hãy giới thiệu sáng kiến trước.")


def letter(papers: Papers) -> bytes:
    if not papers.nominees:
        raise NobodyIsPutForward
    with template_in_force(papers.level) as template:
        try:
            return filled(template, papers)
        except TemplateRefused as refusal:
            raise PaperRefused(refusal.sentence) from None


def template_in_force(level: str) -> IO[bytes]:
    """The one that an administrator put in the place of ours, else ours."""
    own = LetterTemplate.objects.filter(level=level, is_in_force=True).first()
    if own is None:
        return BUILT_IN.open("rb")
    try:
        return open_stored(own.stored_name)
    except StoreUnavailable:
        raise  # it is there and may be read in a moment
    except (OSError, NotAStoredName):
        raise TemplateIsGone from None
