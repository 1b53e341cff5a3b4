"""Rounds, nominations, dossiers and what was commended."""

from datetime import date, datetime
from typing import Any

import factory

from initiatives.models import (
    Commendation,
    CommendationDecision,
    Complaint,
    Criterion,
    Dossier,
    Exemplar,
    LetterTemplate,
    Nomination,
    Quota,
    SelectionRound,
    Status,
    TableColumn,
    TableLayout,
)
from portal.vietnamese.days import VIETNAM
from tests.factories.accounts import StaffAccountFactory
from tests.factories.campaigns import CampaignFactory
from tests.factories.initiatives import InitiativeFactory
from tests.factories.units import unit_at

IN_ROUND = datetime(2022, 3, 20, 9, 0, tzinfo=VIETNAM)


class TableLayoutFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TableLayout

    unit = factory.LazyFunction(lambda: unit_at("quang-tri"))
    name = factory.Sequence(lambda n: f"Mẫu riêng {n + 1}")


class TableColumnFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TableColumn

    layout = factory.SubFactory(TableLayoutFactory)
    heading = "Tên sáng kiến"
    facts = factory.LazyFunction(lambda: ["title"])
    width = 80


class LetterTemplateFactory(factory.django.DjangoModelFactory):
    """In force for districts; its file is not in the store."""

    class Meta:
        model = LetterTemplate

    level = "district"
    name = "to-trinh-rieng.docx"
    stored_name = "00/" + "0" * 64 + ".docx"
    size = 1
    uploaded_by = factory.LazyAttribute(lambda row: StaffAccountFactory(unit=unit_at("tld")))
    uploaded_at = IN_ROUND


class SelectionRoundFactory(factory.django.DjangoModelFactory):
    """Of LĐLĐ tỉnh Quảng Trị in the campaign of 2022, for those directly below it, due at the end of 15/4/2022; at most four."""

    class Meta:
        model = SelectionRound

    campaign = factory.SubFactory(CampaignFactory)
    host = factory.LazyFunction(lambda: unit_at("quang-tri"))
    name = factory.Sequence(lambda n: f"Xét chọn cấp tỉnh, lần {n + 1}")
    dossier_due = date(2022, 4, 15)
    takes_part = factory.LazyFunction(lambda: ["district", "provincial_sector"])
    each_unit_max = 4
    dossier_items = factory.LazyFunction(lambda: ["letter", "summary_table"])


class CriterionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Criterion

    round = factory.SubFactory(SelectionRoundFactory)
    name = "Tính mới"
    most = 10


class QuotaFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Quota

    round = factory.SubFactory(SelectionRoundFactory)
    unit = factory.LazyFunction(lambda: unit_at("quang-tri/dong-ha"))
    limit = factory.LazyAttribute(lambda row: row.round.each_unit_max)


class NominationFactory(factory.django.DjangoModelFactory):
    """A bare row: quota and history are not touched. For whole ones call `nominations.nominating.nominate`."""

    class Meta:
        model = Nomination

    round = factory.SubFactory(SelectionRoundFactory)
    unit = factory.LazyFunction(lambda: unit_at("quang-tri/dong-ha"))
    initiative = factory.LazyAttribute(
        lambda row: InitiativeFactory(campaign=row.round.campaign, unit=row.unit, status=Status.VALID)
    )
    nominated_by = factory.LazyAttribute(lambda row: StaffAccountFactory(unit=row.unit))
    nominated_at = IN_ROUND


class DossierFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Dossier

    round = factory.SubFactory(SelectionRoundFactory)
    unit = factory.LazyFunction(lambda: unit_at("quang-tri/dong-ha"))


class ComplaintFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Complaint

    initiative = factory.SubFactory(InitiativeFactory, status=Status.VALID)
    kind = Complaint.Kind.AUTHORSHIP
    raised_by = "Hoàng Thị Lan"
    raised_on = date(2022, 3, 18)
    text = "Có người nói cùng làm sáng kiến này mà không được ghi tên."
    recorded_by = factory.LazyAttribute(lambda row: StaffAccountFactory(unit=row.initiative.unit))
    recorded_at = IN_ROUND


class CommendationDecisionFactory(factory.django.DjangoModelFactory):
    """Of LĐLĐ tỉnh Quảng Trị, announced on 1/5/2022; `announced_at=None` for one that is not."""

    class Meta:
        model = CommendationDecision

    campaign = factory.SubFactory(CampaignFactory)
    unit = factory.LazyFunction(lambda: unit_at("quang-tri"))
    number = factory.Sequence(lambda n: f"{n + 101}/QĐ-LĐLĐ")
    decided_on = date(2022, 4, 28)
    form = "Bằng khen của Ban Chấp hành LĐLĐ tỉnh"
    announced_at = datetime(2022, 5, 1, 8, 0, tzinfo=VIETNAM)
    recorded_by = factory.LazyAttribute(lambda row: StaffAccountFactory(unit=row.unit))
    recorded_at = datetime(2022, 4, 28, 15, 0, tzinfo=VIETNAM)


class CommendationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Commendation

    decision = factory.SubFactory(CommendationDecisionFactory)
    initiative = factory.LazyAttribute(
        lambda row: InitiativeFactory(campaign=row.decision.campaign, status=Status.VALID)
    )
    author = factory.LazyAttribute(lambda row: row.initiative.full_name)
    unit_name = factory.LazyAttribute(lambda row: row.initiative.unit.name)
    title = factory.LazyAttribute(lambda row: row.initiative.title)
    form = factory.LazyAttribute(lambda row: row.decision.form)


class ExemplarFactory(factory.django.DjangoModelFactory):
    """A collective, shown since 2/5/2022."""

    class Meta:
        model = Exemplar

    campaign = factory.SubFactory(CampaignFactory)
    unit = factory.LazyFunction(lambda: unit_at("quang-tri/dong-ha"))
    kind = Exemplar.Kind.COLLECTIVE
    title = "Tổ bảo trì không để máy dừng"
    name = "Tổ bảo trì số 2, Công ty Cổ phần May Sông Hiếu"
    story = "Ba năm liền không để máy dừng quá một giờ."
    made_by = factory.LazyAttribute(lambda row: StaffAccountFactory(unit=row.unit))
    shown_at = datetime(2022, 5, 2, 8, 0, tzinfo=VIETNAM)


def round_of(host: str, **fields: Any) -> SelectionRound:
    """A round held by the unit of this code."""
    return SelectionRoundFactory(host=unit_at(host), **fields)
