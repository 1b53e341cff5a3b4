"""`/metrics`: for whom it is there, what it tells, and that nothing of a person is in it."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from initiatives.models import Campaign
from initiatives.watching import facts, figures
from portal import metrics
from portal.logs import NUMBER, PRIVATE_PATH
from portal.settings import networks, setting
from tests.codebase.house import ROOT
from tests.submission.worker import IN_2022, YEAR_2022, Worker

Samples = dict[str, list[tuple[dict[str, str], float]]]


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    for each in (metrics, figures):
        each.forget()
    yield
    for each in (metrics, figures):
        each.forget()


def told(**named: Any) -> Samples:
    answer = Client().get("/metrics", **named)
    assert answer.status_code == 200
    found: Samples = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


# --- who reads it ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("neighbour", "forwarded", "proxies", "allowed", "status"),
    [
        pytest.param("127.0.0.1", "", [], None, 200, id="this-machine"),
        pytest.param("::1", "", [], None, 200, id="this-machine-version-six"),
        pytest.param("10.0.0.9", "", [], None, 404, id="a-neighbour"),
        pytest.param("10.0.0.9", "", [], ["10.0.0.9"], 200, id="a-neighbour-that-is-named"),
        pytest.param("127.0.0.1", "", [], ["10.0.0.9"], 404, id="this-machine-is-not-named"),
        pytest.param("127.0.0.1", "203.0.113.7", ["127.0.0.1"], None, 404, id="through-nginx"),
        pytest.param("127.0.0.1", "203.0.113.7", ["127.0.0.1"], ["203.0.113.0/24"], 200, id="named-through-nginx"),
        pytest.param("127.0.0.1", "203.0.113.7", [], None, 404, id="a-proxy-that-nobody-named"),
        pytest.param("127.0.0.1", "127.0.0.1", [], None, 404, id="it-says-it-is-this-machine"),
        pytest.param("127.0.0.1", "khong-phai-dia-chi", ["127.0.0.1"], None, 404, id="forwarded-for-nobody"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.django_db
def test_it_is_there_for_those_it_is_for(
    settings: Any,
    method: str,
    neighbour: str,
    forwarded: str,
    proxies: list[str],
    allowed: list[str] | None,
    status: int,
) -> None:
    settings.TRUSTED_PROXIES = [ipaddress.ip_network(each) for each in proxies]
    if allowed is not None:
        settings.METRICS_ALLOW = [ipaddress.ip_network(each) for each in allowed]
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    answer = getattr(Client(), method)("/metrics", REMOTE_ADDR=neighbour, headers=headers)

    assert answer.status_code == (405 if method == "post" and status == 200 else status)
    if status == 404:
        assert b"portal_requests" not in answer.content and "Không tìm thấy trang" in answer.content.decode()


@pytest.mark.django_db
def test_it_is_text_without_cookies_that_nobody_keeps() -> None:
    answer = Client().get("/metrics")

    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies and "Cookie" not in answer.get("Vary", "")
    assert Client().head("/metrics").status_code == 200


def test_an_address_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_ALLOW", "10.0.0.1, may-giam-sat")

    with pytest.raises(ImproperlyConfigured, match="METRICS_ALLOW"):
        setting("METRICS_ALLOW", networks, [])


# --- what it tells ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_requests_are_told_by_door_and_status() -> None:
    Client().get("/healthz")
    Client().get("/khong-co/trang/nay/")
    Client().get("/nhap/mot-ma-rat-bi-mat-0001/")

    found = {tuple(sorted(labels.items())): value for labels, value in told()["portal_requests_total"]}
    assert found[(("method", "GET"), ("route", "healthz"), ("status", "200"))] == 1
    assert found[(("method", "GET"), ("route", "none"), ("status", "404"))] == 1
    assert found[(("method", "GET"), ("route", "draft_door"), ("status", "404"))] == 1


@pytest.mark.django_db
def test_a_method_that_somebody_made_up_is_no_label() -> None:
    Client().generic("HACK0912345678", "/healthz")

    assert {labels["method"] for labels, _ in told()["portal_requests_total"]} == {"other"}


@pytest.mark.django_db
def test_every_part_could_be_asked() -> None:
    found = told()

    assert {labels["part"] for labels, _ in found["portal_part_up"]} == {
        "database",
        *figures.OUTSIDE,
        *figures.OF_DATABASE,
    }
    assert {value for _, value in found["portal_part_up"]} == {1}
    assert found["portal_clock_difference_seconds"][0][1] < 2
    assert {labels["state"] for labels, _ in found["portal_jobs"]} == {"waiting", "running", "failed"}


@pytest.mark.django_db
def test_one_part_that_fails_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> None:
        raise OSError("no such file")

    monkeypatch.setattr(facts, "jobs_now", broken)

    found = told()

    assert ({"part": "jobs"}, 0) in found["portal_part_up"]
    assert ({"part": "upkeep"}, 1) in found["portal_part_up"]
    assert "portal_jobs" not in found and "portal_workers" in found


def test_it_answers_while_the_database_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nobody waits for each part of it."""
    asked: list[None] = []

    def down(self: Any) -> None:
        asked.append(None)
        raise OperationalError("connection refused")

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", down)

    found = told()

    assert len(asked) == 1
    assert {labels["part"] for labels, value in found["portal_part_up"] if value == 0} == {
        "database",
        *figures.OF_DATABASE,
    }
    assert ({"part": "disk"}, 1) in found["portal_part_up"]


