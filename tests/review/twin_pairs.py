"""Pairs that may be duplicates, and what officers do with them."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from initiatives.models import TwinPair
from initiatives.review import twin_decisions
from orgtree.models import StaffAccount
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import StaffAccountFactory, TwinPairFactory
from tests.review.conftest import Office

AT = datetime(2022, 3, 10, 9, 0, tzinfo=VIETNAM)
HERE, BESIDE, ELSEWHERE = "quang-tri/dong-ha", "quang-tri/huong-hoa", "dien-bien/dien-bien-phu"
OPEN, DUPLICATE, DISTINCT = TwinPair.State.OPEN, TwinPair.State.DUPLICATE, TwinPair.State.DISTINCT
QUEUE = "admin:initiatives_twinpair_changelist"
EVERYTHING = {"level": "all", "state": "all"}


def pair_of(office: Office, *codes: str, decider: str = HERE, **fields: Any) -> TwinPair:
    """Of two units, by default twice Đông Hà's own."""
    first, second = codes or (HERE, HERE)
    earlier = office.receive(unit=office.units[first], title="Giá đỡ cuộn cáp tự hãm", full_name="Bùi Thị Xuân Lan")
    later = office.receive(unit=office.units[second], title="Giá giữ cuộn cáp", full_name="Hoàng Văn Sơn")
    return TwinPairFactory(earlier=earlier, later=later, decider=office.units[decider], **fields)


def across(office: Office, **fields: Any) -> TwinPair:
    """Of two provinces: the confederation decides."""
    return pair_of(office, HERE, ELSEWHERE, decider="tld", **fields)


def again(row: Any) -> Any:
    return type(row)._default_manager.get(pk=row.pk)


def versions(pair: TwinPair) -> dict[int, int]:
    return {one.pk: again(one).version for one in (pair.earlier, pair.later)}


def officer_at(office: Office, code: str, role: str = Role.REVIEWER, **fields: Any) -> StaffAccount:
    return StaffAccountFactory(unit=office.units[code], role=role, **fields)


def decide(pair: TwinPair, choice: str, by: StaffAccount, **given: Any) -> None:
    twin_decisions.decide(pair.pk, choice, by=by, at=AT, **{"versions": versions(pair)} | given)


def reopen(pair: TwinPair, by: StaffAccount, why: str = "Nhầm máy") -> None:
    twin_decisions.reopen(pair.pk, why, by=by, at=AT, versions=versions(pair))


def address(pair: TwinPair) -> str:
    return reverse("admin:initiatives_twinpair_change", args=[pair.pk])


def post(client: Client, pair: TwinPair, decision: str, **typed: Any) -> HttpResponse:
    shown = {f"version_{key}": version for key, version in versions(pair).items()}
    return client.post(address(pair), {"decision": decision} | shown | typed)


def listed(client: Client, **asked: str) -> list[int]:
    return [row.pk for row in client.get(reverse(QUEUE), asked).context["cl"].result_list]
