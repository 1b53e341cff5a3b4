"""Clusters in the admin: the confederation's, a page on which every unit has its cluster, what another campaign had."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from initiatives.models import Campaign, Cluster
from initiatives.progress import clusters
from orgtree.models import Unit
from orgtree.roles import Role
from tests.factories import CampaignFactory, ClusterFactory, ClusterUnitFactory, StaffAccountFactory, make_tree

pytestmark = pytest.mark.django_db

Enter = Callable[..., Client]
PAGE = "/admin/initiatives/cluster/xep/sang-kien-thu/"


@pytest.fixture
def small_tree() -> dict[str, Unit]:
    return make_tree()


@pytest.fixture
def campaign(small_tree: dict[str, Unit]) -> Campaign:
    return CampaignFactory(slug="sang-kien-thu", name="Sáng kiến thử")


@pytest.fixture
def client(small_tree: dict[str, Unit], client_as: Enter) -> Client:
    return client_as(StaffAccountFactory(unit=small_tree["tld"], role=Role.MANAGER))


def seen(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


def chosen(unit: Unit, cluster: Cluster | None, stood: Cluster | None = None) -> dict[str, Any]:
    return {f"unit_{unit.pk}": cluster.pk if cluster else "", f"seen_{unit.pk}": stood.pk if stood else ""}


def test_a_manager_of_the_confederation_adds_one_and_goes_on_to_its_units(client: Client, campaign: Campaign) -> None:
    typed = {"campaign": campaign.pk, "name": "Cụm Tây Bắc", "order": "1", "places": "2"}

    answer = client.post(reverse("admin:initiatives_cluster_add"), typed)

    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert list(Cluster.objects.values_list("name", "places")) == [("Cụm Tây Bắc", 2)]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Hãy"),
        ({"places": "0"}, "Giá trị không được nhỏ hơn 1."),
        ({"places": "101"}, "Giá trị không được lớn hơn 100."),
        ({"name": "Cụm cũ"}, "Chương trình đã có cụm, khối mang tên này."),
    ],
)
def test_what_cannot_be_is_refused(client: Client, campaign: Campaign, wrong: dict[str, str], said: str) -> None:
    ClusterFactory(campaign=campaign, name="Cụm cũ")
    typed = {"campaign": campaign.pk, "name": "Cụm Tây Bắc", "order": "1", "places": "2"} | wrong

    answer = client.post(reverse("admin:initiatives_cluster_add"), typed)

    assert (answer.status_code, Cluster.objects.count()) == (200, 1)
    assert said in seen(answer)


def test_every_unit_that_competes_has_its_choice(
    client: Client, campaign: Campaign, small_tree: dict[str, Unit]
) -> None:
    ClusterUnitFactory(cluster=ClusterFactory(campaign=campaign, name="Khối ngành"), unit=small_tree["cd-y-te"])

    rows = client.get(PAGE).context["form"].rows

    assert [unit.code for unit, _, _ in rows] == ["dien-bien", "thanh-hoa", "quang-tri", "cd-y-te"]
    assert [field.field.choices[1][1] for _, field, _ in rows] == ["Khối ngành"] * 4


def test_units_are_placed_and_moved_by_choosing(
    client: Client, campaign: Campaign, small_tree: dict[str, Unit]
) -> None:
    one, two = ClusterFactory(campaign=campaign), ClusterFactory(campaign=campaign)
    ClusterUnitFactory(cluster=one, unit=small_tree["cd-y-te"])
    posted = chosen(small_tree["quang-tri"], two) | chosen(small_tree["cd-y-te"], two, one)

    answer = client.post(PAGE, posted, follow=True)

    assert clusters.places(campaign) == {small_tree["quang-tri"].pk: two.pk, small_tree["cd-y-te"].pk: two.pk}
    assert "Đã xếp 1 đơn vị, chuyển cụm 1 đơn vị." in seen(answer)
    assert "LĐLĐ tỉnh Quảng Trị" in seen(client.get(reverse("admin:initiatives_cluster_history", args=[two.pk])))


def test_one_that_stands_elsewhere_by_now_is_named_and_the_choice_kept(
    client: Client, campaign: Campaign, small_tree: dict[str, Unit]
) -> None:
    one, two = ClusterFactory(campaign=campaign, name="Cụm Một"), ClusterFactory(campaign=campaign, name="Cụm Hai")
    ClusterUnitFactory(cluster=one, unit=small_tree["quang-tri"])
    posted = chosen(small_tree["quang-tri"], two) | chosen(small_tree["cd-y-te"], two)

    refused = client.post(PAGE, posted)
    kept = {field.html_name: field.value() for _, *fields in refused.context["form"].rows for field in fields}
    again = client.post(PAGE, {name: value for name, value in kept.items() if value is not None})

    assert refused.status_code == 409
    assert "Nay đang ở “Cụm Một”." in seen(refused) and "LĐLĐ tỉnh Quảng Trị" in seen(refused)
    assert kept[f"unit_{small_tree['cd-y-te'].pk}"] == str(two.pk)
    assert again.status_code == 302
    assert set(clusters.places(campaign).values()) == {two.pk}


@pytest.mark.parametrize("value", ["abc", "999999", "٣", "-1"])
def test_a_cluster_that_is_none_is_refused(
    client: Client, campaign: Campaign, small_tree: dict[str, Unit], value: str
) -> None:
    ClusterFactory(campaign=campaign)

    answer = client.post(PAGE, {f"unit_{small_tree['quang-tri'].pk}": value})

    assert (answer.status_code, clusters.places(campaign)) == (422, {})
    assert "Cụm, khối này không còn. Hãy chọn lại." in seen(answer)


def test_the_clusters_of_another_campaign_are_taken_over_and_what_is_left_is_named(
    client: Client, campaign: Campaign, small_tree: dict[str, Unit]
) -> None:
    theirs = ClusterFactory(campaign__slug="truoc-day", name="Khối ngành", places=2)
    ClusterUnitFactory(cluster=theirs, unit=small_tree["cd-y-te"])
    ClusterUnitFactory(cluster=theirs, unit=small_tree["quang-tri/dong-ha"])
    assert "Lấy cụm, khối từ chương trình trước" in seen(client.get(PAGE))

    answer = client.post(PAGE, {"act": "take_over", "source": "truoc-day"}, follow=True)

    assert [cluster.name for cluster in clusters.of(campaign)] == ["Khối ngành"]
    assert list(clusters.places(campaign)) == [small_tree["cd-y-te"].pk]
    assert "Đã lấy 1 cụm, khối mới và xếp 1 đơn vị." in seen(answer)
    assert "LĐLĐ thành phố Đông Hà: không còn ngay dưới Tổng Liên đoàn" in seen(answer)


@pytest.mark.parametrize("source", ["", "khong-co", "sang-kien-thu"])
def test_nothing_is_taken_from_no_other_campaign(client: Client, campaign: Campaign, source: str) -> None:
    ClusterFactory(campaign__slug="truoc-day")
    ClusterFactory(campaign=campaign)

    assert client.post(PAGE, {"act": "take_over", "source": source}).status_code == 422
    assert len(clusters.of(campaign)) == 1


def test_before_one_is_deleted_it_says_how_many_units_stand_there(
    client: Client, campaign: Campaign, small_tree: dict[str, Unit]
) -> None:
    cluster = ClusterFactory(campaign=campaign, name="Khối ngành")
    ClusterUnitFactory(cluster=cluster, unit=small_tree["cd-y-te"])
    address = reverse("admin:initiatives_cluster_delete", args=[cluster.pk])

    asked = client.get(address)
    client.post(address, {"post": "yes"})

    assert "Khối ngành: 1 đơn vị sẽ chưa xếp cụm" in seen(asked)
    assert (clusters.of(campaign), clusters.places(campaign)) == ([], {})


@pytest.mark.parametrize(
    ("code", "role"),
    [("tld", Role.REVIEWER), ("tld", Role.VIEWER), ("quang-tri", Role.MANAGER), ("quang-tri", Role.VIEWER)],
)
def test_nobody_else_comes_in(
    campaign: Campaign, small_tree: dict[str, Unit], client_as: Enter, code: str, role: str
) -> None:
    cluster = ClusterFactory(campaign=campaign)
    client = client_as(StaffAccountFactory(unit=small_tree[code], role=role))
    of_one = [
        reverse(f"admin:initiatives_cluster_{page}", args=[cluster.pk]) for page in ("change", "delete", "history")
    ]
    addresses = [
        PAGE,
        reverse("admin:initiatives_cluster_changelist"),
        reverse("admin:initiatives_cluster_add"),
        *of_one,
    ]

    assert [client.get(address).status_code for address in addresses] == [403] * len(addresses)
    assert client.post(PAGE, chosen(small_tree["cd-y-te"], cluster)).status_code == 403
    assert clusters.places(campaign) == {}


def test_a_campaign_that_is_none_is_missing(client: Client) -> None:
    assert client.get("/admin/initiatives/cluster/xep/khong-co/").status_code == 404
