"""Printing posters in the admin: what is offered to whom, a few sheets at once, many as a job."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pypdfium2
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from initiatives import jobs
from initiatives.campaigns import poster_jobs
from initiatives.campaigns.poster_jobs import POSTERS
from initiatives.models import Campaign, Job, JobState
from orgtree.models import Level, Sheet, StaffAccount, Unit
from orgtree.roles import Role
from orgtree.sent_sheets import forget_old_sheets
from portal.vietnamese.days import VIETNAM
from tests.campaigns.test_press import lines_of, said
from tests.factories import CampaignFactory, StaffAccountFactory, UnitFactory, make_tree, unit_at

NOW = datetime(2022, 3, 2, 10, 0, tzinfo=VIETNAM)
KEY = "0" * 31 + "1"
DISTRICT = "quang-tri/dong-ha"

Clock = Callable[[datetime], datetime]


@pytest.fixture
def campaign(at: Clock, db: None) -> Campaign:
    at(NOW)
    make_tree()
    return CampaignFactory()


@pytest.fixture
def viewer(campaign: Campaign) -> StaffAccount:
    return StaffAccountFactory(unit=unit_at(DISTRICT), role=Role.VIEWER)


@pytest.fixture
def client(viewer: StaffAccount, client_as: Callable[[StaffAccount], Client]) -> Client:
    return client_as(viewer)


@pytest.fixture
def district() -> Unit:
    return unit_at(DISTRICT)


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than two sheets are a job, drawn two in a portion."""
    for module in ("poster_jobs", "posters_admin"):
        monkeypatch.setattr(f"initiatives.campaigns.{module}.AT_ONCE", 2)
    monkeypatch.setattr(poster_jobs, "PORTION", 2)
    monkeypatch.setattr(jobs, "PAUSE", 0)


def unions(district: Unit, many: int) -> list[Unit]:
    return [
        UnitFactory(
            parent=district,
            level=Level.GRASSROOTS,
            code=f"{district.code}/xuong-{at}",
            name=f"Công đoàn cơ sở Xưởng may Hiền Lương số {at}",
        )
        for at in range(many)
    ]


def address(unit: Unit) -> str:
    return reverse("admin:initiatives_campaign_posters", args=[unit.pk])


def page(answer: HttpResponse, status: int = 200) -> str:
    assert answer.status_code == status
    return answer.content.decode()


def asked(**other: str) -> dict[str, str]:
    return {"kho": "a5", "cua": "cdcs", "key": KEY} | other


def carry(*, seconds: float = 60) -> bool:
    return jobs.run_some(lambda: NOW, seconds=seconds)


# --- what is offered --------------------------------------------------------------------------------------------------


def test_it_says_how_many_sheets_and_how_large(client: Client, district: Unit) -> None:
    unions(district, 3)

    text = page(client.get(address(district)))

    assert 'Chỉ đơn vị này</b> <span class="quiet">1 tờ, tệp chừng 82 KB' in text
    assert 'Các đơn vị trực thuộc</b> <span class="quiet">4 tờ, tệp chừng 92 KB' in text
    assert 'Đơn vị này và tất cả đơn vị bên dưới</b> <span class="quiet">5 tờ' in text
    assert 'Tất cả công đoàn cơ sở bên dưới</b> <span class="quiet">4 tờ' in text


def test_a_union_without_any_below_it_has_one_choice(client: Client) -> None:
    text = page(client.get(address(unit_at(f"{DISTRICT}/may-song-hieu"))))

    assert text.count('name="cua"') == 1


