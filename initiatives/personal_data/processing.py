"""The record of processing (hồ sơ hoạt động xử lý dữ liệu) of the data controller: gathered from code and rows when it is read.

What can be counted or asked of the code is; purposes, grounds and recipients are sentences here, for the owner's lawyer to
confirm before the portal goes live (Law 91/2025/QH15, Decree 356/2025/NĐ-CP).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate

from initiatives.models import Campaign, ConsentText, DataRequest, PersonalDataView
from initiatives.personal_data import due_days, held, queue
from initiatives.personal_data.held import Sort, Whose
from orgtree.models import StaffAccount
from orgtree.roles import Role, allows
from portal.vietnamese.days import VIETNAM

CONTROLLER = "Tổng Liên đoàn Lao động Việt Nam cùng các cấp công đoàn, mỗi cấp trong phạm vi đơn vị của mình"
PURPOSES = (
    ("Nhận, xét, đếm và biểu dương sáng kiến của người lao động", "Người nộp đồng ý khi nộp"),
    ("Công bố tên, ảnh người được biểu dương", "Đồng ý riêng, rút lại được bất cứ lúc nào"),
    ("Lưu quyết định xét duyệt, hồ sơ xét chọn, quyết định biểu dương", "Quy định về công tác công đoàn và lưu trữ"),
    ("Trả lời yêu cầu về dữ liệu cá nhân", "Nghĩa vụ theo Luật 91/2025/QH15"),
    ("Đăng nhập, phân quyền, ghi lại việc cán bộ đã làm", "Nhiệm vụ của cán bộ công đoàn; an toàn của hệ thống"),
)
RECIPIENTS = (
    "Cán bộ công đoàn của đơn vị nhận sáng kiến và các cấp trên của đơn vị đó, theo vai trò.",
    "Đơn vị tổ chức đợt xét chọn, với hồ sơ được gửi lên.",
    "Mọi người, với tên và ảnh người được biểu dương đã đồng ý công bố.",
)
RIGHTS = (
    ("xem sáng kiến", "initiatives.view_initiative"),
    ("xét duyệt, xem số CMND/CCCD có lý do, lập bản sao", "initiatives.change_initiative"),
    ("trả lời yêu cầu về dữ liệu", "initiatives.change_datarequest"),
    ("xem danh sách ai đã xem dữ liệu", "initiatives.view_personaldataview"),
    ("sửa chương trình và thời hạn giữ", "initiatives.change_campaign"),
)
# Tables whose own name is English, or is none that any page says.
TABLES = {
    "initiatives.Nomination": "giới thiệu xét chọn",
    "otp_static.StaticDevice": "bộ mã dự phòng",
    "otp_static.StaticToken": "mã dự phòng",
    "otp_totp.TOTPDevice": "lớp bảo vệ thứ hai",
}
A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Category:
    """What is held of one group of people: each sort with the columns of each table, in their own words."""

    whose: Whose
    sorts: list[tuple[Sort, str]]


@dataclass(frozen=True)
class Timeliness:
    """Requests of one kind in a year: how many, answered in time, too late, and those that wait past their day."""

    label: str
    days: int
    asked: int
    in_time: int
    late: int
    overdue: int


@dataclass(frozen=True)
class Record:
    categories: list[Category]
    consents: list[ConsentText]
    campaigns: list[Campaign]
    roles: list[tuple[str, list[str]]]
    requests: list[Timeliness]
    looks: list[tuple[str, int]]
    measures: list[str]


def record(*, by: StaffAccount, at: datetime) -> Record:
    """Requests and looks are those that `by` sees, of the year before `at`."""
    return Record(
        categories=categories(),
        consents=list(ConsentText.objects.all()),
        campaigns=list(Campaign.objects.order_by("-pk")),
        roles=[
            (role.label, [words for words, permission in RIGHTS if allows(role, permission)]) for role in reversed(Role)
        ],
        requests=timeliness(by=by, at=at),
        looks=looks(by=by, at=at),
        measures=measures(),
    )


def categories() -> list[Category]:
    return [
        Category(whose, list(_sorts(each for each in held.EVERYTHING if each.whose == whose))) for whose in held.Whose
    ]


def timeliness(*, by: StaffAccount, at: datetime) -> list[Timeliness]:
    today: date = at.astimezone(VIETNAM).date()
    in_time = Q(answered_at__isnull=False, answered_on__lte=F("answer_by"))
    counted = {
        row["kind"]: row
        for row in DataRequest.objects.visible_to(by)
        .filter(asked_at__gt=at - A_YEAR)
        .annotate(answered_on=TruncDate("answered_at", tzinfo=VIETNAM))
        .order_by()
        .values("kind")
        .annotate(
            asked=Count("pk"),
            in_time=Count("pk", filter=in_time),
            late=Count("pk", filter=Q(answered_at__isnull=False, answered_on__gt=F("answer_by"))),
            overdue=Count("pk", filter=queue.overdue(today)),
        )
    }
    nothing = {"asked": 0, "in_time": 0, "late": 0, "overdue": 0}
    return [
        Timeliness(
            kind.label,
            due_days.CARRIED_OUT_IN[kind],
            **{name: counted.get(kind, nothing)[name] for name in nothing},
        )
        for kind in DataRequest.Kind
    ]


def looks(*, by: StaffAccount, at: datetime) -> list[tuple[str, int]]:
    counted = dict(
        PersonalDataView.objects.visible_to(by)
        .filter(at__gt=at - A_YEAR)
        .order_by()
        .values_list("what")
        .annotate(Count("pk"))
    )
    return [(what.label, counted.get(what, 0)) for what in PersonalDataView.What]


def measures() -> list[str]:
    """As this portal is set up now."""
    minutes = settings.SESSION_IDLE // timedelta(minutes=1)
    is_https = settings.SITE_URL.startswith("https:")
    storage = "máy chủ của cổng" if _is_folder() else "kho đối tượng do đơn vị vận hành cấu hình"
    return [
        f"Số CMND/CCCD mã hóa AES-256-GCM, gắn với từng dòng; đang có {len(settings.FIELD_KEYS)} khóa, khóa đầu dùng để mã hóa.",
        "Tìm theo điện thoại, số CMND/CCCD bằng mã băm có khóa; số được che ở mọi danh sách và trang.",
        "Mỗi lần xem số, lập bản sao, xuất bảng đều được lưu: ai, lúc nào, vì sao.",
        "Cán bộ chỉ thấy đơn vị của mình và cấp dưới; người quản lý bắt buộc có lớp bảo vệ thứ hai.",
        f"Phiên làm việc tự đóng sau {minutes} phút để yên; gõ sai mật khẩu {settings.AXES_FAILURE_LIMIT} lần thì tạm khóa.",
        "Đường truyền mã hóa (HTTPS)." if is_https else "Đường truyền chưa mã hóa: chỉ dùng để thử.",
        f"Tài liệu nằm ở {storage}, ngoài thư mục web; vị trí chụp được bỏ khỏi ảnh khi nhận.",
        "Nhật ký máy chủ không ghi họ tên, số điện thoại, mã biên nhận, liên kết riêng.",
        "Lịch sử xét duyệt nối bằng mã băm, không có dữ liệu cá nhân trong phần được băm.",
    ]


def _is_folder() -> bool:
    return str(settings.STORAGES["default"]["BACKEND"]).endswith("FileSystemStorage")


def _sorts(tables: Iterable[held.Held]) -> Iterable[tuple[Sort, str]]:
    found: dict[Sort, dict[str, list[str]]] = {}
    for each in tables:
        for name, sort in each.personal.items():
            found.setdefault(sort, {}).setdefault(each.model, []).append(name)
    for sort in Sort:
        if sort in found:
            yield sort, "; ".join(_of_table(model, names) for model, names in found[sort].items())


def _of_table(model: str, names: list[str]) -> str:
    """`Sáng kiến: họ và tên`: the columns that have a name for people; of others only the table."""
    fields: Any = held.by_label(model)._meta
    told = [
        str(field.verbose_name)
        for field in map(fields.get_field, names)
        if field.verbose_name != field.name.replace("_", " ")  # Django's own, where nobody reads it
    ]
    table = TABLES.get(model) or str(fields.verbose_name)
    table = table[:1].upper() + table[1:]
    return f"{table}: {', '.join(told)}" if told else table
