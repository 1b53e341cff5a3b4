"""The step of documents: one form for a browser without scripts, and a short answer for `documents.js`, which sends each file
by itself. Both are judged here, by the same rules.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import resolve

from initiatives.models import Attachment, ChoiceList
from initiatives.submission import actions, limits
from initiatives.submission.desks import STEPS, Desk
from initiatives.submission.files import turns
from initiatives.submission.files.handlers import StopEarlyHandler, announced
from initiatives.submission.files.judge import MAX_BYTES
from initiatives.submission.views.frame import step_page, step_page_filled
from initiatives.submission.views.steps import at_draft, closed_page, private, see_other
from portal.patterns import hole
from portal.refusals import TooMuchAtOnce
from portal.requests import client_network
from portal.templatetags.portal_pack import waiting

*_, DOCUMENTS, CHECK = STEPS
JSON = "application/json"
STAYING = frozenset({"add", "remove", "kind_of"})  # what is pressed beside the way on
# Where a step leads that takes no document any more, and what is said of it to whoever is just sending one.
STOPPED = {
    "receipt": "Sáng kiến này đã được nộp. Muốn thêm tài liệu, hãy tra cứu bằng mã và số điện thoại.",
    "draft_door": "Sáng kiến này đã được nộp. Muốn thêm tài liệu, hãy tra cứu bằng mã và số điện thoại.",
    "record_door": "Sáng kiến này không nhận thêm tài liệu nữa. Trang theo dõi cho biết vì sao.",
    "track": "Trang theo dõi chỉ mở trong 30 phút và đã hết giờ. Hãy nhập lại mã và số điện thoại để đi tiếp.",
}
STOPPED_ELSEWHERE = "Trang này không nhận thêm tài liệu nữa."
_TOO_MUCH = (
    "Từ mạng bạn đang dùng vừa có quá nhiều tài liệu được gửi mà sáng kiến chưa nộp. Hãy gửi tệp sau khoảng {wait}, "
    "hoặc nộp trước rồi bổ sung tài liệu sau."
)
# What the page takes that never changes.
AS_EVER = {"stands_still": True, "max_files": actions.MAX_FILES, "max_bytes": MAX_BYTES}
GONE = "Không tìm thấy bản nháp này. Hãy mở lại đường dẫn riêng của bạn, hoặc bắt đầu lại."


@dataclass(frozen=True)
class Fault:
    sentence: str
    is_final: bool = False  # the same file meets it again
    wait_seconds: int = 0  # of what passes by itself


def documents(request: HttpRequest, desk: Desk) -> HttpResponse:
    if DOCUMENTS not in desk.steps:
        return see_other(desk.address(CHECK))
    faults: list[Fault] = []
    if not desk.window.is_open and desk.revised is None:
        return _closed(request, desk)
    if request.method == "POST":
        request.upload_handlers = [StopEarlyHandler(request, allowed=actions.MAX_FILES * MAX_BYTES + MAX_BYTES)]
        before = {each.pk: each for each in desk.documents} if _asks_for_json(request) else {}
        with turns.arriving.taken(announced(request)):
            faults = _take(request, desk)
        if _asks_for_json(request):
            return _to_wait(JsonResponse(_told(request, desk, before, faults)), faults)
        if not faults:
            stays = not STAYING.isdisjoint(request.POST)
            return see_other(desk.address(DOCUMENTS) if stays else desk.after(DOCUMENTS))
    if not (faults or desk.documents or desk.revised):
        return _page_without(request, desk)
    context = _list(desk) | {
        "window": desk.window,
        **AS_EVER,
        "room": max(actions.MAX_FILES - len(desk.documents), 0),
        "objections": [{"id": "id_attachments", "text": fault.sentence} for fault in faults],
        "remark": " ".join(desk.remarks.get("attachments", [])),
    }
    return _to_wait(step_page(request, desk, DOCUMENTS, "submission/documents.html", context), faults)


def _page_without(request: HttpRequest, desk: Desk) -> HttpResponse:
    """No document is there yet, and nothing is objected to."""

    def context() -> dict[str, Any]:
        return _list(desk) | AS_EVER | {"room": actions.MAX_FILES, "action": hole("action")}

    return step_page_filled(request, desk, DOCUMENTS, "submission/documents.html", context=context)


def take_documents(request: HttpRequest, desk: Desk) -> list[str]:
    """Adds and removes as asked; answers what was wrong, each fault with its file."""
    return [fault.sentence for fault in _take(request, desk)]


def for_scripts(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Where `view` leads elsewhere, a script is told so in a sentence and stays where it is, with all it still has to send."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if not _asks_for_json(request):
            return view(request, *args, **named)
        try:
            answer = view(request, *args, **named)
        except Http404:
            return JsonResponse({"stop": GONE, "address": ""}, status=404)
        if not isinstance(answer, HttpResponseRedirect):
            return answer
        why = STOPPED.get(resolve(answer.url.partition("?")[0]).url_name or "", STOPPED_ELSEWHERE)
        return JsonResponse({"stop": why, "address": answer.url}, status=409)

    return private(told)


def _take(request: HttpRequest, desk: Desk) -> list[Fault]:
    faults = _taken(request, desk)
    desk.__dict__.pop("documents", None)
    return faults


def _taken(request: HttpRequest, desk: Desk) -> list[Fault]:
    posted = request.POST
    if posted.get("eof") != "1":
        return [Fault("Kết nối bị ngắt khi đang gửi tệp. Hãy chọn tệp và gửi lại.")]
    known = [choice.code for choice in desk.choices if choice.list == ChoiceList.ATTACHMENT_KIND]
    kinds = posted.getlist("attachment_kind")
    if _is_number(posted.get("remove", "")):
        actions.remove_document(desk.draft, int(posted["remove"][:18]))
        return []
    if _is_number(posted.get("kind_of", "")):
        if kinds and kinds[0] in known:
            actions.name_kind(desk.draft, int(posted["kind_of"][:18]), kind=kinds[0])
            return []
        return [Fault("Hãy chọn loại tài liệu.")]
    return _added(request, desk, kinds, known)


def _added(request: HttpRequest, desk: Desk, kinds: list[str], known: list[str]) -> list[Fault]:
    files = request.FILES.getlist("attachments")
    faults: list[Fault] = []
    left_out: list[str] = []
    for place, upload in enumerate(files):
        kind = kinds[place] if place < len(kinds) else (kinds[0] if kinds else "")
        if kind and kind not in known:
            faults.append(Fault(f"Hãy chọn loại tài liệu cho tệp “{(upload.name or '')[:120]}”."))
            continue
        try:
            _keep(request, desk, upload, kind or "other")
        except actions.NoRoom:
            left_out.append(f"“{(upload.name or '')[:120]}”")
        except actions.DocumentRefused as refusal:
            faults.append(Fault(refusal.sentence, refusal.is_final))
        except TooMuchAtOnce as much:
            faults.append(Fault(_TOO_MUCH.format(wait=waiting(much.wait_seconds)), wait_seconds=much.wait_seconds))
            break
    if left_out:
        names = f" Chưa nhận: {', '.join(left_out)}." if len(files) > 1 else ""
        faults.append(Fault(f"{actions.NO_ROOM}{names}"))
    announced = request.POST.get("file_count", "")
    if _is_number(announced) and int(announced[:6]) > len(files):
        counted = f"{len(files)}/{int(announced[:6])}"
        faults.append(Fault(f"Cổng chỉ nhận được {counted} tệp. Hãy đổi tên tệp bị thiếu rồi gửi lại."))
    if "add" in request.POST and not files and not faults:
        faults.append(Fault("Hãy chọn tệp rồi bấm “Thêm tài liệu”."))
    return faults


def _asks_for_json(request: HttpRequest) -> bool:
    return request.method == "POST" and request.headers.get("Accept", "") == JSON


def _closed(request: HttpRequest, desk: Desk) -> HttpResponse:
    if request.method == "POST":
        actions.save(desk.draft, {}, at=desk.at, ruling=desk.window)
    if _asks_for_json(request):
        why = f"{desk.window.sentence} Tệp này chưa được nhận; những gì đã gửi vẫn được giữ."
        return JsonResponse({"stop": why, "address": desk.address(CHECK)}, status=409)
    return closed_page(request, desk, desk.window, unit=desk.draft.unit)


def _list(desk: Desk) -> dict[str, Any]:
    """What `submission/_documents.html` takes."""
    return {
        "documents": desk.documents,
        "own_ids": {each.pk for each in desk.documents if each.draft_id},
        "kinds": [choice for choice in desk.choices if choice.list == ChoiceList.ATTACHMENT_KIND],
        "action": desk.address(DOCUMENTS),
    }


def _listed(desk: Desk) -> dict[str, Any]:
    return {
        "listed": render_to_string("submission/_documents.html", _list(desk)),
        "count": len(desk.documents),
        "action": desk.address(DOCUMENTS),
    }


def _told(request: HttpRequest, desk: Desk, before: dict[int, Attachment], faults: list[Fault]) -> dict[str, Any]:
    told = {
        "faults": [fault.sentence for fault in faults],
        "again": any(not fault.is_final for fault in faults),
        "said": "" if faults else _news(request, desk, before),
    }
    # What stands in the list stays as it is where a form of its own was wrong: the fault is shown in that form.
    is_of_list = "remove" in request.POST or "kind_of" in request.POST
    return told if faults and is_of_list else told | _listed(desk)


def _news(request: HttpRequest, desk: Desk, before: dict[int, Attachment]) -> str:
    """What has changed since `before`, in the sentence that is read out."""
    there = {each.pk: each for each in desk.documents}
    added, removed = there.keys() - before.keys(), before.keys() - there.keys()
    total = f"Có {len(there)} tài liệu."
    if added:
        return f"Đã nhận tệp “{there[max(added)].name}”. {total}"
    if removed:
        return f"Đã bỏ tệp “{before[max(removed)].name}”. {total}"
    if request.FILES:
        return "Tệp này đã có trong danh sách."
    named = request.POST.get("kind_of", "")
    if _is_number(named) and int(named[:18]) in there:
        return "Đã đổi loại tài liệu."
    return f"Tệp này không còn trong danh sách. {total}"


def _keep(request: HttpRequest, desk: Desk, upload: Any, kind: str) -> None:
    network = client_network(request)
    limits.admit_document(network, at=desk.at)
    if not desk.draft.pk:
        actions.save(desk.draft, {}, at=desk.at)
    kept = actions.add_document(desk.draft, upload, name=upload.name or "tệp", kind=kind, at=desk.at)
    if kept.added_at == desk.at:  # else it was there already
        limits.document_was_kept(network, kept.size, at=desk.at)


def _to_wait(answer: HttpResponse, faults: list[Fault]) -> HttpResponse:
    """As 429 where a fault passes by itself."""
    wait = max((fault.wait_seconds for fault in faults), default=0)
    if wait:
        answer.status_code = 429
        answer["Retry-After"] = str(wait)
    return answer


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


draft_documents = for_scripts(at_draft(documents))