def test_more_than_one_file_holds_cannot_be_chosen(
    client: Client, district: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    unions(district, 3)
    for module in ("poster_jobs", "posters_admin"):
        monkeypatch.setattr(f"initiatives.campaigns.{module}.MOST_SHEETS", 3)

    text = page(client.get(address(district)))
    refused = page(client.post(address(district), asked(cua="truc-tiep")), 422)

    assert "hơn 3 tờ, quá số một lần in được" in text
    assert 'value="truc-tiep" disabled' in text
    assert "Mỗi lần in nhiều nhất" in refused
    assert not Job.objects.exists()


def test_each_campaign_has_its_own_structure(client: Client, campaign: Campaign, district: Unit) -> None:
    later = CampaignFactory(structure_day=campaign.structure_day + timedelta(days=4000))
    Unit.objects.filter(path__startswith=district.path).update(closed_on=later.structure_day)

    without = page(client.get(address(district), {"chuong-trinh": later.slug}))
    having = page(client.get(address(district), {"chuong-trinh": campaign.slug}))

    assert "không thuộc cơ cấu đơn vị của chương trình này" not in having
    assert 'value="don-vi"' in having
    assert 'value="don-vi"' not in without
    assert "không thuộc cơ cấu đơn vị của chương trình này" in without


@pytest.mark.django_db
def test_without_a_campaign_it_says_so(client_as: Callable[[StaffAccount], Client]) -> None:
    district = make_tree()[DISTRICT]
    client = client_as(StaffAccountFactory(unit=district, role=Role.VIEWER))

    for answer in (client.get(address(district)), client.post(address(district), asked())):
        assert "Chưa có chương trình nào" in page(answer)


def test_it_warns_of_a_campaign_that_is_not_shown_yet(client: Client, campaign: Campaign, district: Unit) -> None:
    warning = "chỉ mở ra khi chương trình đã hiện"
    before = page(client.get(address(district)))
    Campaign.objects.update(is_published=False)

    assert (warning in before, warning in page(client.get(address(district)))) == (False, True)


@pytest.mark.parametrize("name", ["orgtree_unit_change", "orgtree_unit_changelist"])
def test_pages_of_units_lead_to_it(client: Client, district: Unit, name: str) -> None:
    shown = reverse(f"admin:{name}", args=[district.pk] if name.endswith("change") else [])

    assert f'href="{address(district)}"' in page(client.get(shown))


@pytest.mark.parametrize("code", ["quang-tri", "quang-tri/huong-hoa", "thanh-hoa", "tld"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_branch_is_not_there(client: Client, code: str, method: str) -> None:
    answer = getattr(client, method)(address(unit_at(code)), asked() if method == "post" else {})

    assert answer.status_code == 404
    assert not Job.objects.exists()


# --- at once ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["a4", "a5", "the", "tem"])
def test_a_few_sheets_come_at_once(client: Client, campaign: Campaign, district: Unit, size: str) -> None:
    made = unions(district, 2)

    answer = client.post(address(district), asked(kho=size, cua="tat-ca"))

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    name = f"ap-phich-{campaign.slug}-quang-tri-dong-ha-{size}.pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    names = [district.name, unit_at(f"{DISTRICT}/may-song-hieu").name, *(each.name for each in made)]
    assert [title for _, title, _ in lines_of(answer.content)] == names
    assert [level for level, _, _ in lines_of(answer.content)] == [0, 1, 1, 1]
    assert not Job.objects.exists()


def test_only_what_lies_in_the_structure_is_printed(client: Client, campaign: Campaign, district: Unit) -> None:
    gone, stays = unions(district, 2)
    Unit.objects.filter(pk=gone.pk).update(closed_on=campaign.structure_day)

    answer = client.post(address(district), asked())

    titles = [title for _, title, _ in lines_of(answer.content)]
    assert (stays.name in titles, gone.name in titles) == (True, False)


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"kho": "a3"},
        {"kho": "A4"},
        {"kho": ""},
        {"cua": "nha-nuoc"},
        {"cua": "UNIT"},
        {"cua": "don-vi' OR 1=1"},
        {"kho": "x" * 5000, "cua": "y" * 5000},
        {"kho": "tem\u202e", "cua": "cdcs"},
    ],
    ids=str,
)
def test_what_nobody_offered_is_asked_again(client: Client, district: Unit, posted: dict[str, str]) -> None:
    full = {"kho": "a4", "cua": "don-vi"} | posted if posted else {}

    text = page(client.post(address(district), full), 422)

    assert "Chưa chọn đủ" in text
    assert not Job.objects.exists()


