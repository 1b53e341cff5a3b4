"""Every page that reads an erased initiative says so calmly, or simply shows what is left."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from initiatives import lifecycle
from initiatives.duplicates import screening
from initiatives.lifecycle import PersonalDataIsErased
from initiatives.models import (
    Act,
    Commendation,
    DossierVersion,
    Exemplar,
    Finding,
    Fingerprint,
    Initiative,
    Quarter,
    Status,
    TwinPair,
)
from initiatives.nominations import candidates, commending, sealing
from initiatives.personal_data import erasing
from initiatives.submission import receipts, tracking
from orgtree.models import StaffAccount
from orgtree.roles import Role
from tests.factories import CommendationDecisionFactory, InitiativeFactory, StaffAccountFactory, unit_at
from tests.nominations.dossier_office import Office
from tests.personal_data.everywhere import LATER, MARKERS, TITLE, Everywhere

TOKEN = "biennhan-" + "x" * 13
TOLD = "Dữ liệu cá nhân của sáng kiến này đã được xóa ngày 1/6/2022"


@pytest.fixture
def erased(everywhere: Everywhere) -> Initiative:
    everywhere.fill(agrees=True)
    erasing.erase_one(everywhere.initiative, by=None, at=LATER)
    return everywhere.fresh()


def read(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="ignore")


def says_nothing_of_the_person(text: str, *, but: str = "") -> bool:
    said = text.replace(but, "").lower() if but else text.lower()
    return not [marker for marker in MARKERS if marker.lower() in said]


@pytest.mark.parametrize("query", ["", "?anh=1", "?da-luu=1"])
def test_the_receipt_says_that_it_was_erased(erased: Initiative, client: Client, query: str) -> None:
    Initiative.objects.filter(pk=erased.pk).update(receipt_token_hash=receipts.token_hash(TOKEN))

    response = client.get(reverse("receipt", args=[TOKEN]) + query)

    assert (response.status_code, TOLD in read(response)) == (200, True)
    assert says_nothing_of_the_person(read(response))
    assert client.get(reverse("receipt_png", args=[TOKEN])).status_code == 200


@pytest.mark.parametrize(
    "door", ["record_door", "record_another", "record_noi_dung", "record_nguoi_nop", "record_withdraw"]
)
def test_a_record_that_is_open_meanwhile_shows_and_changes_nothing(
    erased: Initiative, client: Client, at: Any, door: str
) -> None:
    now = at(LATER)
    address = reverse(door, args=[tracking.sign(erased, at=now)])
    steps = erased.events.count()

    shown, sent = client.get(address), client.post(address, {"publish_consent": "1", "title": "Khác"})

    assert (shown.status_code, sent.status_code) == (200, 409)
    assert TOLD in read(shown) and TOLD in read(sent)
    assert erased.events.count() == steps


def test_staff_see_what_is_left(erased: Initiative, office: Office) -> None:
    client = office.client()
    version = DossierVersion.objects.get()
    pages = [
        reverse("admin:initiatives_initiative_changelist"),
        reverse("admin:initiatives_initiative_change", args=[erased.pk]),
        reverse("admin:initiatives_dossier_change", args=[version.dossier_id]),
        reverse("admin:initiatives_dossier_version", args=[version.dossier_id, version.number]),
        reverse("admin:initiatives_initiative_board"),
        reverse("admin:initiatives_initiative_benefit"),
        reverse("admin:initiatives_initiative_to_tell"),
        reverse("admin:index"),
    ]

    for page in pages:
        response = client.get(page)

        assert response.status_code == 200, page
        assert says_nothing_of_the_person(read(response), but=TITLE), page


def test_a_sent_dossier_shows_the_sha_256_of_what_is_left_beside_the_printed_one(
    erased: Initiative, office: Office
) -> None:
    version = DossierVersion.objects.get()
    address = reverse("admin:initiatives_dossier_version", args=[version.dossier_id, version.number])

    page = read(office.client().get(address))

    assert version.hash in page
    assert sealing.hash_of(version.content) in page
    assert version.erased_hash not in page  # keyed: nobody outside can make it


def test_the_desk_says_when_and_offers_nothing(erased: Initiative, office: Office) -> None:
    page = read(office.client().get(reverse("admin:initiatives_initiative_change", args=[erased.pk])))

    assert "Dữ liệu cá nhân đã được xóa ngày 1/6/2022." in page
    assert 'name="decision"' not in page
    assert "<b>Xóa dữ liệu cá nhân</b> 9h00 ngày 1/6/2022</li>" in page


def test_the_dossier_goes_out_as_a_zip_without_what_is_gone(erased: Initiative, office: Office) -> None:
    version = DossierVersion.objects.get()

    response = office.client().get(reverse("admin:initiatives_dossier_zip", args=[version.dossier_id, version.number]))

    assert response.status_code == 200
    assert b"".join(response.streaming_content)[:2] == b"PK"


def test_tables_and_lists_are_drawn(erased: Initiative, office: Office) -> None:
    address = reverse("admin:initiatives_initiative_changelist")

    response = office.client().post(
        f"{address}?campaign=all&status={erased.status}",
        {"action": "export_th", "index": "0", "_selected_action": [str(erased.pk)]},
    )

    assert response.status_code == 200
    assert response["Content-Type"].endswith("sheet")
    response.close()


@pytest.mark.parametrize("page", ["certificate", "dossier", "gallery", "exemplar", "quarter"])
def test_public_pages_show_no_name(erased: Initiative, client: Client, at: Any, page: str) -> None:
    at(LATER)
    commendation, version = Commendation.objects.get(), DossierVersion.objects.get()
    addresses = {
        "certificate": reverse("confirm", args=[commendation.key]),
        "dossier": reverse("confirm", args=[version.hash]),
        "gallery": reverse("gallery", args=[erased.campaign.slug]),
        "exemplar": reverse("exemplar", args=[Exemplar.objects.get().pk]),
        "quarter": reverse("quarter", args=[erased.campaign.slug, "2022-1"]),
    }

    response = client.get(addresses[page])

    assert response.status_code == 200
    assert says_nothing_of_the_person(read(response), but=TITLE)
    assert json.loads(Quarter.objects.get().basis)["outstanding"][0]["title"] == "(đã xóa)"


# --- and nothing more is decided of it --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda one, by: lifecycle.move(one, Status.SUBMITTED, by=by, at=LATER), id="reopened"),
        pytest.param(lambda one, by: lifecycle.move(one, Status.WITHDRAWN, by=None, at=LATER), id="withdrawn"),
        pytest.param(
            lambda one, by: lifecycle.appraise(one, lifecycle.Found(Finding.NOT_MONEY), by=by, at=LATER), id="appraised"
        ),
        pytest.param(lambda one, by: lifecycle.reassign(one, unit_at("quang-tri"), by=by, at=LATER), id="reassigned"),
        pytest.param(lambda one, by: lifecycle.note(one, Act.RENEWED, by=by, at=LATER, receipt="0" * 64), id="renewed"),
    ],
)
def test_nothing_more_is_decided(erased: Initiative, act: Any) -> None:
    officer: StaffAccount = StaffAccountFactory(unit=erased.unit, role=Role.MANAGER)
    steps = erased.events.count()

    with pytest.raises(PersonalDataIsErased):
        act(erased, officer)

    assert erased.events.count() == steps
    assert lifecycle.refuses_revision(erased, at=LATER) == PersonalDataIsErased().sentence


def test_it_is_neither_put_forward_nor_commended_anew(erased: Initiative, office: Office) -> None:
    office.round.pk = None
    office.round.name = "Đợt khác"
    office.round.save()
    decision = CommendationDecisionFactory(campaign=erased.campaign, announced_at=None)

    assert erased not in candidates.candidates(office.round, office.unit)
    assert erased not in commending.choosable(decision)


def test_erased_ones_are_not_taken_for_duplicates_of_each_other(erased: Initiative, office: Office) -> None:
    other = InitiativeFactory(campaign=erased.campaign, unit=office.unit, status=Status.VALID)
    erasing.erase_one(other, by=None, at=LATER)

    for each in (erased, other):
        assert screening.screen(each.pk, at=LATER) is False

    assert not Fingerprint.objects.filter(initiative__in=[erased, other]).exists()
    assert not TwinPair.objects.filter(later__in=[erased, other]).exists()
