"""The demonstration campaign: asks what 2022 asks, open around today, with one grassroots union and four accounts.

Everything made here is marked as a demonstration and can be made again at any time.
"""

import random
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from initiatives.campaigns.loading import add_lists, load_consent_text
from initiatives.models import (
    Act,
    Asked,
    Campaign,
    CategoryScheme,
    Contact,
    Initiative,
    Phase,
    ReviewEvent,
    SelectionRound,
    Status,
)
from initiatives.submission import receipts
from orgtree import changes
from orgtree.changes import NewUnit, Order
from orgtree.models import Level, StaffAccount, Unit
from orgtree.roles import Role
from portal import sealing
from portal.vietnamese import names
from portal.vietnamese.text import folded

SLUG = "sang-kien-thu-nghiem"
GRASSROOTS_CODE = "quang-tri/dong-ha/may-dong-ha"
ACCOUNTS = (
    ("demo-tld", "tld", Role.ADMINISTRATOR, "Trần Thị Hạnh"),
    ("demo-quang-tri", "quang-tri", Role.MANAGER, "Lê Văn Bình"),
    ("demo-dong-ha", "quang-tri/dong-ha", Role.MANAGER, "Hoàng Thị Mai"),
    ("demo-cdcs", GRASSROOTS_CODE, Role.REVIEWER, "Nguyễn Văn Sơn"),
)
WINDOW = timedelta(days=30)
BATCH = 2000

SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ")
MIDDLE = ("Văn", "Thị", "Đức", "Ngọc", "Minh", "Thanh", "Quang", "Thu")
GIVEN = (
    "An",
    "Ánh",
    "Bình",
    "Chi",
    "Dũng",
    "Đạt",
    "Hà",
    "Hạnh",
    "Hùng",
    "Lan",
    "Long",
    "Mai",
    "Nam",
    "Phúc",
    "Sơn",
    "Tú",
)
DEEDS = (
    "Cải tiến đồ gá",
    "Rút ngắn thao tác",
    "Tự chế dụng cụ",
    "Sắp xếp lại chuyền",
    "Số hóa sổ theo dõi",
    "Tiết kiệm điện",
)
PLACES = (
    "may túi hộp",
    "đóng gói thành phẩm",
    "kho vật tư",
    "tiếp nhận hồ sơ",
    "lò hơi",
    "phòng khám",
    "lớp học vùng cao",
)
# What made initiatives tell, so that they differ as people's do; every fiftieth is told again by somebody else.
WORKS = (
    "cắt vải", "lắp van", "hàn khung", "xếp thùng", "ghi sổ", "cân nguyên liệu", "soạn đơn thuốc", "thay dao", "bơm nước",
    "kiểm hàng", "in tem", "sấy gỗ", "trộn bê tông", "vệ sinh bồn", "đo điện trở", "cấp phát đồng phục",
)  # fmt: skip
TOOLS = (
    "xe đẩy", "thước khắc", "bảng màu", "cữ chặn", "cảm biến cũ", "bàn xoay", "giá treo", "khay chia ô", "phần mềm bảng tính",
    "mã vạch", "ròng rọc", "đồng hồ bấm giờ", "kẹp nhanh", "máng trượt", "loa nhắc", "camera có sẵn",
)  # fmt: skip
TROUBLES = (
    "chờ nhau cuối ca", "nhầm cỡ", "đau lưng", "hao phôi", "thất lạc giấy tờ", "dừng máy giữa chừng", "bụi bay vào mắt",
    "phải làm lại", "thiếu người đêm", "trượt chân", "khách phàn nàn", "rò rỉ dầu", "lệch mẻ", "cháy cầu chì",
)  # fmt: skip
GAINS = (
    "đỡ hẳn một công", "an toàn hơn", "bớt được nửa số lỗi", "tiết kiệm vật tư", "xong sớm trước giờ cơm", "người mới học nhanh",
    "không còn tồn đọng", "giảm tiếng ồn", "sạch mặt bằng", "dễ bàn giao ca", "ít phải sửa máy", "tra cứu được ngay",
)  # fmt: skip
TOLD_AGAIN = 50
OWN = 20  # every so many lie at the union that the demonstration accounts stand at and above
# Who holds a round, its name, who takes part, at least and at most how many, what a dossier holds, how many days are left.
ROUNDS = (
    ("quang-tri/dong-ha", "Xét chọn cấp thành phố (thử nghiệm)", ["grassroots"], 0, 2, ["letter", "summary_table"], 10),
    (
        "quang-tri",
        "Xét chọn cấp tỉnh (thử nghiệm)",
        ["district", "provincial_sector"],
        2,
        4,
        ["letter", "summary_table", "recognition_decisions"],
        20,
    ),
    (
        "tld",
        "Biểu dương cấp Tổng Liên đoàn (thử nghiệm)",
        ["province", "sector"],
        0,
        4,
        ["letter", "summary_table"],
        40,
    ),
)
STATUSES = (Status.SUBMITTED,) * 3 + (Status.VALID,) * 6 + (Status.RETURNED,) + (Status.INVALID,)


