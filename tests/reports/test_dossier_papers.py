"""The papers at a dossier's desk: who gets them, live or as sealed, and the one file with everything."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from initiatives.models import Initiative, LetterTemplate, Nomination
from initiatives.reports.dossier_zip import documents_of, in_ascii
from initiatives.submission.files import store
from initiatives.submission.files.judge import judge
from orgtree.models import StaffAccount
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import (
    AttachmentFactory,
    CoAuthorFactory,
    StaffAccountFactory,
    TableColumnFactory,
    TableLayoutFactory,
    unit_at,
)
from tests.nominations.sending import ALL_THREE, DECISION, NOON, Desk, desk
from tests.reports.sheets import cells_of
from tests.reports.test_table_pdf import pages_of
from tests.reports.words import text_of
from tests.submission import samples

pytestmark = pytest.mark.django_db

ClientAs = Callable[[StaffAccount], Client]
PAPERS = ["letter", "table", "table_pdf"]


@pytest.fixture
def ready(at: Callable[[datetime], datetime]) -> Desk:
    at(NOON)
    return desk()


def address(name: str, *words: int) -> str:
    return reverse(f"admin:initiatives_dossier_{name}", args=words)


def bytes_of(answer: HttpResponse) -> bytes:
    assert answer.status_code == 200, answer
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def table_of(content: bytes) -> list[list[Any]]:
    return cells_of(load_workbook(io.BytesIO(content)).worksheets[0])


def titles_of(content: bytes) -> list[str]:
    return [row[2] for row in table_of(content) if row and isinstance(row[0], int)]


def zipped(client: Client, made: Desk, number: int = 1) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(bytes_of(client.get(address("zip", made.dossier.pk, number)))))


# --- as it stands -----------------------------------------------------------------------------------------------------


def test_the_table_names_the_chosen_in_their_order_without_reserves(ready: Desk, client_as: ClientAs) -> None:
    first, second = ready.nominate("Bàn gá"), ready.nominate("Cữ chặn")
    ready.nominate("Xe đẩy", as_reserve=True)
    Nomination.objects.filter(pk=first.pk).update(rank=2)
    Nomination.objects.filter(pk=second.pk).update(rank=1)

    client = client_as(ready.reviewer)

    assert titles_of(bytes_of(client.get(address("table", ready.dossier.pk)))) == ["Cữ chặn", "Bàn gá"]


def test_what_one_initiative_is_elsewhere_does_not_count_here(ready: Desk, client_as: ClientAs) -> None:
    other = desk(named="-hai", name="Đợt khác", campaign=ready.round.campaign)
    both = ready.nominate("Bàn gá")
    other.put(both.initiative)
    other.nominate("Chỉ ở đợt khác")

    assert titles_of(bytes_of(client_as(ready.reviewer).get(address("table", ready.dossier.pk)))) == ["Bàn gá"]


def test_the_head_and_foot_of_the_table_need_no_hand(ready: Desk, client_as: ClientAs) -> None:
    ready.nominate("Bàn gá")

    rows = table_of(bytes_of(client_as(ready.reviewer).get(address("table", ready.dossier.pk))))

    assert rows[:2] == [["LIÊN ĐOÀN LAO ĐỘNG TỈNH QUẢNG TRỊ"], ["LIÊN ĐOÀN LAO ĐỘNG THÀNH PHỐ ĐÔNG HÀ"]]
    assert rows[-2:] == [[None] * 4 + ["Đông Hà, ngày 10 tháng 4 năm 2022"], [None] * 4 + ["TM. BAN THƯỜNG VỤ"]]


def test_the_layout_is_the_host_s(client_as: ClientAs, at: Callable[[datetime], datetime]) -> None:
    at(NOON)
    made = desk(layout="th")
    made.nominate("Bàn gá")

    rows = table_of(bytes_of(client_as(made.reviewer).get(address("table", made.dossier.pk))))

    assert rows[0] == ["TỔNG HỢP TÓM TẮT SÁNG KIẾN"]
    sent_with = "(Kèm theo Tờ trình số ….. ngày 10 tháng 4 năm 2022 của Ban Thường vụ {})"
    assert rows[1] == [sent_with.format("Liên đoàn Lao động thành phố Đông Hà")]


def test_a_layout_of_the_host_s_own_takes_the_place_of_the_official_ones(
    client_as: ClientAs, at: Callable[[datetime], datetime]
) -> None:
    at(NOON)
    own = TableLayoutFactory(title="DANH SÁCH {SÁNG KIẾN}", under_title="(Năm {2022})")
    TableColumnFactory(layout=own, heading="Số {TT}", facts=["number"], width=20, is_centred=True, position=1)
    TableColumnFactory(layout=own, heading="Ai, ở đâu", facts=["full_name", "workplace"], width=120, position=2)
    made = desk(own_layout=own)
    made.nominate("Bàn gá", full_name="Y Blok", workplace="Trạm Y tế")
    client = client_as(made.reviewer)

    rows = table_of(bytes_of(client.get(address("table", made.dossier.pk))))
    text = pages_of(bytes_of(client.get(address("table_pdf", made.dossier.pk))))[0]

    assert rows[4:9] == [
        ["DANH SÁCH {SÁNG KIẾN}"],
        ["(Năm {2022})"],
        [],
        ["Số {TT}", "Ai, ở đâu"],
        [1, "Y Blok\nTrạm Y tế"],
    ]
    assert "DANH SÁCH {SÁNG KIẾN} (Năm {2022}) Số {TT} Ai, ở đâu 1 Y Blok Trạm Y tế" in text


def test_the_pdf_and_the_letter_name_the_same_people(ready: Desk, client_as: ClientAs) -> None:
    ready.nominate("Bàn gá A < B & C", full_name="Trần Thị Lan")
    client = client_as(ready.reviewer)

    text = pages_of(bytes_of(client.get(address("table_pdf", ready.dossier.pk))))[0]
    letter = text_of(bytes_of(client.get(address("letter", ready.dossier.pk))))

    assert "Trần Thị Lan" in text and "niêm phong" not in text
    assert "1. Bàn gá A < B & C. Tác giả: Trần Thị Lan" in letter
    assert "biểu dương 01 (một) sáng kiến" in letter


def test_the_papers_name_the_recognised_author(ready: Desk, client_as: ClientAs) -> None:
    nomination = ready.nominate("Bàn gá", full_name="Người Gửi", recognised_author=1, share=40)
    CoAuthorFactory(initiative=nomination.initiative, number=1, full_name="Người Làm", share=60)
    client = client_as(ready.reviewer)

    assert "Tác giả: Người Làm" in text_of(bytes_of(client.get(address("letter", ready.dossier.pk))))


def test_without_nominees_the_letter_is_refused_and_the_desk_says_why(ready: Desk, client_as: ClientAs) -> None:
    answer = client_as(ready.reviewer).get(address("letter", ready.dossier.pk))

    assert answer["Location"] == address("change", ready.dossier.pk)
    assert [str(each) for each in get_messages(answer.wsgi_request)] == [
        "Hồ sơ chưa có sáng kiến nào nên chưa làm được tờ trình. Hãy giới thiệu sáng kiến trước."
    ]


def test_an_empty_table_can_still_be_had(ready: Desk, client_as: ClientAs) -> None:
    client = client_as(ready.reviewer)

    assert titles_of(bytes_of(client.get(address("table", ready.dossier.pk)))) == []
    assert len(pages_of(bytes_of(client.get(address("table_pdf", ready.dossier.pk))))) == 1


# --- as it was sealed -------------------------------------------------------------------------------------------------


def test_what_was_sealed_does_not_follow_later_edits(ready: Desk, client_as: ClientAs) -> None:
    [nomination] = ready.complete("Bàn gá")
    version = ready.seal()
    Initiative.objects.filter(pk=nomination.initiative_id).update(title="Đổi tên sau", full_name="Tên Khác")
    client = client_as(ready.reviewer)

    rows = table_of(bytes_of(client.get(address("table", ready.dossier.pk))))
    letter = text_of(bytes_of(client.get(address("letter", ready.dossier.pk))))
    text = pages_of(bytes_of(client.get(address("table_pdf", ready.dossier.pk))))[-1]

    assert [row[2] for row in rows if row and row[0] == 1] == ["Bàn gá"]
    assert "1. Bàn gá. Tác giả: Trần Thị Lan" in letter
    short = " ".join(version.hash[at : at + 4] for at in (0, 4, 8, 12))
    assert rows[-1][0].startswith(f"Mã niêm phong hồ sơ: {short}. Kiểm tra: quét mã QR")
    assert f"Mã niêm phong hồ sơ: {short}." in text


def test_the_sealed_workbook_bears_the_code_as_a_picture(ready: Desk, client_as: ClientAs) -> None:
    ready.complete("Bàn gá")
    ready.seal()

    content = bytes_of(client_as(ready.reviewer).get(address("table", ready.dossier.pk)))

    [picture] = load_workbook(io.BytesIO(content)).worksheets[0]._images
    assert picture.anchor._from.col == 0


def test_a_returned_dossier_is_again_as_it_stands(ready: Desk, client_as: ClientAs) -> None:
    ready.complete("Bàn gá")
    ready.seal()
    ready.send_back()
    ready.nominate("Thêm sau")

    content = bytes_of(client_as(ready.reviewer).get(address("table", ready.dossier.pk)))

    assert titles_of(content) == ["Bàn gá", "Thêm sau"]
    assert "niêm phong" not in str(table_of(content))


# --- everything in one file -------------------------------------------------------------------------------------------


def stored(initiative: Initiative, text: str, *, kind: str, name: str) -> None:
    with judge(io.BytesIO(samples.pdf(text)), name=name) as judged:
        AttachmentFactory(
            initiative=initiative,
            kind=kind,
            name=judged.name,
            sha256=judged.sha256,
            size=judged.size,
            stored_name=store.put(judged),
        )


@pytest.fixture
def sent(at: Callable[[datetime], datetime]) -> Desk:
    """Two nominees and a reserve, everything that is asked, one document that a worker sent."""
    at(NOON)
    made = desk(dossier_items=ALL_THREE)
    lan = made.nominate("Bàn gá", full_name="Trần Thị Lan")
    made.nominate("Xe đẩy", full_name="Đặng Văn Ơn", as_reserve=True)
    stored(lan.initiative, "gia tri", kind="benefit", name="lam loi.pdf")
    reserve = Nomination.objects.get(standing="reserve")
    made.complete("Cữ chặn")
    made.add(DECISION, of=lan, text="quyet dinh cua Lan")
    made.add(DECISION, of=lan, text="quyet dinh thu hai")
    made.add(DECISION, of=reserve, text="quyet dinh cua On")
    made.seal()
    return made


def test_the_zip_holds_everything_named_by_number_and_person(sent: Desk, client_as: ClientAs) -> None:
    archive = zipped(client_as(sent.reviewer), sent)

    assert archive.testzip() is None
    assert archive.namelist() == [
        "NOI-DUNG.json",
        "to-trinh.docx",
        "bang-tong-hop.xlsx",
        "bang-tong-hop.pdf",
        "to-trinh-da-ky.pdf",
        "bang-tong-hop-da-ky.pdf",
        "01-Tran-Thi-Lan-quyet-dinh.pdf",
        "01-Tran-Thi-Lan-quyet-dinh-2.pdf",
        "01-Tran-Thi-Lan-gia-tri-lam-loi.pdf",
        "02-Tran-Thi-Lan-quyet-dinh.pdf",
        "du-bi-01-Dang-Van-On-quyet-dinh.pdf",
        "DANH-SACH-MA-BAM.txt",
    ]


def test_the_list_holds_the_hash_of_each_file_and_the_content_is_what_was_sealed(
    sent: Desk, client_as: ClientAs
) -> None:
    archive = zipped(client_as(sent.reviewer), sent)

    version = sent.dossier.versions.get()
    listed = dict(line.split("  ")[::-1] for line in archive.read("DANH-SACH-MA-BAM.txt").decode().splitlines())
    assert listed == {
        name: hashlib.sha256(archive.read(name)).hexdigest()
        for name in archive.namelist()
        if name != "DANH-SACH-MA-BAM.txt"
    }
    assert listed["NOI-DUNG.json"] == version.hash
    assert archive.read("to-trinh-da-ky.pdf") == samples.pdf("letter")


def test_the_zip_of_a_version_is_the_same_whenever_it_is_made(
    sent: Desk, client_as: ClientAs, at: Callable[[datetime], datetime]
) -> None:
    first = bytes_of(client_as(sent.reviewer).get(address("zip", sent.dossier.pk, 1)))
    at(datetime(2022, 4, 12, 7, 0, tzinfo=VIETNAM))

    second = bytes_of(client_as(sent.manager).get(address("zip", sent.dossier.pk, 1)))

    assert first == second


def test_the_papers_in_the_zip_open_and_bear_the_day_of_sealing(sent: Desk, client_as: ClientAs) -> None:
    archive = zipped(client_as(sent.host), sent)

    assert titles_of(archive.read("bang-tong-hop.xlsx")) == ["Bàn gá", "Cữ chặn"]
    assert "ngày 10 tháng 4 năm 2022" in text_of(archive.read("to-trinh.docx"))
    assert Document(io.BytesIO(archive.read("to-trinh.docx"))).core_properties.title == "Tờ trình"
    assert len(pages_of(archive.read("bang-tong-hop.pdf"))) == 1


def test_a_document_that_is_gone_is_told_by_name(sent: Desk, client_as: ClientAs) -> None:
    file = sent.dossier.files.filter(part="letter").get()
    (settings.MEDIA_ROOT / file.stored_name).unlink()

    answer = client_as(sent.reviewer).get(address("zip", sent.dossier.pk, 1))

    assert answer["Location"] == address("change", sent.dossier.pk)
    assert [str(each) for each in get_messages(answer.wsgi_request)] == [
        "Không mở được tài liệu “to-trinh.pdf” của hồ sơ nên chưa làm được tệp nén. Hãy báo quản trị máy chủ."
    ]


def test_a_document_that_reads_differently_is_not_handed_out(sent: Desk, client_as: ClientAs) -> None:
    file = sent.dossier.files.filter(part="letter").get()
    place = settings.MEDIA_ROOT / file.stored_name
    place.chmod(0o600)
    place.write_bytes(b"%PDF-1.4 something else")

    assert client_as(sent.reviewer).get(address("zip", sent.dossier.pk, 1)).status_code == 302


def test_each_version_has_its_own_zip(sent: Desk, client_as: ClientAs) -> None:
    sent.send_back()
    Nomination.objects.filter(initiative__title="Cữ chặn").update(standing="withdrawn")
    sent.seal()
    client = client_as(sent.reviewer)

    counts = [len(json.loads(zipped(client, sent, number).read("NOI-DUNG.json"))["nominees"]) for number in (1, 2)]

    assert counts == [3, 2]


@pytest.mark.parametrize("number", [0, 2, 2**15, 10**30])
def test_a_version_that_is_not_there_is_missing(sent: Desk, client_as: ClientAs, number: int) -> None:
    assert client_as(sent.reviewer).get(address("zip", sent.dossier.pk, number)).status_code == 404


def test_the_same_document_stands_once_for_a_person_and_odd_endings_are_known() -> None:
    def file(name: str, sha: str, **facts: Any) -> dict[str, Any]:
        return {"name": name, "sha256": sha, "size": 1} | facts

    content = {
        "files": [
            file("a.JPEG", "1", part="recognition_decisions", nominee="111", on_paper=False),
            file("", "", part="letter", nominee=None, on_paper=True),
            file("x.jfif", "2", part="other", nominee=None, on_paper=False),
        ],
        "nominees": [
            {
                "standing": "chosen",
                "full_name": "李 ☺",
                "receipt_code": "111",
                "attachments": [file("b.jpg", "1", kind="recognition"), file("c", "3", kind="acceptance")],
            }
        ],
    }

    assert [each.name for each in documents_of(content)] == [
        "tai-lieu-khac.jpg",
        "01-khong-ten-quyet-dinh.jpg",
        "01-khong-ten-nghiem-thu.bin",
    ]


@pytest.mark.parametrize(
    ("name", "ascii"),
    [("Đặng Thị Ánh", "Dang-Thi-Anh"), ("H'Hen Niê", "H-Hen-Nie"), ("../../etc", "etc"), ("☺", "khong-ten")],
)
def test_a_name_of_a_person_becomes_one_every_system_can_unpack(name: str, ascii: str) -> None:
    assert in_ascii(name) == ascii


# --- who ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*PAPERS, "zip"])
def test_whoever_sees_the_dossier_gets_its_papers_and_nobody_else(sent: Desk, client_as: ClientAs, name: str) -> None:
    words = (sent.dossier.pk, 1) if name == "zip" else (sent.dossier.pk,)

    def status(unit: str, role: Role) -> int:
        account = StaffAccountFactory(username=f"{unit.replace('/', '-')}-{role}", unit=unit_at(unit), role=role)
        answer = client_as(account).get(address(name, *words))
        if answer.streaming:
            bytes_of(answer)  # read to its end it is closed, and the database of the test is not
        return answer.status_code

    assert status("quang-tri/dong-ha", Role.VIEWER) == 200
    assert status("quang-tri", Role.VIEWER) == 200
    assert status("tld", Role.ADMINISTRATOR) == 200
    assert status("quang-tri/huong-hoa", Role.MANAGER) == 404
    assert status("quang-tri/dong-ha/may-song-hieu", Role.MANAGER) == 404
    assert status("thanh-hoa", Role.MANAGER) == 404
    assert Client().get(address(name, *words)).status_code == 302


@pytest.mark.parametrize("name", PAPERS)
def test_a_dossier_that_is_not_there_is_missing(ready: Desk, client_as: ClientAs, name: str) -> None:
    client = client_as(ready.reviewer)

    assert {client.get(address(name, pk)).status_code for pk in (ready.dossier.pk + 1, 10**30)} == {404}
    assert client.post(address(name, ready.dossier.pk)).status_code == 405


def test_papers_are_kept_by_nobody_on_the_way(sent: Desk, client_as: ClientAs) -> None:
    client = client_as(sent.reviewer)

    for answer in (client.get(address("letter", sent.dossier.pk)), client.get(address("zip", sent.dossier.pk, 1))):
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Content-Disposition"].startswith("attachment; filename=")
        bytes_of(answer)


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_takes_the_same_statements_for_one_nominee_and_for_three(
    ready: Desk, client_as: ClientAs, name: str
) -> None:
    client = client_as(ready.reviewer)
    client.get(address(name, ready.dossier.pk))

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            bytes_of(client.get(address(name, ready.dossier.pk)))
        return len(asked)

    ready.nominate("Một")
    for_one = statements()
    ready.nominate("Hai")
    ready.nominate("Ba")

    assert statements() == for_one


# --- a template of the administrators' own ----------------------------------------------------------------------------


def test_a_template_whose_file_is_gone_is_told(ready: Desk, client_as: ClientAs) -> None:
    ready.nominate("Bàn gá")
    LetterTemplate.objects.create(
        level="district", name="mau.docx", stored_name=f"ab/cd/abcd{'0' * 60}.docx", size=1, sha256="0" * 64,
        uploaded_by=ready.host, uploaded_at=NOON,
    )  # fmt: skip

    answer = client_as(ready.reviewer).get(address("letter", ready.dossier.pk))

    assert [str(each) for each in get_messages(answer.wsgi_request)] == [
        "Không mở được mẫu tờ trình đang dùng. Hãy báo quản trị Tổng Liên đoàn tải lại mẫu, hoặc dùng mẫu có sẵn."
    ]
