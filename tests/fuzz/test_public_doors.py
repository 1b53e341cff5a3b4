"""Whatever comes to a public door, from a broken browser or a scanner, gets a page in Vietnamese and leaves nothing.

Seeded and bounded: each seed sends the same requests every time, so a failure is repeated by its seed and place.
"""

import logging
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from initiatives.invariants import violations
from initiatives.models import Initiative
from initiatives.submission import answers, tracking
from portal.logs import MaskingFilter
from portal.requests import read_as_utf8
from tests.codebase.doors import World, make_world
from tests.fuzz.values import CONTENT_TYPES, LONGEST_QUERY, TEXTS, Fuzzer, Sent, faults_of

SEEDS = (1, 2, 3)
REQUESTS_A_SEED = 400


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def addresses_of(world: World) -> list[str]:
    """Every public door, further states of some, and links that no longer open what they did."""
    signed = tracking.sign(world.initiative, at=timezone.now())
    stale = tracking.sign(world.initiative, at=timezone.now() - tracking.SIGNED_FOR)
    token = f"/{world.draft.token}/"
    return [
        *world.addresses.values(),
        *(address.partition("?")[0] for address in world.pages.values()),
        *(f"/ho-so/{stale}/{step}" for step in ("", "nguoi-nop/", "noi-dung/", "tai-lieu/", "kiem-tra/", "rut/")),
        f"/ho-so/{signed[:-2]}/",
        f"/bien-nhan{token}",
        f"/nhap/{world.initiative.token}/kiem-tra/",
    ]


@pytest.fixture
def send() -> Callable[[Sent], HttpResponse]:
    """Sends as the server does: through the filter in front of Django, with nothing raised."""
    client = Client(raise_request_exception=False)
    django = client.handler
    client.handler = lambda environ: read_as_utf8(lambda cleaned, _: django(cleaned))(environ, None)  # type: ignore[assignment]

    def through(sent: Sent) -> HttpResponse:
        return client.request(**sent.environ())

    return through


def asked_in_addresses(world: World) -> Iterator[Sent]:
    """Every parameter an address may bear, with every text."""
    door = world.addresses
    places = {
        "don-vi": (door["campaign"], door["begin"], door["qr_svg"], door["poster"]),
        "kho": (door["poster"],),
        "q": (door["units"],),
        "thuoc": (door["units"],),
        "ngay": (door["units"],),
        "chuong-trinh": (door["units"],),
        "tin": (door["track"],),
        "rut": (door["record_door"],),
    }
    for name, paths in places.items():
        for path in paths:
            for text in TEXTS:
                yield Sent("GET", path, query=urlencode({name: text})[:LONGEST_QUERY])


def typed_in_forms(world: World) -> Iterator[Sent]:
    """Every form, each of its answers the same text, with every text."""
    door = world.addresses
    forms = {
        door["begin"]: answers.PERSON,
        door["draft_nguoi_nop"]: answers.PERSON,
        door["draft_noi_dung"]: answers.CONTENT,
        door["draft_kiem_tra"]: ("confirm", "again"),
        door["record_nguoi_nop"]: answers.PERSON,
        door["record_noi_dung"]: answers.CONTENT,
        door["record_kiem_tra"]: ("again",),
        door["track"]: ("code", "phone"),
    }
    for path, names in forms.items():
        for text in TEXTS:
            body = urlencode([(name, text[:10_000]) for name in names]).encode()
            yield Sent(
                "POST", path, content_type=CONTENT_TYPES[0], body=body, headers={"HTTP_SEC_FETCH_SITE": "same-origin"}
            )


@pytest.mark.parametrize("every", [asked_in_addresses, typed_in_forms])
def test_every_text_in_every_place_gets_a_page(
    world: World,
    send: Callable[[Sent], HttpResponse],
    caplog: pytest.LogCaptureFixture,
    every: Callable[[World], Iterator[Sent]],
) -> None:
    received = set(Initiative.objects.values_list("pk", flat=True))

    found = {(sent.path, sent.query[:80], sent.body[:80]): faults_of(send(sent), sent) for sent in every(world)}

    assert {place: faults for place, faults in found.items() if faults} == {}
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert set(Initiative.objects.values_list("pk", flat=True)) == received


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_comes_gets_a_page_and_leaves_nothing(
    world: World, send: Callable[[Sent], HttpResponse], caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    received, violated = set(Initiative.objects.values_list("pk", flat=True)), list(violations())
    fuzzer = Fuzzer(addresses_of(world), seed=seed)
    found = []

    for place, sent in enumerate(fuzzer.requests(REQUESTS_A_SEED)):
        faults = faults_of(send(sent), sent)
        found += [(place, sent.method, sent.path[:120], sent.headers, sent.content_type, faults)] if faults else []

    assert found == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert set(Initiative.objects.values_list("pk", flat=True)) == received
    assert list(violations()) == violated


def test_a_form_cut_on_its_way_saves_nothing(world: World, send: Callable[[Sent], HttpResponse]) -> None:
    whole = urlencode({"title": "Tên khác", "description": "Nội dung khác", "next": "1"}).encode()
    cut = Sent("POST", world.addresses["draft_noi_dung"], content_type=CONTENT_TYPES[0], body=whole[:-20])
    cut.headers = {"HTTP_SEC_FETCH_SITE": "same-origin", "CONTENT_LENGTH": str(len(whole))}
    before = world.draft.answers["title"]

    answer = send(cut)

    world.draft.refresh_from_db()
    assert (answer.status_code, world.draft.answers["title"]) == (400, before)


def test_a_path_writes_no_line_of_its_own_in_the_log() -> None:
    record = logging.makeLogRecord({"msg": "GET %s 404", "args": ("/x\r\n2026-01-01 INFO giả\u2028\x1b[31m",)})

    MaskingFilter().filter(record)

    assert record.getMessage() == "GET /x  2026-01-01 INFO giả  [31m 404"
