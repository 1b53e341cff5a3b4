"""The fuzzer finds what it looks for: doors that are wrong on purpose, each in a way of its own, beside one that is not."""

import logging

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client
from django.urls import path

from initiatives.models import Initiative
from portal.doors import public
from portal.urls import handler400, handler403, handler404, handler500  # noqa: F401 - pages of errors are the portal's
from tests.factories import ContactFactory, InitiativeFactory
from tests.fuzz.run import Run, Visitor, page_faults

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
REQUESTS, SEED = 120, 4


@public
def sound(request: HttpRequest) -> HttpResponse:
    return HttpResponse('<html lang="vi">Trang của cổng', status=200 if request.method == "POST" else 404)


@public
def breaks(request: HttpRequest) -> HttpResponse:
    raise ValueError("broken on purpose")


@public
def speaks_english(request: HttpRequest) -> HttpResponse:
    return HttpResponse('<html lang="vi">Something went wrong')


@public
def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<html>Trang")


@public
def logs(request: HttpRequest) -> HttpResponse:
    logging.getLogger("portal").error("told to nobody")
    return HttpResponse('<html lang="vi">Trang')


@public
def writes_when_asked(request: HttpRequest) -> HttpResponse:
    ContactFactory(unit=None)
    return HttpResponse('<html lang="vi">Trang')


@public
def writes_and_refuses(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        ContactFactory(unit=None)
    return HttpResponse('<html lang="vi">Trang', status=422)


@public
def writes_nonsense(request: HttpRequest) -> HttpResponse:
    Initiative.objects.update(receipt_code="1")
    return HttpResponse(status=204)


@public
def needs_no_token(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


urlpatterns = [
    path(f"{view.__name__}/", view, name=view.__name__)
    for view in (
        *(sound, breaks, speaks_english, bare, logs, writes_when_asked, writes_and_refuses, writes_nonsense),
        needs_no_token,
    )
]


def test_what_is_wrong_with_a_door_is_found_and_nothing_else() -> None:
    InitiativeFactory()
    doors = {pattern.name: f"/{pattern.name}/" for pattern in urlpatterns if pattern.name}
    run = Run(doors, {"nobody": Visitor(Client())}, seed=SEED, faults_of=page_faults(set()))

    report = run.go(REQUESTS)

    found = {
        name: {fault for each in report.findings if address in each.asked for fault in each.faults}
        for name, address in doors.items()
    }
    assert found["sound"] == set()
    assert {"status 500"} < found["breaks"]
    assert {"English: something", "English: wrong"} <= found["speaks_english"]
    assert "no page of ours" in found["bare"]
    assert "logged: told to nobody" in found["logs"]
    assert "wrote ['initiatives_contact'] and answered 200" in found["writes_when_asked"]
    assert "wrote ['initiatives_contact'] and answered 422" in found["writes_and_refuses"]
    assert any(each.startswith("violated: ") for each in found["writes_nonsense"])
    assert "came in without a token" in found["needs_no_token"]
    assert report.requests == REQUESTS
    assert Initiative.objects.get().receipt_code != "1"
