"""Filters that write figures, days and numbers as Vietnamese do: {% load vietnamese %}."""

from datetime import date, datetime

from django import template

from portal.vietnamese import days, formats, phones
from portal.vietnamese import money as amounts

register = template.Library()


@register.filter
def whole(number: int | None) -> str:
    """{{ 1647|whole }} is 1.647"""
    return formats.NOTHING if number is None else formats.whole(number)


@register.filter
def percent(part: int | None, of: int | None) -> str:
    """{{ reached|percent:target }} is 54,9%"""
    return formats.percent(part, of)


@register.filter
def day(value: date | None) -> str:
    """20/4/2021; of a moment, its day in Vietnam."""
    if isinstance(value, datetime):
        value = value.astimezone(days.VIETNAM).date()
    return "" if value is None else days.shown(value)


@register.filter
def moment(value: datetime | None) -> str:
    """14h07 ngày 30/8/2023"""
    return "" if value is None else days.moment(value)


@register.filter
def closing(value: datetime | None) -> str:
    """24h00 ngày 20/4/2021"""
    return "" if value is None else days.closing(value)


@register.filter
def masked_phone(digits: str) -> str:
    """0912 *** 678"""
    return phones.masked(digits) if digits else ""


@register.filter
def money(dong: int | None) -> str:
    """1,5 tỷ đồng; None is "không tính được bằng tiền"."""
    return amounts.shown(dong)


@register.filter
def file_size(size: int) -> str:
    """412 KB"""
    return formats.file_size(size)


@register.filter
def receipt_code(digits: str) -> str:
    """1234 5678 9012 3"""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
