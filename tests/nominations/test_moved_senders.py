"""What was sent to a host stays with it when its sender goes elsewhere in the tree; and nothing else of the sender does."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from initiatives.models import Dossier, DossierState
from initiatives.nominations import overview
from orgtree import changes
from orgtree.models import StaffAccount, Unit
from orgtree.roles import Role
from tests.factories import StaffAccountFactory
from tests.nominations.dossier_office import DISTRICT, NOW, Office

ORDER = changes.Order(day=date(2022, 3, 19), document="Quyết định 7", at=NOW)


@pytest.fixture
def office(db: None, client_as: Callable[[StaffAccount], Client], at: Callable[..., datetime]) -> Office:
    at(NOW)
    return Office.opened(client_as)


def moved_away(office: Office) -> None:
    changes.move(office.units[DISTRICT], to=office.units["thanh-hoa"], order=ORDER)


def units_page(office: Office) -> str:
    return reverse("admin:initiatives_selectionround_units", args=[office.round.pk])


def test_the_host_keeps_finds_and_accepts_what_was_sent(office: Office) -> None:
    office.nominate("Bàn gá cắt vải")
    sent = office.seal()
    moved_away(office)
    host = office.client(office.province)

    listed = host.get(reverse("admin:initiatives_dossier_changelist")).content.decode()
    page = host.get(office.address("host"))
    answer = host.post(office.address("host"), {"act": "accept", "version": sent.version, "no_complaints": "on"})

    assert office.desk in listed
    assert "Bàn gá cắt vải" in page.content.decode()
    assert (answer.status_code, Dossier.objects.get().state) == (302, DossierState.ACCEPTED)


def test_the_papers_and_versions_stay_open_to_it(office: Office) -> None:
    office.nominate("Bàn gá cắt vải")
    office.seal()
    moved_away(office)
    host = office.client(office.province)

    answers = [
        host.get(office.address(name, *asked))
        for name, asked in (("change", ()), ("version", (1,)), ("compare", (1, 1)), ("letter", ()), ("zip", (1,)))
    ]

    assert [each.status_code for each in answers] == [200] * 5
    assert b"".join(answers[-1])


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGER])
def test_every_unit_that_takes_part_is_counted_where_the_round_is_held(office: Office, role: str) -> None:
    """Whatever the role: who looks at the host counts what the host counts."""
    office.nominate("Bàn gá cắt vải")
    office.seal()
    before = _codes(office, office.staff("quang-tri", role))
    moved_away(office)

    assert _codes(office, StaffAccountFactory(unit=office.units["quang-tri"], role=role)) == before
    assert DISTRICT in before


def _codes(office: Office, account: StaffAccount) -> list[str]:
    return [each.unit.code for each in overview.of_round(office.round, account, at=NOW)]


def test_the_host_begins_the_dossier_of_one_that_never_did(office: Office) -> None:
    """To grant it more time, or to note what came on paper."""
    moved_away(office)
    host = office.client(office.province)
    address = reverse("admin:initiatives_dossier_open", args=[office.round.pk, office.unit.pk])

    page = host.get(units_page(office)).content.decode()
    answer = host.post(address)

    assert address in page
    assert answer.url == reverse("admin:initiatives_dossier_change", args=[Dossier.objects.get().pk])


def test_what_the_unit_has_besides_is_not_the_hosts_any_more(office: Office) -> None:
    nomination = office.nominate("Bàn gá cắt vải")
    office.initiative("Máy sấy chưa giới thiệu")
    office.seal()
    moved_away(office)
    host = office.client(office.province)

    candidates = host.get(office.address("candidates"))
    desk = host.get(office.desk).content.decode()

    assert candidates.status_code == 403
    assert "Máy sấy" not in desk
    assert (
        reverse("admin:initiatives_initiative_change", args=[nomination.initiative_id]) not in desk
    )  # a way to nowhere


def test_the_new_branch_sees_it_too_and_a_third_does_not(office: Office) -> None:
    office.nominate("Bàn gá cắt vải")
    office.seal()
    moved_away(office)
    where = {code: Unit.objects.get(code=code) for code in ("thanh-hoa", "dien-bien")}

    seen = {code: Dossier.objects.in_branch_of(unit).exists() for code, unit in where.items()}

    assert seen == {"thanh-hoa": True, "dien-bien": False}
