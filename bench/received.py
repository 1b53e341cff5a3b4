"""Millions of initiatives by a few statements of SQL: nobody's names, real units, statuses as they fell in 2021.

One statement of SQL serves both databases: Django gives SQLite MD5 and LPAD.
"""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.grassroots import SYLLABLES, TRADES

BATCH = 50_000
SEED = 2_500_000
SLOTS = 100_003  # where initiatives fall; a unit has as many of them as its weight
NAMES, TITLES = 20_000, 100_003
STATUSES = {"valid": 67, "submitted": 15, "invalid": 11, "returned": 5, "withdrawn": 2}
# Of all initiatives, oldest first; the last campaign is the one that is open.
CAMPAIGNS = (0.04, 0.08, 0.10, 0.14, 0.64)
BIG_PROVINCES = {"ho-chi-minh": 9, "ha-noi": 8, "binh-duong": 6, "dong-nai": 6, "thanh-hoa": 5, "quang-tri": 3}
UPPER_SHARE = 0.1  # whose senders did not find their own union
RESENT_SHARE = 50  # one in so many was returned, put right and sent again

SURNAMES = ("Nguyễn",) * 8 + ("Trần",) * 3 + ("Lê",) * 2 + ("Phạm", "Hoàng", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ")
MIDDLE = ("Văn", "Thị", "Đức", "Ngọc", "Minh", "Thanh", "Quang", "Thu", "Hữu", "Thị Thu", "Thị Ngọc", "Xuân")
DEEDS = (
    "Cải tiến", "Cải tiến đồ gá", "Cải tiến quy trình", "Rút ngắn thao tác", "Tự chế dụng cụ", "Số hóa sổ theo dõi",
    "Giải pháp tiết kiệm điện", "Ứng dụng phần mềm", "Thiết kế lại", "Chế tạo thiết bị", "Một số biện pháp nâng cao",
    "Nâng cao chất lượng", "Tái sử dụng", "Tận dụng phế liệu", "Đổi mới phương pháp", "Lắp thêm cảm biến",
)  # fmt: skip
THINGS = (
    "may túi hộp", "đóng gói thành phẩm", "kho vật tư", "tiếp nhận hồ sơ", "lò hơi", "phòng khám", "lớp học vùng cao",
    "máy cắt vải", "bàn gá cắt vải", "băng chuyền", "máy ép nhựa", "bơm nước thải", "dây chuyền sơn", "giảng dạy môn toán",
    "chăm sóc người bệnh", "trạm biến áp", "khuôn đúc", "máy cưa đĩa", "xe nâng hàng", "quản lý công văn", "nồi sấy gỗ",
)  # fmt: skip

MOMENT = {"postgresql": "to_timestamp({})", "sqlite": "datetime({}, 'unixepoch')"}

ROWS = """
INSERT INTO initiatives_initiative (
    id, campaign_id, phase_id, unit_id, status, receipt_code, receipt_token_hash, arrived_at, submitted_at, version,
    consent_on_paper, screened_at, full_name, birth_year, position, phone, phone_digits, phone_hash, email,
    sealed_national_id, national_id_hash, unit_name, workplace, bloc, target_group, consent_text_id, consented_at, title,
    field, solution_kind, applied_on, recognised_on, recognised_by, recognition_number, description, effect, scope,
    benefit_value, benefit_is_not_money, awards, share, recognised_author, link, declarations, search_text, name_key
)
SELECT
    i, %(campaign)s, %(phase)s, place.unit_id, state.status,
    LPAD(CAST(((i * 7654321 + 12345) %% 999999999989) AS text), 12, '1') || CAST(((i) %% 10) AS text),
    MD5(CAST(i AS text)) || MD5(CAST(-i AS text)), {at}, {at}, 1,
    {false}, {at}, person.full_name, 1960 + ((i * 31) %% 45), 'Công nhân', '',
    '09' || LPAD(CAST(((i * 48271) %% 99999989) AS text), 8, '0'), MD5(CAST(i * 48271 AS text)) || MD5('x'), '',
    '', '', '', 'Xưởng ' || CAST(((i * 13) %% 900) AS text), '',
    CASE ((i * 41) %% 20) WHEN 0 THEN 'union_officer' WHEN 1 THEN 'farmer' ELSE 'enterprise_worker' END,
    %(consent)s, {at}, named.title,
    CASE ((i * 43) %% 10) WHEN 0 THEN 'health' WHEN 1 THEN 'education' ELSE 'production' END, 'technical',
    '2022-02-01', '2022-03-01', 'Giám đốc', '', %(description)s || named.title, 'Giảm hao hụt.', 'Toàn công ty',
    CASE WHEN ((i * 17) %% 5) = 0 THEN NULL ELSE (1 + ((i * 7919) %% 4000)) * 250000 END, {false}, '', 100, 0, '', '[]',
    person.folded || ' ' || named.folded, person.name_key
FROM (SELECT n + %(start)s AS i FROM bench_numbers WHERE n < %(number)s) numbers
JOIN bench_places place ON place.n = ((i * 60013) %% {slots})
JOIN bench_states state ON state.n = ((i * 7907) %% 1009)
JOIN bench_names person ON person.n = ((i * 12347) %% {names})
JOIN bench_titles named ON named.n = ((i * 33391) %% {titles})
ORDER BY i
"""
EVENTS = """
INSERT INTO initiatives_reviewevent (
    initiative_id, number, at, act, role, from_status, to_status, reasons, note, salt, text_digest, previous_hash, hash
)
SELECT id, {number}, submitted_at, '{act}', '', '', 'submitted', '[]', '', '', '', '', ''
FROM initiatives_initiative WHERE id > %s AND id <= %s AND {condition}
"""


def fill(number: int) -> None:
    """`number` initiatives in five campaigns; what the database knows of its tables is fresh afterwards."""
    from django.db import connection

    campaigns = five_campaigns()
    with connection.cursor() as cursor:
        _draw(cursor)
        with without_indexes(cursor):
            begun = 0
            for campaign, share in zip(campaigns, CAMPAIGNS, strict=True):
                until = number if campaign is campaigns[-1] else begun + int(number * share)
                for start in range(begun, until, BATCH):
                    _add(cursor, campaign, start=start + 1, number=min(BATCH, until - start))
                begun = until
                print(f"{begun:,} initiatives", file=sys.stderr)
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('initiatives_initiative', 'id'), %s)", [max(number, 1)]
            )
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")


