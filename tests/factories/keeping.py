"""Requests about one's data, and what is done at night."""

from datetime import UTC, date, datetime

import factory

from initiatives.models import DataRequest, Upkeep
from tests.factories.units import unit_at


class DataRequestFactory(factory.django.DjangoModelFactory):
    """Somebody wants to see their data; nobody answered yet."""

    class Meta:
        model = DataRequest

    number = factory.LazyFunction(lambda: f"YC{DataRequest.objects.count() + 1:08d}")
    kind = DataRequest.Kind.SEE
    unit = factory.LazyFunction(lambda: unit_at("quang-tri/dong-ha"))
    full_name = "Hồ Thị Lụa"
    phone = "0912 000 345"
    phone_digits = "0912000345"
    text = "Tôi muốn xem dữ liệu của tôi."
    asked_at = datetime(2022, 3, 1, 2, tzinfo=UTC)
    answer_by = date(2022, 3, 3)


class UpkeepFactory(factory.django.DjangoModelFactory):
    """A backup that is running."""

    class Meta:
        model = Upkeep

    kind = Upkeep.Kind.BACKUP
    began_at = datetime(2022, 3, 1, 18, tzinfo=UTC)
