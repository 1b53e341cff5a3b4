"""A copy of what is held of one person: one file for machines, one to read and print, and the documents that were sent.

Of others there is what this person gave (the names of co-authors); what staff noted among themselves is left out, and who of the
union looked is told by unit.
"""

import json
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from typing import IO, Any

from django.template.loader import render_to_string

from initiatives.models import ChoiceList, DataRequest, Draft, Initiative, PersonalDataView
from initiatives.personal_data import asking, held
from initiatives.personal_data.held import Sort
from initiatives.review.reading import labels_of
from initiatives.submission.files.store import open_stored
from initiatives.submission.receipts import shown
from orgtree.models import StaffAccount
from orgtree.units.queries import own_today
from portal import sealing
from portal.vietnamese import days

# What the portal itself knows of an initiative and tells its sender, in the order of the table of columns.
ALSO_TOLD = (
    *("receipt_code", "status", "arrived_at", "submitted_at", "bloc", "target_group", "consented_at"),
    *(
        "publish_consented_at",
        "field",
        "solution_kind",
        "applied_on",
        "recognised_on",
        "recognised_by",
        "benefit_value",
    ),
    *("appraised_value", "share"),
)
LISTS = {
    "bloc": ChoiceList.BLOC,
    "target_group": ChoiceList.TARGET_GROUP,
    "field": ChoiceList.FIELD,
    "solution_kind": ChoiceList.SOLUTION_KIND,
}
CHUNK = 64 * 1024  # bytes
LOST = "không mở được bằng khóa hiện có"
Content = dict[str, Any]


def content_of(initiatives: Iterable[Initiative], *, by: StaffAccount, at: datetime, are_more: bool = False) -> Content:
    """All that is held, as it is written into the file: every value with the name of its column and its label. `are_more`: this
    person has initiatives that are in none of it."""
    unit = own_today(by)
    return {
        "lap_luc": at.isoformat(),
        "lap_luc_doc": days.moment(at),
        "don_vi_lap": unit.name if unit else "",
        "sang_kien": [_initiative(each) for each in initiatives],
        "con_sang_kien_khac": are_more,
        "khong_doc_duoc": "Ngoài những điều ở đây, cổng còn giữ mã băm và dấu vân tay văn bản để tìm và đối chiếu; "
        "từ đó không đọc lại được dữ liệu.",
    }


def write(
    to: IO[bytes], initiatives: Iterable[Initiative], *, by: StaffAccount, at: datetime, are_more: bool = False
) -> None:
    """The ZIP. A document that is not in the store any more is told as missing, and the rest is there."""
    initiatives = list(initiatives)
    content = content_of(initiatives, by=by, at=at, are_more=are_more)
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (each, told) in enumerate(zip(initiatives, content["sang_kien"], strict=True), 1):
            for document, row in zip(each.attachments.order_by("pk"), told["tai_lieu"], strict=True):
                name = f"tai-lieu/{number}-{document.pk}-{document.name}"
                row["tep"] = name if _copied(archive, name, document.stored_name) else "không còn trong kho"
        archive.writestr("du-lieu.json", json.dumps(content, ensure_ascii=False, indent=1))
        archive.writestr("ban-doc.html", render_to_string("personal_data/copy_paper.html", {"content": content}))


def _initiative(initiative: Initiative) -> Content:
    return {
        "ma": shown(initiative.receipt_code),
        "truong": _fields(initiative),
        "dong_y": {
            "phien_ban": initiative.consent_text.version,
            "ma_bam_sha256": initiative.consent_text.digest,
            "luc": days.moment(initiative.consented_at),
            "tren_giay": initiative.consent_on_paper,
        },
        "dong_tac_gia": [
            {"thu_tu": each.number, "ho_va_ten": each.full_name, "ty_le": str(each.share)}
            for each in initiative.co_authors.order_by("number")
        ],
        "tai_lieu": [
            {"ten": each.name, "dung_luong": each.size, "them_luc": days.moment(each.added_at), "sha256": each.sha256}
            for each in initiative.attachments.order_by("pk")
        ],
        "cac_buoc": _steps(initiative),
        "dang_sua": [
            {"truong": name, "da_go": typed}
            for draft in Draft.objects.filter(revises=initiative)
            for name, typed in draft.answers.items()
        ],
        **_selection(initiative),
        "yeu_cau": _requests(initiative),
        "da_xem": _looks(initiative),
    }


