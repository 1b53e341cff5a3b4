"""Views of the inbox that somebody comes back to, by names of their own."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from initiatives.models import SavedFilter
from initiatives.models.saved_filter import LONGEST_QUERY
from orgtree.models import StaffAccount

MOST_SAVED = 20


class NotSaved(Exception):
    """Carries the sentence to show."""


def saved_by(account: StaffAccount) -> QuerySet[SavedFilter]:
    return SavedFilter.objects.filter(account=account)


def save(name: str, query: str, *, by: StaffAccount, at: datetime) -> SavedFilter:
    """Raises NotSaved. `query` is cleaned already; another filter of the same name stays as it is."""
    if not query:
        raise NotSaved("Danh sách chưa có bộ lọc nào. Hãy chọn bộ lọc, gõ chữ cần tìm hoặc xếp thứ tự trước rồi lưu.")
    if len(query) > LONGEST_QUERY:
        raise NotSaved("Bộ lọc này dài quá nên không lưu được. Hãy bỏ bớt bộ lọc hoặc bớt chữ đang tìm rồi lưu lại.")
    own = saved_by(by)
    if own.count() >= MOST_SAVED:
        raise NotSaved(
            f"Mỗi người lưu được nhiều nhất {MOST_SAVED} bộ lọc. Hãy xóa một bộ lọc không dùng nữa rồi lưu lại."
        )
    taken = NotSaved(f"Bạn đã có bộ lọc tên “{name}”. Hãy đặt tên khác, hoặc xóa bộ lọc cũ rồi lưu lại.")
    if own.filter(name=name).exists():
        raise taken
    try:
        with transaction.atomic():
            return SavedFilter.objects.create(account=by, name=name, query=query, saved_at=at)
    except IntegrityError:
        raise taken from None  # saved a moment ago in another window


def forget(key: int, *, by: StaffAccount) -> SavedFilter | None:
    """The filter that was forgotten; None where there is none (any more)."""
    saved = saved_by(by).filter(pk=key).first()
    if saved is not None:
        SavedFilter.objects.filter(pk=saved.pk).delete()
    return saved
