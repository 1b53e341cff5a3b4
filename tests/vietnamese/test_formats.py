"""Figures as Vietnamese write them, and Django's formats put right."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.utils import formats as django_formats
from django.utils import translation

from portal.vietnamese import formats


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1_000, "1.000"),
        (1_647, "1.647"),
        (2_500_000, "2.500.000"),
        (-1_647, "-1.647"),
    ],
)
def test_whole(number: int, written: str) -> None:
    assert formats.whole(number) == written


@pytest.mark.parametrize(
    ("part", "of", "written"),
    [
        pytest.param(1_647, 3_000, "54,9%", id="54,9"),
        pytest.param(0, 3_000, "0,0%", id="nought"),
        pytest.param(3_000, 3_000, "100,0%", id="all"),
        pytest.param(1, 3, "33,3%", id="down"),
        pytest.param(2, 3, "66,7%", id="up"),
        pytest.param(1, 2_000, "0,1%", id="half goes up"),
        pytest.param(3, 2_000, "0,2%", id="half goes up, not to even"),
        pytest.param(5, 2_000, "0,3%", id="half goes up from an even tenth"),
        pytest.param(30_000, 100, "30.000,0%", id="far beyond the target"),
        pytest.param(10**30, 3, "33.333.333.333.333.333.333.333.333.333.333,3%", id="a number of any size"),
        pytest.param(5, 0, "–", id="a target of nought"),
        pytest.param(5, None, "–", id="no target"),
        pytest.param(None, 5, "–", id="nothing counted yet"),
    ],
)
def test_percent(part: int | None, of: int | None, written: str) -> None:
    assert formats.percent(part, of) == written


@pytest.mark.parametrize(
    ("size", "written"),
    [
        (0, "0 byte"),
        (1_023, "1.023 byte"),
        (1_024, "1 KB"),
        (412 * 1024, "412 KB"),
        (1024**2 - 1, "1 MB"),
        (1024**2, "1 MB"),
        (1_258_291, "1,2 MB"),
        (10 * 1024**2, "10 MB"),
        (1024**3 - 1, "1 GB"),
        (3 * 1024**3 // 2, "1,5 GB"),
        (2_000 * 1024**3, "2.000 GB"),
    ],
)
def test_file_size(size: int, written: str) -> None:
    assert formats.file_size(size) == written


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("20/4/2021", date(2021, 4, 20)),
        ("04/05/2021", date(2021, 5, 4)),
        ("20-04-2021", date(2021, 4, 20)),
        ("20.4.2021", date(2021, 4, 20)),
        ("2021-04-20", date(2021, 4, 20)),
    ],
)
def test_the_admins_days_are_typed_day_first(typed: str, day: date) -> None:
    assert forms.DateField(localize=True).clean(typed) == day
    assert forms.DateField().clean(typed) == day


@pytest.mark.parametrize("typed", ["04/20/2021", "20/4/21", "4/2021"])
def test_the_admin_never_reads_the_month_first(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        forms.DateField().clean(typed)


@pytest.mark.parametrize("typed", ["20/4/2021 17:00", "20/4/2021 17:00:00", "2021-04-20 17:00", "2021-04-20T17:00"])
def test_the_admins_moments_are_typed_day_first(typed: str) -> None:
    assert forms.DateTimeField().clean(typed).replace(tzinfo=None) == datetime(2021, 4, 20, 17)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{{ day }}", "20/4/2021"),
        ("{{ day|date }}", "20/4/2021"),
        ("{{ moment }}", "17h05 ngày 20/4/2021"),
        ("{{ moment|time }}", "17h05"),
        ("{{ number }}", "1647"),
        ("{{ decimal }}", "1647,5"),
        ("/x/{{ number }}/", "/x/1647/"),
    ],
)
def test_templates_write_vietnamese_and_leave_whole_numbers_alone(source: str, written: str) -> None:
    values = {
        "day": date(2021, 4, 20),
        "moment": datetime(2021, 4, 20, 17, 5),
        "number": 1647,
        "decimal": Decimal("1647.5"),
    }

    assert Template(source).render(Context(values)) == written


def test_grouping_is_vietnamese_where_it_is_asked_for() -> None:
    assert django_formats.number_format(1_234_567, use_l10n=True, force_grouping=True) == "1.234.567"


def test_the_week_begins_on_monday() -> None:
    assert django_formats.get_format("FIRST_DAY_OF_WEEK") == 1


def test_a_month_and_its_year_are_written_out() -> None:
    assert django_formats.date_format(date(2021, 4, 20), "YEAR_MONTH_FORMAT") == "tháng 4 năm 2021"


def test_the_site_speaks_vietnamese_and_groups_nothing_by_itself() -> None:
    assert (translation.get_language(), settings.USE_THOUSAND_SEPARATOR) == ("vi", False)
