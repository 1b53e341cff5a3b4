"""Staff who sign in."""

from typing import Any

import factory

from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.factories.units import unit_at

PASSWORD = "mat-khau-thu-nghiem-1"
NAMES = ("Hồ Thị Lan Anh", "Lê Quốc Bảo", "Trần Thị Mỹ Châu", "Nguyễn Hữu Đạt", "Võ Thị Ánh Hồng", "Phan Văn Khải")


class StaffAccountFactory(factory.django.DjangoModelFactory):
    """A reviewer of LĐLĐ tỉnh Quảng Trị whose password is PASSWORD."""

    class Meta:
        model = StaffAccount

    username = factory.Sequence(lambda n: f"can-bo-{n}")
    full_name = factory.Sequence(lambda n: NAMES[n % len(NAMES)])
    unit = factory.LazyFunction(lambda: unit_at("quang-tri"))
    role = Role.REVIEWER
    password = PASSWORD

    @classmethod
    def _create(cls, model_class: type[StaffAccount], *args: Any, **fields: Any) -> StaffAccount:
        return StaffAccount.objects.create_user(**fields)
