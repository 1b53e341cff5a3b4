"""What a worker typed and has not sent."""

import hashlib
from datetime import datetime
from typing import Any

import factory

from initiatives.models import Draft
from portal.vietnamese.days import VIETNAM
from tests.factories.campaigns import CampaignFactory, ConsentTextFactory
from tests.factories.units import unit_at

ANSWERS = {
    "full_name": "Trần Thị Thu Hà",
    "phone": "0912 345 678",
    "top_unit": "quang-tri",
    "unit": "quang-tri/dong-ha",
    "workplace": "Xưởng may 2, Công ty Cổ phần May Sông Hiếu",
    "target_group": "enterprise_worker",
}


class DraftFactory(factory.django.DjangoModelFactory):
    """A draft after step 1, begun in Giai đoạn 1 of 2022. `draft.token` is what its link holds."""

    class Meta:
        model = Draft

    token = factory.Sequence(lambda n: f"nhap-thu-nghiem-{n:06d}")
    campaign = factory.SubFactory(CampaignFactory)
    unit = factory.LazyFunction(lambda: unit_at("quang-tri/dong-ha"))
    answers = factory.LazyFunction(lambda: dict(ANSWERS))
    begun_at = datetime(2022, 3, 1, 8, 0, tzinfo=VIETNAM)
    saved_at = factory.SelfAttribute("begun_at")
    consent_text = factory.SubFactory(ConsentTextFactory)
    consented_at = factory.SelfAttribute("begun_at")

    @classmethod
    def _create(cls, model_class: type[Draft], *args: Any, **fields: Any) -> Draft:
        token = fields.pop("token")
        fields.setdefault("token_hash", hashlib.sha256(token.encode()).hexdigest())
        draft = Draft.objects.create(**fields)
        draft.token = token  # type: ignore[attr-defined]
        return draft
