"""A worker without a cookie: what people type in 2021 and 2022, and a phone that posts it as a browser does.

Line ends travel as CRLF and forms as urlencoded text, which Django's test client hides; every request says that a page of
ours sent it, and every answer must be free of cookies.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from initiatives.models import Draft, Initiative
from initiatives.submission.receipts import receipt_token, token_hash

Typed = dict[str, Any]

YEAR_2021 = "75nghin-sangkien-vuotkho-phattrien"
YEAR_2022 = "1trieu-sangkien"
IN_2021 = "2021-04-10 09:00:00"
IN_2022 = "2022-03-01 09:00:00"

_TOKEN = re.compile(r"/nhap/([A-Za-z0-9_-]{22})/")


def person(**changes: Any) -> Typed:
    """Step 1 of 2022."""
    typed = {
        "full_name": "Hồ Thị Mỹ Duyên",
        "birth_year": "1991",
        "position": "Công nhân tổ hoàn thiện",
        "phone": "0935 112 233",
        "email": "",
        "national_id": "045191004321",
        "top_unit": "quang-tri",
        "unit": "quang-tri/dong-ha",
        "unit_name": "",
        "workplace": "Công ty Cổ phần Gỗ Bến Hải",
        "target_group": "enterprise_worker",
        "consent": "on",
    }
    return _changed(typed, changes)


def person_2021(**changes: Any) -> Typed:
    typed = person(bloc="enterprise")
    del typed["national_id"], typed["target_group"]
    return _changed(typed, changes)


def content(**changes: Any) -> Typed:
    """Step 2 of 2022: its day falls in Giai đoạn 1."""
    typed = {
        "title": "Giá xoay sấy ván ghép hai mặt",
        "field": "production",
        "solution_kind": "technical",
        "applied_on": "10/1/2022",
        "recognised_on": "15/2/2022",
        "recognised_by": "Hội đồng sáng kiến công ty",
        "recognition_number": "31/QĐ-GBH",
        "description": "Trước đây phải lật ván bằng tay.\nNay một người xoay được cả giá.",
        "effect": "Giảm một nửa thời gian sấy",
        "scope": "Toàn xưởng",
        "benefit_value": "200 triệu",
        "awards": "",
        "link": "",
        "declaration": ["recognised", "novel", "lawful", "unprotected"],
    }
    return _changed(typed, changes)


def content_2021(**changes: Any) -> Typed:
    typed = content(applied_on="1/4/2021", declaration=["recognised"])
    for name in ("solution_kind", "recognised_on", "recognised_by", "recognition_number"):
        del typed[name]
    return _changed(typed, changes)


class Worker:
    """One phone on the way through one campaign. `token` is the draft's, once there is one."""

    def __init__(self, campaign: str = YEAR_2022, *, raises: bool = True) -> None:
        self.campaign = campaign
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=raises)
        self.token = ""

    def get(self, address: str, **headers: str) -> HttpResponse:
        return self._answered(self.client.get(address, headers={"sec-fetch-site": "same-origin", **headers}))

    def post(self, address: str, typed: Mapping[str, Any], **headers: str) -> HttpResponse:
        body = urlencode({name: _as_sent(value) for name, value in typed.items()}, doseq=True)
        form = "application/x-www-form-urlencoded"
        headers = {"sec-fetch-site": "same-origin", **headers}
        return self._answered(self.client.post(address, body, content_type=form, headers=headers))

    def post_files(self, address: str, typed: Mapping[str, Any]) -> HttpResponse:
        return self._answered(self.client.post(address, typed, headers={"sec-fetch-site": "same-origin"}))

    def begin(self, typed: Mapping[str, Any], **headers: str) -> HttpResponse:
        """Step 1 as the empty form sends it."""
        answer = self.post(f"/{self.campaign}/nop/", {"next": "1", **typed}, **headers)
        found = _TOKEN.search(answer.get("Location", "")) or _TOKEN.search(answer.content.decode())
        self.token = found[1] if found else self.token
        return answer

    def step(self, name: str) -> str:
        return f"/nhap/{self.token}/{name}/"

    def send_content(self, typed: Mapping[str, Any]) -> HttpResponse:
        return self.post(self.step("noi-dung"), {"next": "1", **typed})

    def send_files(self, *files: tuple[str, bytes], **more: Any) -> HttpResponse:
        """As the form sends them: `eof` last."""
        typed: Typed = {"attachment_kind": "recognition", "add": "1"}
        typed["attachments"] = [SimpleUploadedFile(name, content) for name, content in files]
        typed |= {"eof": "1", **more}
        return self.post_files(
            self.step("tai-lieu"), {name: value for name, value in typed.items() if value is not None}
        )

    def confirm(self, **more: str) -> HttpResponse:
        return self.post(self.step("kiem-tra"), {"confirm": "1", **more})

    def fill(self, who: Mapping[str, Any] | None = None, what: Mapping[str, Any] | None = None) -> "Worker":
        """Steps 1 and 2; the draft is ready to be submitted."""
        in_2021 = self.campaign == YEAR_2021
        self.begin(who or (person_2021() if in_2021 else person()))
        self.send_content(what or (content_2021() if in_2021 else content()))
        return self

    def submit(self, who: Mapping[str, Any] | None = None, what: Mapping[str, Any] | None = None) -> Initiative:
        self.fill(who, what)
        answer = self.confirm()
        assert answer.status_code == 303, answer.content.decode()
        return self.initiative

    @property
    def receipt(self) -> str:
        return f"/bien-nhan/{receipt_token(self.token)}/"

    @property
    def draft(self) -> Draft:
        return Draft.objects.get(token_hash=token_hash(self.token))

    @property
    def initiative(self) -> Initiative:
        return Initiative.objects.get(receipt_token_hash=token_hash(receipt_token(self.token)))

    def track(self, code: str, phone: str = "0935112233", **headers: str) -> HttpResponse:
        """Follows to the record where code and phone are right: `record` is then its address."""
        answer = self.post("/tra-cuu/", {"code": code, "phone": phone}, **headers)
        self.record = answer.get("Location", "")
        return answer

    def mend(self, step: str, typed: Mapping[str, Any]) -> HttpResponse:
        """Sends one step of a correction; the next one goes by the newer link."""
        answer = self.post(f"{self.record}{step}/", {"next": "1", **typed})
        found = re.match(r"(/ho-so/[^/]+/)", answer.get("Location", ""))
        self.record = found[1] if found else self.record
        return answer

    def _answered(self, answer: HttpResponse) -> HttpResponse:
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")
        return answer


def page(answer: HttpResponse) -> str:
    """The words and tags of a page that was shown."""
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def _changed(typed: Typed, changes: Typed) -> Typed:
    """None takes a name away, as an unticked box does."""
    return {name: value for name, value in (typed | changes).items() if value is not None}


def _as_sent(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\n", "\r\n")
    return value