def _fields(initiative: Initiative) -> list[Content]:
    told = [name for name, sort in held.of(Initiative).personal.items() if sort not in (Sort.TRACE, Sort.IDENTITY)]
    return [
        _field("unit", "Đơn vị", initiative.unit.name),
        _field("campaign", "Chương trình", initiative.campaign.name),
        *(_column(initiative, name) for name in (*ALSO_TOLD, *told)),
        _field("national_id", "Số CMND/CCCD", _identity(initiative)),
    ]


def _steps(initiative: Initiative) -> list[Content]:
    return [
        {
            "luc": days.moment(event.at),
            "viec": event.title,
            "boi": "Công đoàn" if event.account_id else "Người nộp",
            "ly_do": [reason.get("text", "") for reason in event.reasons],
        }
        for event in initiative.events.order_by("number")
    ]


def _selection(initiative: Initiative) -> Content:
    """Places in rounds, and what was announced."""
    nominations = initiative.nominations.select_related("round", "unit").order_by("pk")
    commendations = initiative.commendations.select_related("decision").order_by("pk")
    return {
        "xet_chon": [
            {"dot": str(each.round), "don_vi": str(each.unit), "luc": days.moment(each.nominated_at)}
            for each in nominations
        ],
        "bieu_duong": [
            {"hinh_thuc": each.form, "quyet_dinh": each.decision.number, "ngay": days.shown(each.decision.decided_on)}
            for each in commendations
            if each.decision.announced_at
        ],
    }


def _requests(initiative: Initiative) -> list[Content]:
    return [
        {
            "so": asking.shown(each.number),
            "dieu_yeu_cau": each.get_kind_display(),
            "luc": days.moment(each.asked_at),
            "noi_dung": each.text,
            "ket_qua": each.get_outcome_display(),
        }
        for each in DataRequest.objects.filter(initiative=initiative).order_by("pk")
    ]


def _looks(initiative: Initiative) -> list[Content]:
    looks = PersonalDataView.objects.filter(initiative=initiative).select_related("account__unit").order_by("pk")
    return [
        {
            "luc": days.moment(each.at),
            "viec": each.get_what_display(),
            "don_vi": str(each.account.unit) if each.account and each.account.unit else "",
            "ly_do": each.why,
        }
        for each in looks
    ]


def _column(initiative: Initiative, name: str) -> Content:
    value = getattr(initiative, name)
    if name in LISTS and value:
        value = labels_of(initiative).get((LISTS[name], value), value)
    elif name == "status":
        value = initiative.get_status_display()
    elif name == "receipt_code":
        value = shown(value)
    column: Any = Initiative._meta.get_field(name)
    label = str(column.verbose_name)
    return _field(name, label[:1].upper() + label[1:], value)


def _field(name: str, label: str, value: Any) -> Content:
    if isinstance(value, datetime):
        value = days.moment(value)
    elif isinstance(value, date):
        value = days.shown(value)
    elif value is None:
        value = ""
    return {"truong": name, "nhan": label, "gia_tri": value if isinstance(value, str | int | bool) else str(value)}


def _identity(initiative: Initiative) -> str:
    try:
        return initiative.national_id
    except sealing.CannotOpen:
        return LOST


def _copied(archive: zipfile.ZipFile, name: str, stored: str) -> bool:
    try:
        opened = open_stored(stored)
    except FileNotFoundError:
        return False
    with opened, archive.open(name, "w") as to:
        while chunk := opened.read(CHUNK):
            to.write(chunk)
    return True