@pytest.mark.django_db
def test_the_database_is_asked_once_in_ten_seconds(django_assert_num_queries: Any) -> None:
    told()

    with django_assert_num_queries(0):
        told()


# --- nothing of a person ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_after_a_whole_journey_no_label_is_of_a_person(campaigns: dict[str, Campaign], at: Any) -> None:
    """The addresses that were visited bear tokens, codes and signatures; a code and a phone were typed."""
    at(IN_2022)
    worker = Worker()
    received = worker.submit()
    worker.get(worker.receipt)
    worker.track(received.receipt_code)
    worker.get(worker.record)
    worker.track("1234 5678 9012 3")
    for path in ("/0912345678/", "/nhap/0912345678/", "/ho-so/12.34:ab/", "/045188000123/nop/"):
        worker.get(path)
    Client().post(worker.step("noi-dung"), headers={"origin": "https://trang-khac.example"})
    again = Worker().fill()
    again.confirm()

    found = told()

    assert found["portal_submissions_total"] == [({"campaign": YEAR_2022}, 1)]
    refused = {labels["reason"]: value for labels, value in found["portal_refusals_total"]}
    assert refused == {"not_found": 1, "foreign": 1, "already_received": 1}
    text = "\n".join(value for samples in found.values() for labels, _ in samples for value in labels.values())
    assert not NUMBER.search(text) and not PRIVATE_PATH.search(text)
    assert "/" not in text and worker.token not in text and received.receipt_code not in text


# --- the alarms ---------------------------------------------------------------------------------------------------------------


def alarms() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"]
    return list(group["rules"])


def test_the_page_of_alarms_and_prometheus_know_the_same_ones() -> None:
    page = (ROOT / "deploy/ALARMS.md").read_text()
    rows = [line.replace(r"\|", "¦").split(" | ") for line in page.splitlines() if line.startswith("| `Portal")]
    written = [
        (name.strip("| `"), expression.strip("`").replace("¦", "|"), lasts) for name, expression, lasts, *_ in rows
    ]

    assert written == [(each["alert"], each["expr"], each["for"]) for each in alarms()]


def test_every_alarm_says_why_and_what_to_do() -> None:
    for each in alarms():
        assert each["labels"]["severity"] in {"page", "look"}
        assert all(each["annotations"][name].strip() for name in ("summary", "description", "act"))


def test_every_figure_of_an_alarm_is_told() -> None:
    spans = {f"{name}_{part}" for name in metrics.SPANS for part in ("bucket", "sum", "count")}
    known = {*metrics.COUNTERS, *metrics.GAUGES, *figures.FIGURES, *spans}
    asked = {name for each in alarms() for name in re.findall(r"portal_\w+", each["expr"])}

    assert asked and asked <= known


def test_every_reason_and_label_of_an_alarm_is_one_we_count() -> None:
    code = "\n".join(
        path.read_text() for room in ("portal", "initiatives", "orgtree") for path in (ROOT / room).rglob("*.py")
    )
    named = {
        word
        for each in alarms()
        for listed in re.findall(r'reason=~?"([^"]+)"', each["expr"])
        for word in listed.split("|")
    }

    assert named
    assert [word for word in named if f'refused("{word}")' not in code] == []
