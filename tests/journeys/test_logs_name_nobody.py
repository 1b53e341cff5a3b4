"""After a whole errand, with its slips and its failures, nothing that was logged anywhere names a person or opens a door."""

import io
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DataError
from django.test import Client

from initiatives import jobs
from initiatives.duplicates import screening
from initiatives.models import Campaign, Draft, Initiative
from initiatives.submission import tracking
from initiatives.submission.files import looks
from orgtree.models import Unit
from orgtree.roles import Role
from portal.logs import LineFormatter, MaskingFilter
from tests.factories import StaffAccountFactory
from tests.journeys.phone import Phone, upload
from tests.journeys.test_errand import ERRANDS, decided, scanned
from tests.submission.samples import jpeg

DEPLOY = Path(__file__).parents[2] / "deploy"
ERRAND = ERRANDS[1]
QUIET_SEARCH = "Ánh Tuyết"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that any logger says, also those that are set quieter, as the portal writes it: masked, a line an event."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(MaskingFilter())
    handler.setFormatter(LineFormatter())
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in list(logging.root.manager.loggerDict))]
    apart = [each for each in loggers if each is logging.getLogger() or not each.propagate]
    levels = {each: each.level for each in loggers}
    for each in apart:
        each.addHandler(handler)
    for each in loggers:
        # Statements with their values are logged by Django at DEBUG alone, and by nobody's settings here.
        each.setLevel(logging.INFO)
    yield stream
    for each in apart:
        each.removeHandler(handler)
    for each, level in levels.items():
        each.setLevel(level)


