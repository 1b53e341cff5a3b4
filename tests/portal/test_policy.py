"""The policy is that of django-csp, though it is put together once."""

import pytest
from csp.constants import HEADER
from csp.decorators import csp_replace
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from portal.policy import PolicyMiddleware


def answered(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@pytest.mark.parametrize(
    "view", [answered, csp_replace({"frame-ancestors": ["*"]})(answered)], ids=["ours", "one of its own"]
)
def test_an_answer_bears_what_django_csp_writes(view: object) -> None:
    request = RequestFactory().get("/")

    written = PolicyMiddleware(view)(request)  # type: ignore[arg-type]

    assert written[HEADER] == CSPMiddleware(view)(request)[HEADER]  # type: ignore[arg-type]


def test_what_the_answer_says_itself_stands() -> None:
    said = PolicyMiddleware(lambda request: HttpResponse(headers={HEADER: "default-src 'none'"}))(
        RequestFactory().get("/")
    )

    assert said[HEADER] == "default-src 'none'"


def test_the_settings_name_nothing_that_differs_from_answer_to_answer() -> None:
    assert set(settings.CONTENT_SECURITY_POLICY) == {"DIRECTIVES"}
    assert not hasattr(settings, "CONTENT_SECURITY_POLICY_REPORT_ONLY")