def _add(cursor: Any, campaign: Any, *, start: int, number: int) -> None:
    from django.db import connection

    from initiatives.models import ConsentText

    # A campaign's own begin; then a second apart, a working day of the country.
    values = {
        "campaign": campaign.pk,
        "phase": campaign.phases.first().pk,
        "consent": ConsentText.objects.values_list("pk", flat=True)[0],
        "start": start,
        "number": number,
        "description": "Trước đây tổ phải chỉnh tay từng lượt, mất khoảng 20 phút mỗi ca. " * 6,
    }
    parts = {
        "at": MOMENT[connection.vendor].format("1640000000 + i * 7"),
        "false": "false",
        "slots": SLOTS,
        "names": NAMES,
        "titles": TITLES,
    }
    cursor.execute(ROWS.format(**parts), values)
    span = [start - 1, start - 1 + number]
    cursor.execute(EVENTS.format(number=1, act="received", condition="((id) %% 10) = 0"), span)
    resent = f"((id) %% {RESENT_SHARE}) = 0 AND status = 'submitted'"
    cursor.execute(EVENTS.format(number=2, act="resent", condition=resent), span)


@contextmanager
def without_indexes(cursor: Any) -> Iterator[None]:
    """PostgreSQL fills a table and makes its indexes afterwards ten times as fast; and looks at no reference meanwhile."""
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('initiatives_initiative', 'initiatives_reviewevent')"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    )
    indexes = cursor.fetchall()
    cursor.execute("SET session_replication_role = replica")
    cursor.execute("SET synchronous_commit = off")
    cursor.execute("SET maintenance_work_mem = '1GB'")
    cursor.execute("SET statement_timeout = 0")
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for name, definition in indexes:
        print(name, file=sys.stderr)
        cursor.execute(definition)
    cursor.execute("SET session_replication_role = DEFAULT")


# --- what rows are made of ---------------------------------------------------------------------------------------------