def test_nothing_logged_names_anybody(
    tree: dict[str, Unit],
    campaigns: dict[str, Campaign],
    at: Callable[[str], datetime],
    client_as: Callable[..., Client],
    logged: io.StringIO,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    at(ERRAND.moment)
    phone = Phone()
    scanned(phone, ERRAND, tree, campaigns)
    phone.send("next", **{**ERRAND.worker, "birth_year": "88"})
    draft_link = phone.send("next", birth_year="1988")["#draft-link"]
    phone.send("next", **ERRAND.idea)
    phone.send("add", attachments=upload("Dang Thi Anh Tuyet.jpg", jpeg(400, 300)), attachment_kind="recognition")
    phone.send("next")
    page = phone.send("confirm")
    code, receipt_link = page["#receipt-code"], page["#receipt-link"]
    initiative = Initiative.objects.get()
    signed = tracking.sign(initiative, at=at(ERRAND.moment))
    phone.scan("/tra-cuu/")
    phone.send(code=code, phone="0987654321")
    at(ERRAND.later)
    officer = client_as(StaffAccountFactory(unit=tree[ERRAND.officer_of], role=Role.REVIEWER))
    officer.get("/admin/initiatives/initiative/", {"q": QUIET_SEARCH})
    decided(officer, initiative, "return", reason=["description_unclear"], due_on="30/4/2022")
    _strangers(Client(raise_request_exception=False), draft_link, receipt_link, signed)
    _failures(monkeypatch, draft_link)
    _commands(initiative, tmp_path)

    said = logged.getvalue() + "".join(capsys.readouterr())

    assert "INFO" in said and "ERROR" in said and "Traceback" not in said.split("File ")[0]
    for secret in _secrets(initiative, code, draft_link, receipt_link, signed):
        assert secret.lower() not in said.lower(), f"a log says {secret!r}"


def _strangers(stranger: Client, *links: str) -> None:
    """Links of others with wrong ends, from elsewhere, refused and missing: each may be a warning of Django's."""
    for link in links:
        path = re.sub(r"^https?://[^/]+", "", link) if link.startswith("http") else link
        path = path if path.startswith("/") else f"/ho-so/{path}/"
        stranger.get(f"{path}khong-co/", HTTP_REFERER=f"http://testserver{path}")
        stranger.post(path, {"full_name": ERRAND.worker["full_name"]}, HTTP_ORIGIN="https://xau.example")
        stranger.put(path)
    stranger.post("/admin/login/", {"username": ERRAND.worker["full_name"], "password": "sai"})
    stranger.get("/tra-cuu/", {"code": "1234567890123", "phone": ERRAND.worker["phone"]})


def _failures(monkeypatch: pytest.MonkeyPatch, draft_link: str) -> None:
    """The database refuses, and says in its own words what it was given."""

    def refuse(*args: Any, **named: Any) -> None:
        raise DataError(f"value too long: (full_name)=({ERRAND.worker['full_name']}), {ERRAND.idea['title']}")

    path = re.sub(r"^https?://[^/]+", "", draft_link)
    with monkeypatch.context() as patch:
        patch.setattr("initiatives.submission.views.door.render", refuse)
        with suppress(DataError):
            Client(raise_request_exception=False).get(path)


def _commands(initiative: Initiative, tmp_path: Path) -> None:
    """What runs beside the requests, and what an operator runs: their output is kept in the same logs."""
    said = io.StringIO()
    screening.screen_some(at=initiative.submitted_at, limit=20)
    looks.prepare_some(limit=5)
    jobs.run_some(lambda: initiative.submitted_at, seconds=1)
    quiet = {"stdout": said, "stderr": said}
    for name, options in (
        ("recount", {"check": True}),
        ("check_invariants", {}),
        ("screen_duplicates", {"all": True}),
        ("purge_drafts", {"dry_run": True}),
        ("rotate_field_key", {}),
        ("erase_personal_data", {"code": initiative.receipt_code, "dry_run": True}),
        ("erase_personal_data", {"dry_run": True}),
        (
            "export_summary",
            {
                "campaign": ERRAND.campaign,
                "unit": ERRAND.officer_of,
                "layout": "qt",
                "output": str(tmp_path / "b.xlsx"),
            },
        ),
    ):
        try:
            call_command(name, **options, **quiet)
        except CommandError as refusal:
            said.write(str(refusal))
    print(said.getvalue())


def _secrets(initiative: Initiative, code: str, *links: str) -> list[str]:
    worker, idea = ERRAND.worker, ERRAND.idea
    digits = re.sub(r"\D", "", worker["phone"])
    return [
        *(worker["full_name"], "Dang Thi Anh Tuyet", QUIET_SEARCH, worker["position"], worker["workplace"]),
        *(worker["phone"], digits, digits[-9:], worker["national_id"], worker["national_id"].replace(" ", "")),
        *(code, code.replace(" ", ""), "0987654321", idea["title"], idea["description"].split("\r\n")[0]),
        *(idea["effect"], idea["recognition_number"], initiative.phone_hash, initiative.national_id_hash),
        *(re.split(r"/(?:nhap|bien-nhan)/", link)[-1].strip("/") for link in links),
        *Draft.objects.values_list("token_hash", flat=True),
    ]


def test_in_front_of_us_no_server_keeps_addresses() -> None:
    """nginx and gunicorn would write whole lines of requests, private links among them: both are told not to."""
    nginx = "\n".join(path.read_text() for path in sorted((DEPLOY / "nginx").rglob("*.conf")))
    gunicorn = (DEPLOY / "gunicorn.conf.py").read_text()

    off, failed = re.findall(r"^\s*access_log\s+(.+);", nginx, re.MULTILINE)
    assert (off, failed.split()[1:]) == ("off", ["portal_failed", "if=$portal_failed"])
    kept = re.search(r"log_format portal_failed (.+?);", nginx, re.DOTALL)
    assert kept and not re.search(r"remote_addr|request_uri|\$uri|\$args|http_referer|\$request\b", kept[1])
    assert "accesslog = None" in gunicorn
    assert "log_parameter_max_length_on_error = 0" in (DEPLOY / "postgresql.conf").read_text()
