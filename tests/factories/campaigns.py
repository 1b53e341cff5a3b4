"""Campaigns as the letters of 2021 and 2022 describe them, under addresses of their own."""

from datetime import UTC, date, datetime
from typing import Any

import factory

from initiatives.models import (
    Asked,
    Campaign,
    CategoryScheme,
    Choice,
    ChoiceList,
    ConsentText,
    Contact,
    Declaration,
    Phase,
    PosterCount,
    ReviewReason,
    WindowExtension,
)
from portal.vietnamese.days import VIETNAM
from tests.factories.units import unit_at

CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    ChoiceList.BLOC: (
        ("enterprise", "Doanh nghiệp"),
        ("agency", "Khối cơ quan (hành chính, sự nghiệp)"),
    ),
    ChoiceList.TARGET_GROUP: (
        ("union_officer", "Cán bộ công đoàn"),
        ("enterprise_worker", "Công nhân lao động trong các doanh nghiệp sản xuất, kinh doanh"),
        ("civil_servant", "Cán bộ, công chức các cơ quan của Đảng, Nhà nước, Mặt trận Tổ quốc"),
        ("public_service", "Cán bộ, viên chức, người lao động các đơn vị sự nghiệp"),
        ("rural_development", "Công nhân viên chức lao động phục vụ phát triển nông thôn"),
    ),
    ChoiceList.FIELD: (
        ("production", "Sản xuất có giá trị làm lợi cao"),
        ("new_product", "Tạo ra sản phẩm mới"),
        ("safety_environment", "An toàn vệ sinh lao động, bảo vệ môi trường"),
        ("administration", "Cải cách hành chính, quản lý, điều hành"),
        ("health", "Vì cộng đồng: y tế"),
        ("education", "Vì cộng đồng: giáo dục"),
        ("other", "Lĩnh vực khác"),
    ),
    ChoiceList.SOLUTION_KIND: (
        ("technical", "Giải pháp kỹ thuật"),
        ("management", "Giải pháp quản lý"),
        ("operational", "Giải pháp tác nghiệp"),
        ("applied_technology", "Giải pháp ứng dụng tiến bộ kỹ thuật, công nghệ"),
        ("union_work", "Giải pháp trong hoạt động công đoàn"),
        ("epidemic", "Giải pháp trong phòng chống Covid-19"),
        ("research", "Đề tài nghiên cứu khoa học"),
    ),
    ChoiceList.ATTACHMENT_KIND: (
        ("recognition", "Quyết định, văn bản công nhận sáng kiến"),
        ("benefit", "Giá trị làm lợi"),
        ("acceptance", "Nghiệm thu đề tài, xác nhận hiệu quả ứng dụng thực tế"),
        ("other", "Tài liệu khác"),
    ),
}
DECLARATIONS = {
    "recognised": "Sáng kiến đã được thủ trưởng cơ quan, đơn vị, doanh nghiệp công nhận",
    "novel": "Sáng kiến có tính mới trong phạm vi cơ quan, đơn vị, doanh nghiệp",
    "lawful": "Nội dung không trái với trật tự công cộng hoặc đạo đức xã hội",
    "unprotected": "Sáng kiến không đang được bảo hộ quyền sở hữu trí tuệ",
}
REASONS = (
    (ReviewReason.Use.RETURN, "description_unclear", "description", "Phần mô tả chưa nêu rõ cách làm mới"),
    (ReviewReason.Use.RETURN, "document_missing", "attachments", "Thiếu quyết định công nhận sáng kiến"),
    (ReviewReason.Use.DECLINE, "not_applied", "applied_on", "Sáng kiến chưa được áp dụng"),
    (ReviewReason.Use.DECLINE, "duplicate", "", "Trùng với một sáng kiến đã nhận"),
)
CONSENT = (
    "Cổng dùng các thông tin này để tiếp nhận, xét và công nhận sáng kiến, và giữ trong thời gian của chương trình."
)


class ConsentTextFactory(factory.django.DjangoModelFactory):
    """The one version in force since long before every campaign."""

    class Meta:
        model = ConsentText
        django_get_or_create = ("version",)

    version = "thu-nghiem-1"
    body = CONSENT
    in_force_from = datetime(2021, 1, 1, tzinfo=UTC)


class PhaseFactory(factory.django.DjangoModelFactory):
    """Giai đoạn 1 of 2022."""

    class Meta:
        model = Phase

    campaign = factory.SubFactory("tests.factories.campaigns.CampaignFactory", phases=())
    name = "Giai đoạn 1"
    opens_at = datetime(2022, 1, 8, 7, 0, tzinfo=VIETNAM)
    closes_at = datetime(2022, 6, 1, 0, 0, tzinfo=VIETNAM)
    eligible_from = date(2021, 9, 1)
    eligible_until = date(2022, 5, 31)


class ReviewReasonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ReviewReason

    campaign = factory.SubFactory("tests.factories.campaigns.CampaignFactory")
    use = ReviewReason.Use.RETURN
    code = factory.Sequence(lambda n: f"reason_{n}")
    field = "description"
    text = "Phần mô tả chưa nêu rõ hiệu quả"


class WindowExtensionFactory(factory.django.DjangoModelFactory):
    """Until 24h00 on 22/4/2021 for all of Điện Biên."""

    class Meta:
        model = WindowExtension

    campaign = factory.SubFactory("tests.factories.campaigns.CampaignFactory")
    unit = factory.LazyFunction(lambda: unit_at("dien-bien"))
    closes_at = datetime(2021, 4, 23, 0, 0, tzinfo=VIETNAM)
    reason = "Nhiều đơn vị vùng cao chưa cập nhật kịp"
    granted_at = datetime(2021, 4, 19, 8, 0, tzinfo=VIETNAM)


