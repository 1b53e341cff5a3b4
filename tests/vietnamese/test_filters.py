"""The filters of {% load vietnamese %}."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.template import Context, Template

MIDNIGHT = datetime(2021, 4, 20, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "value", "written"),
    [
        ("{{ value|whole }}", 1647, "1.647"),
        ("{{ value|whole }}", None, "–"),
        ("{{ value|percent:3000 }}", 1647, "54,9%"),
        ("{{ value|percent:0 }}", 1647, "–"),
        ("{{ value|percent:nothing }}", 1647, "–"),
        ("{{ value|day }}", date(2021, 4, 20), "20/4/2021"),
        ("{{ value|day }}", MIDNIGHT, "21/4/2021"),
        ("{{ value|day }}", None, ""),
        ("{{ value|moment }}", MIDNIGHT, "0h00 ngày 21/4/2021"),
        ("{{ value|moment }}", None, ""),
        ("{{ value|closing }}", MIDNIGHT, "24h00 ngày 20/4/2021"),
        ("{{ value|closing }}", None, ""),
        ("{{ value|masked_phone }}", "0912345678", "0912 *** 678"),
        ("{{ value|masked_phone }}", "", ""),
        ("{{ value|money }}", 1_500_000_000, "1,5 tỷ đồng"),
        ("{{ value|money }}", None, "không tính được bằng tiền"),
        ("{{ value|file_size }}", 412 * 1024, "412 KB"),
        ("{{ value|receipt_code }}", "1234567890123", "1234 5678 9012 3"),
        ("{{ value|receipt_code }}", "", ""),
    ],
)
def test_a_filter_writes(source: str, value: Any, written: str) -> None:
    template = Template("{% load vietnamese %}" + source)

    assert template.render(Context({"value": value, "nothing": None})) == written
