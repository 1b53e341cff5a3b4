"""Initiatives as received, their history and their documents."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Any

import factory

from initiatives.history import content
from initiatives.models import Act, Attachment, CoAuthor, Initiative, ReviewEvent, Status
from portal import sealing
from portal.vietnamese.days import VIETNAM
from portal.vietnamese.names import sort_key
from portal.vietnamese.text import folded
from tests.factories.accounts import StaffAccountFactory
from tests.factories.campaigns import CampaignFactory, ConsentTextFactory
from tests.factories.units import unit_at

NAMES = ("Đặng Thị Ánh Tuyết", "Trần Văn Bình", "Nguyễn Thị Thu Hà", "H'Hen Êban", "Lò Văn Ơn", "Phạm Minh Đức")
TITLES = (
    "Cải tiến bàn gá cắt vải giảm hao hụt nguyên liệu",
    "Bộ che chắn máy cưa đĩa chống văng mảnh gỗ",
    "Phần mềm theo dõi lịch trực của tổ bảo vệ",
    "Tái sử dụng nước làm mát ở trạm bơm số 3",
)
DESCRIPTION = (
    "Trước đây tổ phải chỉnh tay từng lượt, mất khoảng 20 phút mỗi ca.\n"
    "Giải pháp dùng cữ chặn có thước khắc, chỉnh một lần cho cả lô hàng.\n"
    "Áp dụng tại xưởng từ đầu năm, tiết kiệm 1,5 giờ mỗi ngày."
)
FIRST_SUBMISSION = datetime(2022, 3, 1, 9, 0, tzinfo=VIETNAM)

# The quasigroup of H. M. Damm's thesis (2004): a total anti-symmetric one of order ten.
DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_ACTS = {
    Status.RETURNED: Act.RETURNED,
    Status.VALID: Act.APPROVED,
    Status.INVALID: Act.DECLINED,
    Status.WITHDRAWN: Act.WITHDRAWN,
}


def receipt_code(n: int) -> str:
    """The nth receipt code of the tests: twelve digits and their check digit."""
    digits = f"{100_000_000_000 + n * 7_654_321:012d}"
    interim = 0
    for digit in digits:
        interim = int(DAMM[interim][int(digit)])
    return f"{digits}{interim}"


class InitiativeFactory(factory.django.DjangoModelFactory):
    """A complete one of 2022 at LĐLĐ thành phố Đông Hà, submitted on 1/3/2022, a minute after the one before it.

    With `status=Status.VALID` (or another) its history has the decision too. `initiative.token` is what its receipt's
    link holds.
    """

    class Meta:
        model = Initiative
        skip_postgeneration_save = True

    campaign = factory.SubFactory(CampaignFactory)
    phase = factory.LazyAttribute(lambda row: row.campaign.phases.first())
    unit = factory.LazyFunction(lambda: unit_at("quang-tri/dong-ha"))
    status = Status.SUBMITTED
    receipt_code = factory.Sequence(receipt_code)
    submitted_at = factory.Sequence(lambda n: FIRST_SUBMISSION + timedelta(minutes=n))
    arrived_at = factory.LazyAttribute(lambda row: row.submitted_at - timedelta(seconds=1))

    full_name = factory.Sequence(lambda n: NAMES[n % len(NAMES)])
    birth_year = 1988
    position = "Công nhân tổ cắt"
    phone_digits = factory.Sequence(lambda n: f"09{12_000_000 + n:08d}")
    phone = factory.LazyAttribute(lambda row: row.phone_digits)
    phone_hash = factory.LazyAttribute(lambda row: sealing.lookup_hash("phone", row.phone_digits))
    national_id = factory.Sequence(lambda n: f"0451880{n:05d}")
    workplace = "Xưởng may 2, Công ty Cổ phần May Sông Hiếu"
    target_group = "enterprise_worker"
    consent_text = factory.SubFactory(ConsentTextFactory)
    consented_at = factory.SelfAttribute("arrived_at")

    title = factory.Sequence(lambda n: f"{TITLES[n % len(TITLES)]}, lần {n + 1}")
    field = "production"
    solution_kind = "technical"
    applied_on = date(2022, 1, 10)
    recognised_on = date(2022, 2, 15)
    recognised_by = "Giám đốc Công ty Cổ phần May Sông Hiếu"
    recognition_number = "12/QĐ-MSH"
    description = DESCRIPTION
    benefit_value = 120_000_000
    declarations = factory.LazyFunction(lambda: ["recognised", "novel", "lawful", "unprotected"])

    name_key = factory.LazyAttribute(lambda row: sort_key(row.full_name))
    search_text = factory.LazyAttribute(lambda row: folded(f"{row.full_name} {row.title}"))

    @classmethod
    def _create(cls, model_class: type[Initiative], *args: Any, **fields: Any) -> Initiative:
        token = f"biennhan-{fields['receipt_code']}"
        fields.setdefault("receipt_token_hash", hashlib.sha256(token.encode()).hexdigest())
        initiative = Initiative.objects.create(**fields)
        initiative.token = token  # type: ignore[attr-defined]
        return initiative

    @factory.post_generation
    def events(self: Initiative, create: bool, given: Any, **kwargs: Any) -> None:
        """`events=False` leaves a row without history, which only tests of invariants want."""
        if given is False:
            return
        ReviewEventFactory(
            initiative=self,
            at=self.submitted_at,
            act=Act.RECEIVED,
            account=self.entered_by,
            from_status="",
            to_status=Status.SUBMITTED,
        )
        if self.status == Status.SUBMITTED:
            return
        by_staff = self.status != Status.WITHDRAWN
        ReviewEventFactory(
            initiative=self,
            at=self.submitted_at + timedelta(days=1),
            act=_ACTS[self.status],
            account=StaffAccountFactory(unit=self.unit) if by_staff else None,
            from_status=Status.SUBMITTED,
            to_status=self.status,
            due_on=(self.submitted_at + timedelta(days=11)).date() if self.is_returned else None,
            reasons=[{"code": "document_missing", "field": "attachments", "text": "Thiếu quyết định công nhận"}]
            if self.status in {Status.RETURNED, Status.INVALID}
            else [],
        )


class ReviewEventFactory(factory.django.DjangoModelFactory):
    """The next step of an initiative's history, chained to the one before it; it covers what the row says now."""

    class Meta:
        model = ReviewEvent

    initiative = factory.SubFactory(InitiativeFactory)
    at = factory.LazyAttribute(lambda event: event.initiative.submitted_at + timedelta(hours=1))
    act = Act.EDITED
    account = None
    role = factory.LazyAttribute(lambda event: event.account.role if event.account else "")
    from_status = factory.LazyAttribute(lambda event: event.initiative.status)
    to_status = factory.LazyAttribute(lambda event: event.initiative.status)

    @classmethod
    def _create(cls, model_class: type[ReviewEvent], *args: Any, **fields: Any) -> ReviewEvent:
        last = ReviewEvent.objects.filter(initiative=fields["initiative"]).order_by("number").last()
        fields.setdefault("number", last.number + 1 if last else 1)
        fields.setdefault("previous_hash", last.hash if last else "")
        fields.setdefault("salt", secrets.token_hex(16))
        row = Initiative.objects.get(pk=fields["initiative"].pk)
        fields.setdefault("content_digest", content.digest(fields["salt"], content.of(row)))
        return ReviewEvent.objects.create(**fields)


class CoAuthorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CoAuthor

    initiative = factory.SubFactory(InitiativeFactory, share=70)
    number = factory.Sequence(lambda n: n + 1)
    full_name = "Lê Thị Kim Ngân"
    share = 30


class AttachmentFactory(factory.django.DjangoModelFactory):
    """A row that names a PDF; `stored_name` follows the store's naming, the file itself is not written."""

    class Meta:
        model = Attachment

    class Params:
        content = factory.Sequence(lambda n: f"%PDF-1.4 quyết định công nhận số {n}".encode())

    initiative = factory.SubFactory(InitiativeFactory)
    kind = "recognition"
    name = factory.Sequence(lambda n: f"Quyet dinh cong nhan {n}.pdf")
    sha256 = factory.LazyAttribute(lambda row: hashlib.sha256(row.content).hexdigest())
    stored_name = factory.LazyAttribute(lambda row: f"{row.sha256[:2]}/{row.sha256[2:4]}/{row.sha256}.pdf")
    media_type = "application/pdf"
    size = factory.LazyAttribute(lambda row: len(row.content))
    added_at = FIRST_SUBMISSION