class PosterCountFactory(factory.django.DjangoModelFactory):
    """Ten scans of the poster of Đông Hà on one day of Giai đoạn 1, four of which went on."""

    class Meta:
        model = PosterCount

    campaign = factory.SubFactory("tests.factories.campaigns.CampaignFactory")
    unit = factory.LazyFunction(lambda: unit_at("quang-tri/dong-ha"))
    day = date(2022, 3, 1)
    scans = 10
    starts = 4


class ContactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contact

    campaign = None
    unit = factory.LazyFunction(lambda: unit_at("quang-tri"))
    name = "Ban Chính sách pháp luật"
    phone = "0233 385 0001"
    hours = "giờ hành chính"


PHASES_2022 = (
    {},
    {
        "name": "Giai đoạn 2",
        "opens_at": datetime(2022, 6, 1, 7, 0, tzinfo=VIETNAM),
        "closes_at": datetime(2023, 9, 2, 0, 0, tzinfo=VIETNAM),
        "eligible_from": date(2022, 6, 1),
        "eligible_until": date(2023, 9, 1),
    },
)
PHASES_2021 = (
    {
        "name": "Đợt cập nhật",
        "opens_at": datetime(2021, 3, 10, 0, 0, tzinfo=VIETNAM),
        "closes_at": datetime(2021, 4, 21, 0, 0, tzinfo=VIETNAM),
        "eligible_from": date(2021, 2, 1),
        "eligible_until": date(2021, 5, 31),
    },
)


class CampaignFactory(factory.django.DjangoModelFactory):
    """A campaign that asks what that of 2022 asks, in its two phases, with choices, declarations and reasons.

    `phases=[{...}, …]` gives other windows (each on top of `PhaseFactory`), `declarations=("recognised",)` fewer
    promises, `choices=False` or `reasons=False` none of them.
    """

    class Meta:
        model = Campaign
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"sang-kien-thu-{n}")
    name = "01 triệu sáng kiến - nỗ lực vượt khó, sáng tạo"
    goal = 1_000_000
    description_limit = 2000
    category_scheme = CategoryScheme.TARGET_GROUP
    asks_national_id = Asked.REQUIRED
    asks_field = Asked.OPTIONAL
    asks_solution_kind = Asked.REQUIRED
    asks_recognition = Asked.REQUIRED
    asks_attachments = Asked.OPTIONAL
    applied_from = date(2021, 9, 1)
    applied_until = date(2023, 9, 1)
    recognised_from = date(2021, 9, 1)

    @factory.post_generation
    def phases(self: Campaign, create: bool, given: Any, **kwargs: Any) -> None:
        for fields in PHASES_2022 if given is None else given:
            PhaseFactory(campaign=self, **fields)

    @factory.post_generation
    def choices(self: Campaign, create: bool, given: Any, **kwargs: Any) -> None:
        if given is False:
            return
        Choice.objects.bulk_create(
            Choice(
                campaign=self,
                list=kind,
                code=code,
                label=label,
                position=position,
                may_be_commended=kind == ChoiceList.FIELD and code != "other",
            )
            for kind, offered in CHOICES.items()
            for position, (code, label) in enumerate(offered)
        )

    @factory.post_generation
    def declarations(self: Campaign, create: bool, given: Any, **kwargs: Any) -> None:
        Declaration.objects.bulk_create(
            Declaration(campaign=self, code=code, text=DECLARATIONS[code], position=position)
            for position, code in enumerate(DECLARATIONS if given is None else given)
        )

    @factory.post_generation
    def reasons(self: Campaign, create: bool, given: Any, **kwargs: Any) -> None:
        if given is False:
            return
        ReviewReason.objects.bulk_create(
            ReviewReason(campaign=self, use=use, code=code, field=field, text=text, position=position)
            for position, (use, code, field, text) in enumerate(REASONS)
        )

    @factory.post_generation
    def consent(self: Campaign, create: bool, given: Any, **kwargs: Any) -> None:
        ConsentTextFactory()


class CampaignFactory2021(CampaignFactory):
    """One phase to 24h00 on 20/4/2021, Điện Biên two days more; blocs, little asked, one declaration."""

    name = "75 nghìn sáng kiến, vượt khó, phát triển"
    goal = 75_000
    description_limit = 1000
    category_scheme = CategoryScheme.BLOC
    asks_national_id = Asked.OFF
    asks_solution_kind = Asked.OFF
    asks_recognition = Asked.OPTIONAL
    applied_from = date(2021, 2, 1)
    applied_until = date(2021, 5, 31)
    applied_may_be_future = True
    recognised_from = None
    peak_note = "cao điểm từ ngày 10/3 đến 20/4/2021"

    @factory.post_generation
    def phases(self: Campaign, create: bool, given: Any, **kwargs: Any) -> None:
        for fields in PHASES_2021 if given is None else given:
            PhaseFactory(campaign=self, **fields)

    @factory.post_generation
    def declarations(self: Campaign, create: bool, given: Any, **kwargs: Any) -> None:
        for position, code in enumerate(("recognised",) if given is None else given):
            Declaration.objects.create(campaign=self, code=code, text=DECLARATIONS[code], position=position)

    @factory.post_generation
    def extensions(self: Campaign, create: bool, given: Any, **kwargs: Any) -> None:
        if given is not False:
            WindowExtensionFactory(campaign=self)
