"""Campaigns, extensions, contacts and consent in the admin, typed the way people type (M3, M16, M18)."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from initiatives.campaigns.admin import FILLED
from initiatives.models import Campaign, Choice, ConsentText, WindowExtension
from orgtree.models import Unit
from orgtree.roles import Role
from portal.vietnamese.days import VIETNAM
from tests.factories import CampaignFactory, ConsentTextFactory, DraftFactory, StaffAccountFactory
from tests.orgtree_admin.conftest import World

Enter = Callable[[str], Client]


def change_page(campaign: Campaign) -> str:
    return reverse("admin:initiatives_campaign_change", args=[campaign.pk])


def as_shown(client: Client, address: str) -> dict[str, Any]:
    """What a browser would send back from the page, unchanged."""
    context = client.get(address).context
    sent: dict[str, Any] = {}
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is not None and value is not False:
                sent[bound.html_name] = "on" if value is True else value
    return sent


def save(client: Client, campaign: Campaign, **changed: Any) -> Any:
    sent = as_shown(client, change_page(campaign)) | changed
    return client.post(change_page(campaign), sent)


def test_whoever_only_reads_a_campaign_reads_numbers_as_people_write_them(world: World, enter: Enter) -> None:
    Campaign.objects.filter(pk=world.campaign.pk).update(goal=1_000_000, description_limit=2_000)
    address = reverse("admin:initiatives_campaign_change", args=[world.campaign.pk])

    page = enter("above").get(address).content.decode()

    assert "1.000.000" in page and "2.000" in page
    assert "1000000" not in page and ">2000<" not in page


def test_the_goal_is_listed_as_people_write_it(world: World, enter: Enter) -> None:
    Campaign.objects.filter(pk=world.campaign.pk).update(goal=1_000_000)

    page = enter("administrator").get(reverse("admin:initiatives_campaign_changelist")).content.decode()

    assert "1.000.000" in page and "1000000" not in page


def test_saving_what_is_shown_changes_nothing(world: World, enter: Enter) -> None:
    before = (
        list(world.campaign.phases.values()),
        list(world.campaign.choices.values()),
        list(world.campaign.declarations.values()),
        list(world.campaign.review_reasons.values()),
        Campaign.objects.filter(pk=world.campaign.pk).values().get(),
    )

    answer = save(enter("administrator"), world.campaign)

    assert answer.status_code == 302
    assert before == (
        list(world.campaign.phases.values()),
        list(world.campaign.choices.values()),
        list(world.campaign.declarations.values()),
        list(world.campaign.review_reasons.values()),
        Campaign.objects.filter(pk=world.campaign.pk).values().get(),
    )


def test_a_phase_that_is_renamed_keeps_its_seconds(world: World, enter: Enter) -> None:
    phase = world.campaign.phases.first()
    assert phase is not None
    opens_at = phase.opens_at.replace(second=30)
    closes_at = phase.closes_at - timedelta(seconds=1)
    world.campaign.phases.filter(pk=phase.pk).update(opens_at=opens_at, closes_at=closes_at)

    answer = save(enter("administrator"), world.campaign, **{"phases-0-name": "Đợt mới"})

    assert answer.status_code == 302
    saved = world.campaign.phases.get(pk=phase.pk)
    assert (saved.name, saved.opens_at, saved.closes_at) == ("Đợt mới", opens_at, closes_at)


@pytest.mark.parametrize(
    "typed, goal",
    [("75.000", 75_000), ("1.000.000", 1_000_000), ("75 000", 75_000), ("75000", 75_000), ("", None)],
)
def test_a_number_is_typed_as_people_write_it(world: World, enter: Enter, typed: str, goal: int | None) -> None:
    assert save(enter("administrator"), world.campaign, goal=typed).status_code == 302
    assert Campaign.objects.get(pk=world.campaign.pk).goal == goal


@pytest.mark.parametrize("typed", ["7,5", "75.00", "-5", "1e6", "bảy nghìn", "99999999999999999999"])
def test_what_is_no_number_is_refused(world: World, enter: Enter, typed: str) -> None:
    assert save(enter("administrator"), world.campaign, goal=typed).status_code == 200
    assert Campaign.objects.get(pk=world.campaign.pk).goal == world.campaign.goal


def test_a_short_address_that_repeats_the_address_is_none(world: World, enter: Enter) -> None:
    client = enter("administrator")
    add = reverse("admin:initiatives_campaign_add")

    answer = client.post(add, as_shown(client, add) | {"name": "Đợt mới", "slug": "dot-moi", "alias": "dot-moi"})

    assert answer.status_code == 302
    assert Campaign.objects.get(slug="dot-moi").alias is None
    assert client.get("/dot-moi/").status_code == 200


@pytest.mark.parametrize(
    ("scheme", "kinds", "counts"),
    [
        ("target_group", "required", {"target_group": 5, "field": 7, "attachment_kind": 4, "solution_kind": 7}),
        ("bloc", "off", {"bloc": 2, "field": 7, "attachment_kind": 4}),
    ],
)
def test_a_new_campaign_offers_what_it_asks_people_to_pick(
    world: World, enter: Enter, scheme: str, kinds: str, counts: dict[str, int]
) -> None:
    """Without a list of target groups nobody gets past the first step."""
    client = enter("administrator")
    add = reverse("admin:initiatives_campaign_add")
    asked = {"name": "Đợt mới", "slug": "dot-moi", "category_scheme": scheme, "asks_solution_kind": kinds}

    answer = client.post(add, as_shown(client, add) | asked, follow=True)

    made = Campaign.objects.get(slug="dot-moi")
    assert Counter(made.choices.values_list("list", flat=True)) == counts
    assert made.declarations.exists() and made.review_reasons.exists()
    assert FILLED in [str(each) for each in answer.context["messages"]]


def test_a_list_of_ones_own_stays_alone_and_one_asked_later_is_filled(world: World, enter: Enter) -> None:
    client = enter("administrator")
    add = reverse("admin:initiatives_campaign_add")
    own = {
        "choices-TOTAL_FORMS": "1",
        "choices-0-list": "target_group",
        "choices-0-code": "doan_vien",
        "choices-0-label": "Đoàn viên",
        "choices-0-position": "0",
    }
    client.post(add, as_shown(client, add) | {"name": "Đợt mới", "slug": "dot-moi"} | own)
    made = Campaign.objects.get(slug="dot-moi")
    assert list(made.choices.filter(list="target_group").values_list("code", flat=True)) == ["doan_vien"]
    assert not made.choices.filter(list="solution_kind").exists()
    made.declarations.all().delete()

    answer = save(client, made, asks_solution_kind="required")

    assert answer.status_code == 302
    assert made.choices.filter(list="solution_kind").count() == 7
    assert made.choices.filter(list="target_group").count() == 1
    assert not made.declarations.exists()


@pytest.mark.parametrize(
    "typed",
    ["24h00 ngày 20/7/2022", "đến hết ngày 20/7/2022", "20/7/2022", "0h00 ngày 21/7/2022", "21/7/2022 00:00"],
)
def test_a_close_is_typed_as_people_write_it(world: World, enter: Enter, typed: str) -> None:
    save(enter("administrator"), world.campaign, **{"phases-0-closes_at": typed})

    phase = world.campaign.phases.first()
    assert phase.closes_at == datetime(2022, 7, 21, tzinfo=VIETNAM)


def test_a_close_is_shown_as_the_day_that_ends(world: World, enter: Enter) -> None:
    page = enter("administrator").get(change_page(world.campaign)).content.decode()

    assert 'value="24h00 ngày 31/5/2022"' in page
    assert 'value="7h00 ngày 8/1/2022"' in page


@pytest.mark.parametrize(
    "changed, sentence",
    [
        ({"phases-0-closes_at": "7h00 ngày 8/1/2022"}, "Giờ đóng phải sau giờ mở."),
        ({"phases-0-closes_at": "31/2/2022"}, "không có ngày 31"),
        ({"phases-0-closes_at": ""}, "Hãy nhập đóng lúc."),
        ({"slug": "tra-cuu"}, "cổng đã dùng"),
        ({"alias": "tra-cuu"}, "cổng đã dùng"),
        ({"slug": "Có dấu"}, "chữ thường không dấu"),
        ({"alias": "da-co-chu"}, "đã thuộc một chương trình khác"),
        ({"applied_from": "2/9/2023"}, "phải sau ngày đầu"),
    ],
    ids=["order", "no-such-day", "empty", "reserved-slug", "reserved-alias", "slug", "another's-slug", "days"],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    world: World, enter: Enter, changed: dict[str, str], sentence: str
) -> None:
    CampaignFactory(slug="da-co-chu")

    answer = save(enter("administrator"), world.campaign, **changed)

    assert answer.status_code == 200
    assert sentence in answer.content.decode()


def test_a_code_that_was_chosen_stays_while_its_name_may_change(world: World, enter: Enter) -> None:
    client = enter("administrator")
    first = world.campaign.choices.first()

    refused = save(client, world.campaign, **{"choices-0-code": "khac"})
    save(client, world.campaign, **{"choices-0-label": "Tên mới"})

    assert "không đổi được" in refused.content.decode()
    assert (Choice.objects.get(pk=first.pk).code, Choice.objects.get(pk=first.pk).label) == (first.code, "Tên mới")


def test_what_was_answered_keeps_its_meaning(world: World, enter: Enter) -> None:
    """Neither a code moves to another list nor a campaign to another way of sorting people."""
    client = enter("administrator")
    choice = world.campaign.choices.first()
    assert choice is not None

    moved = save(client, world.campaign, **{"choices-0-list": "bloc"})
    resorted = save(client, world.campaign, category_scheme="bloc")

    assert "không chuyển sang danh mục khác được" in moved.content.decode()
    assert "nên không đổi được" in resorted.content.decode()
    assert Choice.objects.get(pk=choice.pk).list == choice.list
    assert Campaign.objects.get(pk=world.campaign.pk).category_scheme == "target_group"


def test_a_choice_in_use_is_not_deleted(world: World, enter: Enter) -> None:
    first = world.campaign.choices.first()

    save(enter("administrator"), world.campaign, **{"choices-0-DELETE": "on"})

    assert Choice.objects.filter(pk=first.pk).exists()


def test_the_guidance_is_kept_in_its_one_form(world: World, enter: Enter) -> None:
    save(enter("administrator"), world.campaign, guidance="  Sa\u0301ng kie\u0302\u0301n\r\n\r\n- Một\u200b ")

    assert Campaign.objects.get(pk=world.campaign.pk).guidance == "Sáng kiến\n\n- Một"


@pytest.mark.parametrize("who", ["inside", "above", "viewer"])
def test_others_read_campaigns(world: World, enter: Enter, who: str) -> None:
    client = enter(who)

    page = client.get(change_page(world.campaign))

    assert "Giai đoạn 1" in page.content.decode()
    assert 'name="_save"' not in page.content.decode()
    assert client.post(change_page(world.campaign), {"name": "Khác"}).status_code == 403
    assert client.get(reverse("admin:initiatives_campaign_add")).status_code == 403


class TestExtensions:
    address = "admin:initiatives_windowextension_add"

    def grant(self, client: Client, world: World, **changed: Any) -> Any:
        asked = {
            "campaign": world.campaign.pk,
            "unit": world.units["dien-bien"].pk,
            "phase": world.campaign.phases.first().pk,
            "closes_at": "đến hết ngày 5/6/2022",
            "reason": "Đường truyền vùng cao bị đứt",
            "document": "",
        }
        return client.post(reverse(self.address), asked | changed)

    def test_an_administrator_grants_a_unit_more_time(self, world: World, enter: Enter) -> None:
        answer = self.grant(enter("administrator"), world)

        assert answer.status_code == 302
        granted = WindowExtension.objects.get(unit=world.units["dien-bien"])
        assert granted.closes_at == datetime(2022, 6, 6, tzinfo=VIETNAM)
        assert granted.granted_by == world.accounts["administrator"]

    @pytest.mark.parametrize(
        "changed, sentence",
        [
            ({"closes_at": "đến hết ngày 31/5/2022"}, "Giờ đóng mới phải sau 24h00 ngày 31/5/2022"),
            ({"closes_at": "31/5/2022", "phase": ""}, "Giờ đóng mới phải sau 24h00 ngày 1/9/2023"),
            ({"reason": ""}, "Hãy nhập lý do."),
            ({"unit": ""}, "errorlist"),
            ({"closes_at": "mai"}, "Hãy ghi đủ ngày, tháng, năm"),
        ],
        ids=["not-later", "last-phase", "no-reason", "no-unit", "no-day"],
    )
    def test_what_is_no_extension(self, world: World, enter: Enter, changed: dict[str, str], sentence: str) -> None:
        before = WindowExtension.objects.count()

        answer = self.grant(enter("administrator"), world, **changed)

        assert sentence in answer.content.decode()
        assert WindowExtension.objects.count() == before

    def test_a_phase_of_another_campaign_is_refused(self, world: World, enter: Enter) -> None:
        answer = self.grant(enter("administrator"), world, phase=CampaignFactory().phases.first().pk)

        assert "thuộc một chương trình khác" in answer.content.decode()

    @pytest.mark.parametrize(
        ("structure_day", "code", "sentence"),
        [
            (date(2022, 1, 8), "quang-tri", ""),
            (date(2022, 1, 8), "tld", ""),
            (
                date(2022, 1, 8),
                "quang-tri-2025",
                "LĐLĐ tỉnh Quảng Trị không có trong tổ chức của chương trình (theo ngày 8/1/2022). Hãy gia hạn cho: "
                "LĐLĐ tỉnh Quảng Bình (đến 30/6/2025); LĐLĐ tỉnh Quảng Trị (đến 30/6/2025).",
            ),
            (date(2025, 7, 1), "quang-tri-2025", ""),
            (
                date(2025, 7, 1),
                "quang-tri",
                "LĐLĐ tỉnh Quảng Trị không có trong tổ chức của chương trình (theo ngày 1/7/2025). Hãy gia hạn cho: "
                "LĐLĐ tỉnh Quảng Trị.",
            ),
            (
                date(2025, 7, 1),
                "quang-tri/dong-ha",
                "LĐLĐ thành phố Đông Hà không có trong tổ chức của chương trình (theo ngày 1/7/2025).",
            ),
        ],
    )
    def test_a_unit_nobody_sends_from_is_granted_nothing(
        self,
        tree_of_2025: dict[str, Unit],
        client_as: Callable[..., Client],
        structure_day: date,
        code: str,
        sentence: str,
    ) -> None:
        campaign = CampaignFactory(structure_day=structure_day)
        asked = {
            "campaign": campaign.pk,
            "unit": tree_of_2025[code].pk,
            "closes_at": "5/9/2023",
            "reason": "Mưa lũ",
        }
        administrator = StaffAccountFactory(unit=tree_of_2025["tld"], role=Role.ADMINISTRATOR)

        answer = client_as(administrator).post(reverse(self.address), asked)

        told = answer.context["adminform"].form.errors.get("unit", [""])[0] if answer.context else ""
        assert (told, WindowExtension.objects.exists()) == (sentence, not sentence)

    @pytest.mark.parametrize("who", ["inside", "above", "viewer"])
    def test_others_only_read_those_of_their_branch(self, world: World, enter: Enter, who: str) -> None:
        client = enter(who)

        assert "Mưa lũ kéo dài" in client.get(reverse("admin:initiatives_windowextension_changelist")).content.decode()
        assert self.grant(client, world).status_code == 403

    def test_what_was_granted_is_not_changed(self, world: World, enter: Enter) -> None:
        address = reverse("admin:initiatives_windowextension_change", args=[world.rows["windowextension"].pk])

        assert enter("administrator").post(address, {"reason": "Khác"}).status_code == 403


class TestLateAttempts:
    def extend(self, client: Client, world: World, **changed: Any) -> Any:
        asked = {"closes_at": "đến hết ngày 31/12/2099", "reason": "Mất điện lúc gửi", "document": ""} | changed
        return client.post(reverse("admin:initiatives_draft_extend", args=[world.rows["draft"].pk]), asked)

    def test_only_late_ones_with_consent_are_listed(self, world: World, enter: Enter) -> None:
        here = {"campaign": world.campaign, "unit": world.units["quang-tri/dong-ha"]}
        DraftFactory(**here, answers={"full_name": "Còn đang viết"})
        late = world.rows["draft"].late_at
        DraftFactory(**here, answers={"full_name": "Chưa đồng ý"}, late_at=late, consented_at=None, consent_text=None)

        page = enter("inside").get(reverse("admin:initiatives_draft_changelist")).content.decode()

        assert "Trần Thị Thu Hà" in page
        assert "0912 345 678" in page
        assert "Còn đang viết" not in page
        assert "Chưa đồng ý" not in page

    def test_an_administrator_lengthens_the_phase_that_was_missed(self, world: World, enter: Enter) -> None:
        draft = world.rows["draft"]
        draft.late_at = datetime(2022, 6, 1, 0, 30, tzinfo=VIETNAM)
        draft.save()

        answer = self.extend(enter("administrator"), world)

        assert answer.status_code == 302
        granted = draft.window_extensions.get()
        assert granted.phase.name == "Giai đoạn 1"
        assert granted.closes_at == datetime(2100, 1, 1, tzinfo=VIETNAM)
        assert (granted.unit, granted.granted_by) == (None, world.accounts["administrator"])

    @pytest.mark.parametrize(
        "changed, sentence",
        [
            ({"closes_at": "31/12/2023"}, "Thời điểm này đã qua"),
            ({"closes_at": "1/1/2022"}, "Giờ đóng mới phải sau"),
            ({"reason": ""}, "Hãy nhập lý do."),
            ({"closes_at": ""}, "Hãy nhập"),
        ],
        ids=["past", "before-the-close", "no-reason", "no-moment"],
    )
    def test_what_is_no_extension(self, world: World, enter: Enter, changed: dict[str, str], sentence: str) -> None:
        answer = self.extend(enter("administrator"), world, **changed)

        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert not world.rows["draft"].window_extensions.exists()

    @pytest.mark.parametrize("who", ["inside", "above", "viewer"])
    def test_others_ask_for_it(self, world: World, enter: Enter, who: str) -> None:
        client = enter(who)
        page = client.get(reverse("admin:initiatives_draft_change", args=[world.rows["draft"].pk]))

        assert "hãy đề nghị Tổng Liên đoàn" in page.content.decode()
        assert self.extend(client, world).status_code == 403
        assert not world.rows["draft"].window_extensions.exists()


class TestConsentTexts:
    def test_a_new_wording_is_a_new_version(self, world: World, enter: Enter) -> None:
        asked = {"version": "2", "in_force_from": "0h00 ngày 1/1/2027", "body": "Nội dung mới"}

        enter("administrator").post(reverse("admin:initiatives_consenttext_add"), asked)

        added = ConsentText.objects.get(version="2")
        assert added.in_force_from == datetime(2026, 12, 31, 17, tzinfo=UTC)

    def test_what_people_agreed_to_is_never_changed(self, world: World, enter: Enter) -> None:
        agreed = ConsentTextFactory()
        address = reverse("admin:initiatives_consenttext_change", args=[agreed.pk])

        assert enter("administrator").post(address, {"version": "1", "body": "Khác"}).status_code == 403

    def test_managers_do_not_write_them(self, world: World, enter: Enter) -> None:
        assert enter("above").get(reverse("admin:initiatives_consenttext_add")).status_code == 403


def test_a_demonstration_is_warned_of_on_every_page(world: World, enter: Enter) -> None:
    client = enter("inside")
    sentence = "Đừng nhập dữ liệu thật"
    before = client.get(reverse("admin:index")).content.decode()
    CampaignFactory(is_demonstration=True)

    assert sentence not in before
    assert sentence in client.get(reverse("admin:index")).content.decode()
    assert sentence in client.get(reverse("admin:orgtree_unit_changelist")).content.decode()