def _draw(cursor: Any) -> None:
    from portal.vietnamese.names import sort_key
    from portal.vietnamese.text import folded

    draw = random.Random(SEED)
    statuses = draw.choices(list(STATUSES), list(STATUSES.values()), k=1009)
    people = [f"{draw.choice(SURNAMES)} {draw.choice(MIDDLE)} {draw.choice(SYLLABLES)}" for _ in range(NAMES)]
    titles = [_title(draw) for _ in range(TITLES)]
    _table(cursor, "numbers", "n", [(n,) for n in range(BATCH)])
    _table(cursor, "places", "n, unit_id", list(enumerate(_places(draw))), keys="n, unit_id")
    _table(cursor, "states", "n, status", list(enumerate(statuses)))
    named = [(n, name, folded(name), sort_key(name)) for n, name in enumerate(people)]
    _table(cursor, "names", "n, full_name, folded, name_key", named)
    _table(cursor, "titles", "n, title, folded", [(n, title, folded(title)) for n, title in enumerate(titles)])


def _title(draw: random.Random) -> str:
    where = f"{draw.choice(TRADES)} {draw.choice(SYLLABLES)} {draw.choice(SYLLABLES)}"
    return f"{draw.choice(DEEDS)} {draw.choice(THINGS)} tại {where} số {draw.randrange(1, 400)}"


def _table(cursor: Any, name: str, columns: str, rows: list[tuple[Any, ...]], *, keys: str = "n") -> None:
    numbers = set(keys.split(", "))
    typed = ", ".join(f"{column} {'bigint' if column in numbers else 'text'}" for column in columns.split(", "))
    cursor.execute(f"CREATE TEMPORARY TABLE bench_{name} ({typed}, PRIMARY KEY (n))")
    each = f"({', '.join(['%s'] * len(rows[0]))})"
    for start in range(0, len(rows), 5_000):
        some = rows[start : start + 5_000]
        if len(each) * len(some) > 2_000_000:
            raise ValueError(name)
        for begin in range(0, len(some), 200):
            few = some[begin : begin + 200]
            values = [value for row in few for value in row]
            cursor.execute(f"INSERT INTO bench_{name} ({columns}) VALUES {', '.join([each] * len(few))}", values)
    cursor.execute(f"ANALYZE bench_{name}")


def _places(draw: random.Random) -> list[int]:
    """Grassroots unions mostly, of big provinces more; some have hundreds, most a few."""
    from orgtree.models import Level, Unit

    units = list(Unit.objects.filter(successor=None, depth__gt=1).order_by("pk").values_list("pk", "code", "level"))
    unions = [(pk, code) for pk, code, level in units if level == Level.GRASSROOTS][:-1]  # the last gets none
    upper = [(pk, code) for pk, code, level in units if level != Level.GRASSROOTS]
    if not unions:
        unions = upper
    of_unions = [BIG_PROVINCES.get(code.split("/")[0], 1) * draw.paretovariate(1.2) for _, code in unions]
    of_upper = [BIG_PROVINCES.get(code.split("/")[0], 1) for _, code in upper]
    many = int(SLOTS * (1 - UPPER_SHARE))
    places = draw.choices([pk for pk, _ in unions], of_unions, k=many)
    places += draw.choices([pk for pk, _ in upper], of_upper, k=SLOTS - many)
    draw.shuffle(places)
    return places


def five_campaigns() -> list[Any]:
    """The oldest first, each with phases, choices and reasons; made where they are missing."""
    from initiatives.campaigns.loading import add_lists
    from initiatives.models import Campaign

    latest = Campaign.objects.order_by("pk").last()
    phases = list(latest.phases.all())
    for number in range(len(CAMPAIGNS) - Campaign.objects.count()):
        latest.pk, latest.slug, latest.alias, latest.name = (
            None,
            f"bench-{number}",
            f"bench{number}",
            f"Chương trình đo {number}",
        )
        latest._state.adding = True
        latest.poster_key = ""
        latest.save()
        for phase in phases:
            phase.pk, phase.campaign_id = None, latest.pk
            phase._state.adding = True
            phase.save()
        add_lists(latest)
    return list(Campaign.objects.order_by("pk"))[-len(CAMPAIGNS) :]
