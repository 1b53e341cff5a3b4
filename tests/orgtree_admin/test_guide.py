"""The guide for staff: behind the sign-in, whole, and reached at the right part from every page."""

import re
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from orgtree.roles import Role
from tests.codebase.doors import doors
from tests.orgtree_admin.conftest import World

GUIDE = "/admin/huong-dan/"
FOR_A_MODEL = re.compile(r"admin:(initiatives|orgtree)_\w+$")


def guide_of(client: Client) -> str:
    return client.get(reverse("admin:guide")).content.decode()


def test_it_is_not_public(db: None) -> None:
    answer = Client().get(GUIDE)

    assert (answer.status_code, answer["Location"]) == (302, f"/admin/login/?next={GUIDE}")


@pytest.mark.parametrize("name", ["viewer", "reviewer", "below", "administrator"])
def test_everybody_on_the_staff_reads_all_of_it(world: World, enter: Callable[[str], Client], name: str) -> None:
    page = guide_of(enter(name))

    assert page.count("<section id=") == page.count('<li><a href="#')
    assert [label for label in Role.labels if label not in page] == []


def test_every_link_within_it_leads_somewhere(world: World, enter: Callable[[str], Client]) -> None:
    page = guide_of(enter("viewer"))
    parts = re.findall(r' id="([^"]+)"', page)

    assert len(parts) == len(set(parts))
    assert set(re.findall(r'href="#([^"]+)"', page)) - set(parts) == set()
    assert set(admin.site.guide_parts.values()) - set(parts) == set()


def test_every_page_about_a_model_leads_to_its_part() -> None:
    names = [door.name for door in doors() if FOR_A_MODEL.match(door.name)]
    starts = tuple(f"admin:{start}" for start in admin.site.guide_parts)

    assert names
    assert [name for name in names if not name.startswith(starts)] == []


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("admin:index", "#trang-dau"),
        ("admin:initiatives_initiative_changelist", "#xet-duyet"),
        ("admin:orgtree_unit_changelist", "#don-vi"),
        ("admin:orgtree_unit_sheet", "#nhap-cdcs"),
        ("admin:orgtree_staffaccount_changelist", "#tai-khoan"),
        ("admin:own_account", "#mat-khau"),
        ("admin:guide", ""),
    ],
)
def test_the_header_leads_to_the_part_about_the_page(
    world: World, enter: Callable[[str], Client], name: str, part: str
) -> None:
    assert f'<a href="{GUIDE}{part}">Hướng dẫn</a>' in enter("inside").get(reverse(name)).content.decode()