@pytest.mark.parametrize("slug", ["khong-co", "x" * 3000, "a/../b", "'"])
def test_an_unknown_campaign_is_not_found(client: Client, district: Unit, slug: str) -> None:
    assert client.get(address(district), {"chuong-trinh": slug}).status_code == 404


@pytest.mark.parametrize("number", ["0", "9" * 18, "9" * 40])
def test_a_number_that_is_no_unit_is_not_found(client: Client, number: str) -> None:
    shown = reverse("admin:initiatives_campaign_posters", args=[1]).replace("/1/", f"/{number}/")

    assert client.get(shown).status_code == 404
    assert client.get(shown.replace("ap-phich/", "ap-phich/tep/")).status_code == 404


def test_a_text_too_long_for_the_sheet_is_told(client: Client, district: Unit, campaign: Campaign) -> None:
    from initiatives.campaigns import posters_admin
    from initiatives.campaigns.posters import PosterTooLong

    def refuse(*args: object, **kwargs: object) -> bytes:
        raise PosterTooLong

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(posters_admin, "posters_pdf", refuse)
        text = page(client.post(address(district), asked(cua="don-vi")), 422)

    assert "không vừa khổ này" in text


# --- as a job ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def given(few_at_once: None, client: Client, district: Unit) -> Job:
    """Five unions to print, asked for and not begun."""
    unions(district, 4)
    answer = client.post(address(district), asked())
    job = Job.objects.get()
    assert answer["Location"] == reverse("admin:initiatives_job_change", args=[job.pk])
    return job


def file_address(job: Job) -> str:
    return reverse("admin:initiatives_campaign_posters_file", args=[job.pk])


def job_page(client: Client, job: Job) -> str:
    return page(client.get(reverse("admin:initiatives_job_change", args=[job.pk])))


def test_many_are_printed_in_portions_and_bound(given: Job, client: Client, district: Unit) -> None:
    assert "Áp phích A5: LĐLĐ thành phố Đông Hà" in job_page(client, given)
    assert client.get(file_address(given)).status_code == 404

    while carry(seconds=0):
        pass

    given.refresh_from_db()
    assert (given.state, given.position, given.done, given.total) == (JobState.DONE, 5, 5, 5)
    assert f'href="{file_address(given)}"' in job_page(client, given)
    answer = client.get(file_address(given))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    expected = [each.name for each in Unit.objects.below(district).order_by("path")]
    assert [title for _, title, _ in lines_of(answer.content)] == expected
    assert [name in text for name, text in zip(expected, said(answer.content), strict=True)] == [True] * 5
    assert list(Sheet.objects.filter(use=POSTERS).values_list("name", flat=True)) == [f"{given.pk}.pdf"]


def test_a_worker_that_ended_in_the_middle_costs_no_sheet(
    given: Job, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry(seconds=0)
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "keep", fails_to_keep)
        carry(seconds=0)
    later = NOW + timedelta(minutes=2)
    while jobs.run_some(lambda: later, seconds=0):
        pass

    given.refresh_from_db()
    assert (given.state, given.done) == (JobState.DONE, 5)
    assert len(pypdfium2.PdfDocument(bytes(Sheet.objects.get(use=POSTERS).content))) == 5


def fails_to_keep(job: Job) -> None:
    raise OSError("the connection is gone")


def test_a_second_tap_gives_no_second_job(given: Job, client: Client, district: Unit) -> None:
    again = client.post(address(district), asked())
    another = client.post(address(district), asked(key="f" * 32))
    without = client.post(address(district), asked(key="không phải khóa"))

    assert again["Location"] == reverse("admin:initiatives_job_change", args=[given.pk])
    assert len({again["Location"], another["Location"], without["Location"]}) == 3


