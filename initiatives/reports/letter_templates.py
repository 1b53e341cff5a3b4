"""Putting another template in the place of ours, and going back to an earlier one: each level has one in force, none is lost."""

from datetime import datetime

from django.db import IntegrityError, transaction

from initiatives.models import LetterTemplate
from initiatives.reports.letter_template import TemplateRefused, must_be_usable
from initiatives.submission.files import store
from initiatives.submission.files.judge import FileRefused, Upload, judge
from initiatives.submission.files.names import ending_of
from orgtree.models import StaffAccount

WORD = "docx"


def keep(upload: Upload, *, name: str, level: str, by: StaffAccount, at: datetime) -> LetterTemplate:
    """Takes a template and puts it in force. Raises `TemplateRefused`."""
    if ending_of(name) != WORD:
        raise TemplateRefused("Mẫu tờ trình phải là tệp Word đuôi .docx.")
    try:
        judged = judge(upload, name=name)
    except FileRefused as refusal:
        raise TemplateRefused(refusal.sentence) from None
    with judged:
        must_be_usable(judged.open(), level=level)
        stored_name = store.put(judged)
    template = LetterTemplate(
        level=level,
        name=judged.name,
        stored_name=stored_name,
        size=judged.size,
        sha256=judged.sha256,
        uploaded_by=by,
        uploaded_at=at,
    )
    return _put_in_force(template)


def use_again(template: LetterTemplate) -> LetterTemplate:
    """An earlier one in force again, if it can still be filled in: what the portal knows may have changed since."""
    try:
        with store.open_stored(template.stored_name) as content:
            must_be_usable(content, level=template.level)
    except store.StoreUnavailable:
        raise
    except (OSError, store.NotAStoredName):
        raise TemplateRefused("Tệp của mẫu này không còn trên máy chủ. Hãy tải mẫu lên lại.") from None
    return _put_in_force(template)


def set_aside(template: LetterTemplate) -> None:
    """Ours is in force again."""
    LetterTemplate.objects.filter(pk=template.pk).update(is_in_force=False)


def _put_in_force(template: LetterTemplate) -> LetterTemplate:
    try:
        with transaction.atomic():
            others = LetterTemplate.objects.select_for_update().filter(level=template.level).order_by("pk")
            LetterTemplate.objects.filter(pk__in=[each.pk for each in others]).update(is_in_force=False)
            template.is_in_force = True
            template.save()
    except IntegrityError:
        raise TemplateRefused("Vừa có người tải mẫu khác cho cấp này. Hãy xem lại danh sách rồi làm tiếp.") from None
    return template