@transaction.atomic
def seed(*, password: str, at: datetime) -> Campaign:
    """Makes or renews the campaign, its grassroots union and accounts, all with `password`."""
    campaign = _campaign(at)
    _grassroots(at)
    _rounds(campaign, at)
    hashed = make_password(password)
    for number, (username, code, role, full_name) in enumerate(ACCOUNTS, start=1):
        StaffAccount.objects.update_or_create(
            username=username,
            defaults={
                "unit": Unit.objects.get(code=code),
                "role": role,
                "full_name": full_name,
                "phone": f"0900 000 01{number}",
                "password": hashed,
                "must_change_password": False,
                "second_factor_since": None,
                "is_active": True,
                "handed_to": None,
                "is_demonstration": True,
            },
        )
    return campaign


def new_password() -> str:
    return f"thu-nghiem-{secrets.token_hex(4)}"


def fill(campaign: Campaign, number: int, *, at: datetime) -> Iterator[int]:
    """Adds `number` made initiatives spread over units, days and statuses; yields how many are there after each batch."""
    units = list(
        Unit.objects.in_structure_of(campaign.structure_day)
        .filter(level__in=(Level.DISTRICT, Level.PROVINCIAL_SECTOR, Level.SECTOR, Level.GRASSROOTS))
        .values_list("pk", flat=True)
    )
    facts = _Facts(campaign, units, at)
    start = campaign.initiatives.count()
    made = 0
    while made < number:
        size = min(BATCH, number - made)
        with transaction.atomic():
            rows = Initiative.objects.bulk_create(facts.initiative(start + made + i) for i in range(size))
            ReviewEvent.objects.bulk_create(_received(row) for row in rows)
        made += size
        yield made


class _Facts:
    """What the made rows share."""

    def __init__(self, campaign: Campaign, units: list[int], at: datetime) -> None:
        self.campaign, self.units, self.at = campaign, units, at
        self.phase = campaign.phases.all()[0]
        self.consent = load_consent_text()
        self.groups = list(campaign.choices.filter(list="target_group").values_list("code", flat=True))
        self.fields = list(campaign.choices.filter(list="field").values_list("code", flat=True))
        self.kinds = list(campaign.choices.filter(list="solution_kind").values_list("code", flat=True))
        self.day = timezone.localdate(at) - timedelta(days=60)
        self.own = Unit.objects.filter(code=GRASSROOTS_CODE).values_list("pk", flat=True).first()

    def initiative(self, n: int) -> Initiative:
        name = f"{SURNAMES[n % 10]} {MIDDLE[n // 10 % 8]} {GIVEN[n // 80 % 16]}"
        title = f"{DEEDS[n % 6]} {PLACES[n // 6 % 7]}, lần {n + 1}"
        phone = f"09{10_000_000 + n % 90_000_000}"
        moment = self.at - timedelta(minutes=n % (25 * 24 * 60))
        return Initiative(
            campaign=self.campaign,
            phase=self.phase,
            unit_id=self.own if self.own and n % OWN == 0 else self.units[n * 7919 % len(self.units)],
            status=STATUSES[n % len(STATUSES)],
            receipt_code=receipts.new_code(),
            receipt_token_hash=receipts.token_hash(receipts.new_token()),
            arrived_at=moment,
            submitted_at=moment,
            full_name=name,
            birth_year=1965 + n % 38,
            position="Công nhân",
            phone=phone,
            phone_digits=phone,
            phone_hash=sealing.lookup_hash("phone", phone),
            workplace="Công ty cổ phần thử nghiệm",
            target_group=self.groups[n % len(self.groups)],
            consent_text=self.consent,
            consented_at=moment,
            title=title,
            field=self.fields[n % len(self.fields)],
            solution_kind=self.kinds[n % len(self.kinds)],
            applied_on=self.day - timedelta(days=n % 90),
            recognised_on=self.day - timedelta(days=n % 60),
            recognised_by="Hội đồng sáng kiến công ty",
            description=_description(n),
            benefit_value=(n % 400 + 1) * 500_000 if n % 5 else None,
            declarations=["recognised", "novel", "lawful", "unprotected"],
            search_text=folded(f"{name} {title}"),
            name_key=names.sort_key(name),
        )


