"""What waits besides jobs, and whether a worker is there: told to who looks after the portal, read from indexes alone."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from initiatives import jobs, waiting
from initiatives.models import Attachment, Initiative, Job
from orgtree.models import StaffAccount
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import AttachmentFactory, InitiativeFactory, JobFactory, StaffAccountFactory, make_tree, unit_at

LIST = "admin:initiatives_job_changelist"
NOW = datetime(2022, 3, 2, 10, 0, tzinfo=VIETNAM)
TITLE = "Việc cổng tự làm sau khi nhận"

Page = Callable[[Role], str]


@pytest.fixture
def page(at: Callable[[datetime], datetime], db: None, client_as: Callable[[StaffAccount], Client]) -> Page:
    at(NOW)
    make_tree()

    def text(role: Role) -> str:
        account = StaffAccountFactory(unit=unit_at("tld"), role=role)
        return client_as(account).get(reverse(LIST)).content.decode()

    return text


def test_it_says_how_many_wait_and_since_when(page: Page) -> None:
    first = InitiativeFactory(submitted_at=NOW - timedelta(hours=2))
    InitiativeFactory(campaign=first.campaign, submitted_at=NOW - timedelta(hours=1))
    InitiativeFactory(campaign=first.campaign, screened_at=NOW, submitted_at=NOW - timedelta(hours=5))
    AttachmentFactory(initiative=first, added_at=NOW - timedelta(minutes=90))
    AttachmentFactory(initiative=first, added_at=NOW - timedelta(hours=9), thumbnail="")

    text = page(Role.ADMINISTRATOR)

    assert "<li><b>2</b> sáng kiến chờ đối chiếu trùng lặp, sớm nhất từ 8h00 ngày 2/3/2022</li>" in text
    assert "<li><b>1</b> tài liệu chờ làm ảnh nhỏ, sớm nhất từ 8h30 ngày 2/3/2022</li>" in text


def test_where_nothing_waits_it_says_so(page: Page) -> None:
    text = page(Role.ADMINISTRATOR)

    assert "<li>Không có sáng kiến chờ đối chiếu trùng lặp</li>" in text
    assert "<li>Không có tài liệu chờ làm ảnh nhỏ</li>" in text


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        pytest.param(None, "Tiến trình nền chưa chạy lần nào.", id="never"),
        pytest.param(60, "Tiến trình nền đang chạy, lần cuối báo lúc 9h59 ngày 2/3/2022.", id="there"),
        pytest.param(61, "Tiến trình nền không trả lời từ 9h58", id="gone"),
    ],
)
def test_it_says_whether_a_worker_is_there(page: Page, seconds: int | None, told: str) -> None:
    if seconds:
        jobs.say_hello("a", at=NOW - timedelta(seconds=seconds))

    assert told in page(Role.ADMINISTRATOR)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER, Role.MANAGER])
def test_others_are_not_told(page: Page, role: Role) -> None:
    assert TITLE in page(Role.ADMINISTRATOR)
    assert TITLE not in page(role)


def test_counting_ends_where_the_number_no_longer_matters(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST_COUNTED", 2)
    InitiativeFactory.create_batch(3)

    assert "<li>Hơn <b>2</b> sáng kiến chờ đối chiếu" in page(Role.ADMINISTRATOR)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "index"),
    [
        pytest.param(Initiative.objects.filter(screened_at=None), "initiative_to_screen", id="initiatives"),
        pytest.param(
            Attachment.objects.filter(thumbnail=None, initiative__isnull=False), "attachment_to_look_at", id="documents"
        ),
    ],
)
def test_the_number_and_the_oldest_are_read_from_the_index_of_what_waits(rows: object, index: str) -> None:
    """However many there are that do not wait."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")

    plans = [rows.order_by("pk")[:1001].explain(), rows.order_by("pk")[:1].explain()]  # type: ignore[attr-defined]

    assert [index in plan for plan in plans] == [True, True]


class TestWaitingForOnesOwn:
    def pages(self, client_as: Callable[[StaffAccount], Client], at: Callable[[datetime], datetime]) -> tuple[str, str]:
        """Of the first and of the second job of one person."""
        at(NOW)
        make_tree()
        owner = StaffAccountFactory(unit=unit_at("quang-tri"), role=Role.REVIEWER)
        first = JobFactory(
            owner=owner, kind=Job.Kind.EXPORT, asked={"title": "Bảng lớn"}, created_at=NOW, total=201, heartbeat_at=NOW
        )
        second = JobFactory(owner=owner, created_at=NOW - timedelta(minutes=5))
        client = client_as(owner)
        texts = [
            client.get(reverse("admin:initiatives_job_change", args=[job.pk])).content.decode()
            for job in (first, second)
        ]
        return texts[0], texts[1]

    def test_the_page_says_for_which_and_nothing_of_a_server_that_does_not_answer(
        self, db: None, client_as: Callable[[StaffAccount], Client], at: Callable[[datetime], datetime]
    ) -> None:
        first, second = self.pages(client_as, at)

        assert "Bảng lớn</a>” xong rồi mới bắt đầu" in second
        assert "Máy chủ chưa bắt đầu" not in second
        assert "xong rồi mới bắt đầu" not in first