def test_a_job_that_is_stopped_has_no_file(given: Job, client: Client) -> None:
    carry(seconds=0)
    client.post(reverse("admin:initiatives_job_change", args=[given.pk]))
    while carry(seconds=0):
        pass

    given.refresh_from_db()
    assert (given.state, given.position) == (JobState.STOPPED, 2)
    assert "Đã dừng sau 2 trên 5 tờ nên chưa có tệp." in job_page(client, given)
    assert client.get(file_address(given)).status_code == 404


def test_the_file_is_there_for_a_day(
    given: Job, viewer: StaffAccount, client_as: Callable[[StaffAccount], Client], at: Clock
) -> None:
    carry()
    codes = []
    for hours in (23, 24):
        at(NOW + timedelta(hours=hours))
        client = client_as(viewer)
        codes.append(client.get(file_address(given)).status_code)

    assert codes == [200, 404]
    assert "Tệp đã được xóa sau một ngày" in job_page(client, given)
    assert forget_old_sheets(at=NOW + timedelta(hours=24)) == 1


def test_what_was_drawn_too_long_ago_is_not_bound(given: Job, client: Client) -> None:
    carry(seconds=0)
    Sheet.objects.filter(use=POSTERS).delete()
    while carry(seconds=0):
        pass

    given.refresh_from_db()
    assert given.result == {"failure": poster_jobs.GONE}
    assert poster_jobs.GONE in job_page(client, given)
    assert not Sheet.objects.filter(use=POSTERS).exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"unit": None}, {"unit": "thanh-hoa"}], ids=str)
def test_it_is_printed_with_the_rights_one_has_by_then(
    given: Job, viewer: StaffAccount, change: dict[str, object]
) -> None:
    if change.get("unit"):
        change = {"unit": unit_at(str(change["unit"]))}
    StaffAccount.objects.filter(pk=viewer.pk).update(**change)
    while carry(seconds=0):
        pass

    given.refresh_from_db()
    assert given.result == {"failure": poster_jobs.NOT_ALLOWED}
    assert not Sheet.objects.filter(use=POSTERS).exists()


def test_a_unit_that_left_the_branch_meanwhile_is_left_out(given: Job, client: Client, district: Unit) -> None:
    moved = Unit.objects.get(code=f"{DISTRICT}/xuong-1")
    Unit.objects.filter(pk=moved.pk).update(current_path=unit_at("thanh-hoa").current_path)
    carry()

    given.refresh_from_db()
    assert (given.state, given.done) == (JobState.DONE, 4)
    assert moved.name not in [title for _, title, _ in lines_of(client.get(file_address(given)).content)]
    assert "Bỏ qua <b>1</b> đơn vị" in job_page(client, given)


def test_the_file_is_its_owners_alone(
    given: Job, viewer: StaffAccount, client_as: Callable[[StaffAccount], Client]
) -> None:
    carry()
    colleague = StaffAccountFactory(unit=viewer.unit, role=Role.MANAGER)
    above = StaffAccountFactory(unit=unit_at("tld"), role=Role.ADMINISTRATOR)

    assert [client_as(each).get(file_address(given)).status_code for each in (viewer, colleague, above)] == [
        200,
        404,
        404,
    ]


def test_a_job_of_another_kind_has_no_file(viewer: StaffAccount, client: Client) -> None:
    other = Job.objects.create(owner=viewer, kind=Job.Kind.DECIDE, created_at=NOW)

    assert client.get(file_address(other)).status_code == 404


def test_the_offer_asks_no_more_however_many_units(
    client: Client, district: Unit, django_assert_max_num_queries: Callable[..., object]
) -> None:
    counted = []
    for _ in range(2):
        with django_assert_max_num_queries(40) as asked_for:  # type: ignore[attr-defined]
            page(client.get(address(district)))
        counted.append(len(asked_for))
        if len(counted) == 1:
            unions(district, 3)

    assert counted[0] == counted[1]