def _description(n: int) -> str:
    """Four sentences; the same for the same number, and for every fiftieth those of another, a few words changed."""
    is_again = n % TOLD_AGAIN == TOLD_AGAIN - 1
    drawn = random.Random(n - TOLD_AGAIN // 2 if is_again else n)  # noqa: S311 - nobody's secret
    works, tools = drawn.sample(WORKS, 2), drawn.sample(TOOLS, 3)
    troubles, gains = drawn.sample(TROUBLES, 3), drawn.sample(GAINS, 3)
    team = "Nhóm" if is_again else "Tổ"
    return (
        f"Khi {works[0]} rồi {works[1]}, anh em hay {troubles[0]}, có hôm {troubles[1]}. "
        f"{team} thử dùng {tools[0]} kèm {tools[1]}, chỉnh {drawn.randint(2, 9)} lần trong {drawn.randint(3, 40)} ngày. "
        f"Nay {works[0]} còn {drawn.randint(4, 55)} phút, {gains[0]}, {gains[1]}. "
        f"Thêm {tools[2]} thì hết {troubles[2]} và {gains[2]}."
    )


def _received(row: Initiative) -> ReviewEvent:
    event = ReviewEvent(
        initiative=row,
        number=1,
        at=row.submitted_at,
        act=Act.RECEIVED,
        to_status=Status.SUBMITTED,
        salt=secrets.token_hex(16),
    )
    event.text_digest = event.digest_of_text()
    event.hash = event.digest()
    return event


def _campaign(at: datetime) -> Campaign:
    today = timezone.localdate(at)
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    settings: dict[str, Any] = {
        "alias": "thu",
        "name": "Sáng kiến thử nghiệm",
        "goal": 1000,
        "description_limit": 2000,
        "category_scheme": CategoryScheme.TARGET_GROUP,
        "asks_national_id": Asked.REQUIRED,
        "asks_field": Asked.OPTIONAL,
        "asks_solution_kind": Asked.REQUIRED,
        "asks_recognition": Asked.REQUIRED,
        "asks_attachments": Asked.OPTIONAL,
        "applied_from": today - timedelta(days=365),
        "applied_until": today + timedelta(days=365),
        "recognised_from": today - timedelta(days=365),
        "guidance": "# Đây là chương trình thử nghiệm\nHãy nộp thử thoải mái: dữ liệu ở đây không được tính và có thể bị xóa.",
        "is_demonstration": True,
        "is_published": True,
    }
    campaign, made = Campaign.objects.update_or_create(slug=SLUG, defaults=settings)
    Phase.objects.update_or_create(
        campaign=campaign,
        name="Đợt thử nghiệm",
        defaults={
            "opens_at": midnight - WINDOW,
            "closes_at": midnight + WINDOW + timedelta(days=1),
            "eligible_from": today - timedelta(days=365),
            "eligible_until": today + timedelta(days=365),
        },
    )
    if made:
        add_lists(campaign)
    return campaign


def _rounds(campaign: Campaign, at: datetime) -> None:
    """Of each level one, due again some days ahead whenever the demonstration is renewed."""
    fields = campaign.choices.filter(list="field", may_be_commended=True).values_list("code", flat=True)
    for host, name, takes_part, least, most, items, days in ROUNDS:
        SelectionRound.objects.update_or_create(
            campaign=campaign,
            host=Unit.objects.get(code=host),
            name=name,
            defaults={"dossier_due": timezone.localdate(at) + timedelta(days=days)},
            create_defaults={
                "dossier_due": timezone.localdate(at) + timedelta(days=days),
                "takes_part": takes_part,
                "each_unit_min": least,
                "each_unit_max": most,
                "dossier_items": items,
                "commended_fields": list(fields),
            },
        )


def _grassroots(at: datetime) -> Unit:
    found = Unit.objects.filter(code=GRASSROOTS_CODE).first()
    if found is None:
        new = NewUnit(
            code=GRASSROOTS_CODE,
            level=Level.GRASSROOTS,
            kind="cong-doan-co-so",
            name="Công đoàn cơ sở Công ty cổ phần May Đông Hà (thử nghiệm)",
            short_name="CĐCS Công ty May Đông Hà (thử nghiệm)",
        )
        found = changes.add(Unit.objects.get(code="quang-tri/dong-ha"), new, order=Order(day=None, at=at))
    Contact.objects.get_or_create(
        unit=found,
        campaign=None,
        defaults={"name": "Nguyễn Văn Sơn", "position": "Chủ tịch công đoàn cơ sở", "phone": "0900 000 001"},
    )
    return found
