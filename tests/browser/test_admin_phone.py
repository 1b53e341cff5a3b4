"""Every page of the admin on a phone: nothing sticks out, everything can be tapped, every card says what its figures are."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from initiatives.models import Initiative, JobState, Status
from initiatives.nominations import deadlines
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.browser.chromium import chromium
from tests.browser.watch import PHONE, Watch
from tests.codebase.doors import doors, make_world
from tests.factories import DraftFactory, InitiativeFactory, JobFactory, StaffAccountFactory, unit_at
from tests.factories.selection import SelectionRoundFactory

pytestmark = pytest.mark.browser

WIDER: dict[str, Any] = {
    "a tablet": {"width": 911, "height": 800},  # or a small laptop whose page is seen at 150 %
    "a laptop": {"width": 1093, "height": 600},  # 1366 pixels, drawn a quarter larger, as Windows does
    "a desk": {"width": 1280, "height": 800},
}
SMALLEST = 44

FAULTS = """smallest => {
    const faults = [], root = document.documentElement;
    const told = element => element.outerHTML.replace(/\\s+/g, ' ').slice(0, 90);
    const seen = element => element.checkVisibility() && element.getBoundingClientRect().height > 1;
    const all = asked => [...document.querySelectorAll(asked)].filter(seen);
    if (root.scrollWidth > root.clientWidth) faults.push('page is ' + root.scrollWidth + ' px wide');
    if (document.querySelectorAll('h1').length !== 1) faults.push('h1: ' + document.querySelectorAll('h1').length);
    const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
    ids.filter((id, place) => ids.indexOf(id) < place).forEach(id => faults.push('id twice: ' + id));
    const typed = 'input:not([type=hidden]):not([type=submit]):not([type=radio]):not([type=checkbox]), '
        + 'select, textarea';
    const tapped = 'button, summary, input[type=submit], #result_list input[type=checkbox], .select2-selection, ';
    for (const control of all(tapped + typed)) {
        if (control.matches('.select2-hidden-accessible, .select2-search__field')) continue;
        const place = control.getBoundingClientRect();
        if (place.height < smallest - .5) faults.push(told(control) + ' is ' + place.height + ' px high');
    }
    // A link within a sentence is as high as its line.
    for (const link of all('a[href]')) {
        if (link.closest('.skip-to-content-link, p, dd, li li, .help, .guide li, .messagelist, td .readonly, ol')) continue;
        const place = link.getBoundingClientRect();
        if (place.height < smallest - .5) faults.push(told(link) + ' is ' + place.height + ' px high');
    }
    for (const control of all(typed + ', input[type=checkbox], input[type=radio]')) {
        const name = (control.labels && control.labels.length) || control.ariaLabel || control.title;
        if (!name && !control.getAttribute('aria-labelledby')) faults.push(told(control) + ' has no label');
    }
    for (const cell of all('#result_list tbody td:not(.action-checkbox)'))
        if (!cell.dataset.label) faults.push(told(cell) + ' does not say what it is');
    return faults;
}"""
STICKS_OUT = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
UNDER_THE_FILTER = """() => {
    const [list, filter] = ['#result_list', '#changelist-filter'].map(
        asked => document.querySelector(asked)?.getBoundingClientRect());
    return Boolean(list && filter && list.right > filter.left && list.bottom > filter.top && list.top < filter.bottom);
}"""


@pytest.fixture
def administrator(live_server: LiveServer, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> StaffAccount:
    """Beside a row of everything, with names as long as they come, and sentences as short."""
    world = make_world()
    world.campaign.name = "01 triệu sáng kiến - nỗ lực vượt khó, sáng tạo, quyết tâm chiến thắng đại dịch Covid-19"
    world.campaign.save()
    SelectionRoundFactory(campaign=world.campaign, host=unit_at("tld"), takes_part=["province"], dossier_due=None)
    monkeypatch.setattr(deadlines, "MOST_TOLD", 0)
    here = unit_at("quang-tri/dong-ha")
    word = "Nghiêng" * 20
    for status in Status.values:
        InitiativeFactory(campaign=world.campaign, unit=here, title=f"{word} cải tiến", status=status)
    DraftFactory(campaign=world.campaign, unit=here, late_at=timezone.now(), answers={"title": word, "full_name": word})
    StaffAccountFactory(unit=here, role=Role.MANAGER, full_name="Nguyễn Thị Hoàng Phương Anh Thư")
    account = StaffAccountFactory(
        username="quan-tri", unit=unit_at("tld"), role=Role.ADMINISTRATOR, full_name="Trần Lê Khánh Vân"
    )
    refused = {"Không chuyển được từ “hợp lệ” sang “hợp lệ”.": list(Initiative.objects.values_list("pk", flat=True))}
    ended = {"state": JobState.DONE, "total": 9, "position": 9, "done": 5}
    JobFactory(owner=account, asked={"name": "approve"}, result={"refused": refused}, **ended)
    return account


def pages_for(account: StaffAccount, client: Client) -> dict[str, str]:
    """Every address of the admin that shows `account` a page, each that is about a row with the first one it sees."""
    request = RequestFactory().get("/")
    request.user = account
    found = {}
    for name in sorted({door.name for door in doors() if door.name.startswith("admin:")}):
        for arguments in ([], [first_row(name, request)]):
            try:
                address = reverse(name, args=arguments)
            except NoReverseMatch:
                continue
            answer = client.get(address)
            answer.close()  # some are files
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                found[name] = address
    return found


def first_row(name: str, request: Any) -> Any:
    """The key of the first row in the list of the model that `name` begins with."""
    app_label, _, rest = name.removeprefix("admin:").partition("_")
    model = next(
        (
            each
            for each in apps.get_models()
            if (each._meta.app_label, each._meta.model_name) == (app_label, rest.split("_")[0])
        ),
        None,
    )
    model_admin = admin.site._registry.get(model) if model else None
    row = model_admin.get_queryset(request).order_by("-pk").first() if model_admin else None
    return row.pk if row else 0


def faults_of(page: Page, addresses: dict[str, str]) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    for name, address in addresses.items():
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.goto(address)
        found = page.evaluate(FAULTS, SMALLEST)
        for where, size in WIDER.items():
            page.set_viewport_size(size)
            if page.evaluate(STICKS_OUT):
                found.append(f"sticks out at {where}")
            if page.evaluate(UNDER_THE_FILTER):
                found.append(f"columns lie under the filter at {where}")
        if found:
            faults[name] = found
    return faults


@pytest.mark.first
def test_every_page_fits_a_phone_and_can_be_tapped(
    administrator: StaffAccount, live_server: LiveServer, client_as: Callable[[StaffAccount], Client]
) -> None:
    client = client_as(administrator)
    addresses = pages_for(administrator, client)
    addresses["a search"] = f"{addresses['admin:orgtree_unit_changelist']}?q=dong+ha"
    assert "Xem danh sách đợt xét chọn" in client.get(addresses["admin:index"]).content.decode()
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}

    with chromium() as browser:
        context = browser.new_context(base_url=live_server.url, viewport=PHONE, has_touch=True)  # type: ignore[arg-type]
        context.add_cookies([cookie])  # type: ignore[list-item]
        watch = Watch(context)
        faults = faults_of(context.new_page(), addresses)

    assert {"admin:index", "admin:guide", "admin:initiatives_initiative_change", "admin:orgtree_unit_change"} <= set(
        addresses
    )
    assert [f"{name}: {fault}" for name, found in faults.items() for fault in found] == []
    assert watch.complaints == []
    assert watch.hosts == {live_server.url.removeprefix("http://")}
