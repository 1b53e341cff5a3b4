"""What is done with the nominees on the desk of a dossier: moved, put among the reserves, promoted, withdrawn."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from initiatives.models import Dossier
from initiatives.nominations import nominating
from initiatives.nominations.dossier_forms import WithdrawForm
from initiatives.nominations.dossier_list_admin import DossierListAdmin, key_asked, shown_edition
from initiatives.nominations.dossier_reading import Line, places
from initiatives.nominations.refusals import SelectionRefused
from orgtree.scoped_admin import account_of

CHANGED = (
    "Hồ sơ vừa có người khác thay đổi, nên việc bạn bấm chưa được ghi. "
    "Trang này đã cập nhật. Hãy xem danh sách và mục Lịch sử, rồi bấm lại nếu vẫn cần."
)


class Changed(SelectionRefused):
    """Somebody else worked on the dossier since the page was read."""

    def __init__(self) -> None:
        super().__init__(CHANGED)


class NotFilled(Exception):
    """A form of the desk that must be shown again with what was typed."""

    def __init__(self, name: str, form: forms.Form) -> None:
        super().__init__(name)
        self.name, self.form = name, form


class NomineeActs(DossierListAdmin):
    """Each act answers where on the page one goes on, or raises what the desk tells."""

    def move_up(self, request: HttpRequest, dossier: Dossier, at: datetime) -> str:
        return self.moved(request, dossier, at, by=-1)

    def move_down(self, request: HttpRequest, dossier: Dossier, at: datetime) -> str:
        return self.moved(request, dossier, at, by=1)

    def moved(self, request: HttpRequest, dossier: Dossier, at: datetime, *, by: int) -> str:
        self.refuse_if_changed(request, dossier)
        key = key_asked(request, "nomination")
        keys = places(dossier).keys_around(key)
        if key not in keys:
            raise Changed
        place = keys.index(key)
        other = place + by
        if 0 <= other < len(keys):
            keys[place], keys[other] = keys[other], keys[place]
            nominating.reorder(dossier.round, dossier.unit, keys, by=account_of(request), at=at)
        return f"de-cu-{key}"

    def make_reserve(self, request: HttpRequest, dossier: Dossier, at: datetime) -> str:
        chosen = self.nominee(request, dossier)
        nominating.make_reserve(chosen.nomination.pk, by=account_of(request), at=at)
        messages.success(request, f"Đã đưa “{chosen.initiative.title}” xuống dự bị.")
        return f"de-cu-{chosen.nomination.pk}"

    def promote(self, request: HttpRequest, dossier: Dossier, at: datetime) -> str:
        chosen = self.nominee(request, dossier)
        nominating.promote(chosen.nomination.pk, by=account_of(request), at=at)
        messages.success(request, f"Đã đưa “{chosen.initiative.title}” vào danh sách.")
        return f"de-cu-{chosen.nomination.pk}"

    def withdraw(self, request: HttpRequest, dossier: Dossier, at: datetime) -> str:
        chosen = self.nominee(request, dossier)
        form = WithdrawForm(request.POST)
        if not form.is_valid():
            raise NotFilled("withdraw", form)
        because = form.cleaned_data["because"]
        reserve = nominating.withdraw(chosen.nomination.pk, because=because, by=account_of(request), at=at)
        messages.success(request, f"Đã rút “{chosen.initiative.title}” khỏi danh sách.")
        if reserve is not None:
            sentence = f"Có chỗ trống: bạn có thể đưa “{reserve.initiative.title}” từ dự bị vào danh sách."
            messages.info(request, sentence)
            return "du-bi"
        return "danh-sach"

    def nominee(self, request: HttpRequest, dossier: Dossier) -> Line:
        """The one that was posted, as long as it stands in this dossier and the dossier is as the page showed it."""
        self.refuse_if_changed(request, dossier)
        key = key_asked(request, "nomination")
        for each in places(dossier).standing:
            if each.nomination.pk == key:
                return each
        raise Changed

    def refuse_if_changed(self, request: HttpRequest, dossier: Dossier) -> None:
        if shown_edition(request) != dossier.edition:
            raise Changed
