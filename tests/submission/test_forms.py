"""The questions of both steps: caps that count as people do, shares that make 100, a unit that is never a wall."""

import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils.datastructures import MultiValueDict

from initiatives.lifecycle import Share
from initiatives.models import Asked, Campaign
from initiatives.submission import answers
from initiatives.submission.forms import ContentForm, PersonForm, TrackForm
from initiatives.submission.forms.content import WITH_NOBODY
from orgtree.models import Level, Unit
from portal.templatetags.portal_pack import counter
from tests.factories import UnitFactory
from tests.submission.worker import YEAR_2021, YEAR_2022, content, content_2021, person, person_2021

TODAY = date(2022, 3, 1)


def posted(typed: dict[str, Any]) -> MultiValueDict[str, str]:
    return MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in typed.items()})


def read(typed: dict[str, Any], names: list[str]) -> MultiValueDict[str, str]:
    """As a step reads what a browser posted."""
    return answers.bound(answers.read(posted(typed), names))


def person_form(campaign: Campaign, typed: dict[str, Any] | None = None, *, hint: Unit | None = None) -> PersonForm:
    return PersonForm(
        read(typed, answers.PERSON) if typed is not None else None,
        units=Unit.objects.in_structure_of(campaign.structure_day),
        unit_hint=hint,
        campaign=campaign,
        choices=list(campaign.choices.all()),
        today=TODAY,
    )


def content_form(campaign: Campaign, typed: dict[str, Any], *, more: int = 0) -> ContentForm:
    return ContentForm(
        read(typed, answers.CONTENT),
        declarations=list(campaign.declarations.all()),
        more_authors=more,
        campaign=campaign,
        choices=list(campaign.choices.all()),
        today=TODAY,
    )


# --- caps -----------------------------------------------------------------------------------------------------------


def lines(length: int) -> str:
    """`length` code points in lines as Windows ends them; each end counts as one."""
    return "".join("\r\n" if n % 40 == 39 and n < length - 1 else "x" for n in range(length))


def decomposed(length: int) -> str:
    return unicodedata.normalize("NFD", ("Sáng kiến tổ chức, " * length)[: length - 1] + "ế")


def emoji(length: int) -> str:
    return "😀" * length


def family(length: int) -> str:
    """One picture on the screen, five code points."""
    return ("👨‍👩‍👧" * length)[:length]


def blanks_around(length: int) -> str:
    return f"\r\n \u00a0{'a' * length}\t\r\n\u200b"


TEXTS = [lines, decomposed, emoji, family, blanks_around]


@pytest.mark.parametrize("text", TEXTS, ids=[text.__name__ for text in TEXTS])
@pytest.mark.parametrize(("slug", "limit"), [(YEAR_2021, 1000), (YEAR_2022, 2000)])
def test_exactly_the_limit_is_taken_and_one_more_is_not(
    campaigns: dict[str, Campaign], slug: str, limit: int, text: Any
) -> None:
    typed = content_2021 if slug == YEAR_2021 else content

    just = content_form(campaigns[slug], typed(description=text(limit)))
    over = content_form(campaigns[slug], typed(description=text(limit + 1)))

    assert just.errors.get("description") is None
    assert len(just.cleaned_data["description"]) == limit
    shown = {1000: ("1.001", "1.000"), 2000: ("2.001", "2.000")}[limit]
    assert over.errors["description"] == [f"Nội dung dài {shown[0]} ký tự; tối đa {shown[1]}. Hãy bớt 1 ký tự."]


def test_the_field_counts_what_the_form_counts_and_marks_what_is_over(campaigns: dict[str, Campaign]) -> None:
    form = content_form(campaigns[YEAR_2021], content_2021(description=decomposed(1012)))

    counted = counter(form["description"])

    assert counted is not None
    assert (counted["limit"], counted["count"], counted["over"]) == (1000, 1012, 12)
    assert counted["excess"] == unicodedata.normalize("NFC", decomposed(1012))[1000:]


CAPPED = [("title", 250), ("effect", 500), ("scope", 300), ("awards", 500), ("recognition_number", 60)]


@pytest.mark.parametrize(("name", "limit"), [*CAPPED, ("recognised_by", 200)])
def test_every_text_of_the_initiative_has_its_cap(campaigns: dict[str, Campaign], name: str, limit: int) -> None:
    form = content_form(campaigns[YEAR_2022], content(**{name: decomposed(limit)}))
    over = content_form(campaigns[YEAR_2022], content(**{name: decomposed(limit + 1)}))

    assert name not in form.errors
    assert len(over.errors[name]) == 1
    assert over.errors[name][0].endswith("Hãy bớt 1 ký tự.")


@pytest.mark.parametrize(
    ("name", "limit"), [("full_name", 120), ("position", 120), ("workplace", 200), ("unit_name", 200)]
)
def test_every_text_of_the_person_has_its_cap(campaigns: dict[str, Campaign], name: str, limit: int) -> None:
    form = person_form(campaigns[YEAR_2022], person(**{name: decomposed(limit)}))
    over = person_form(campaigns[YEAR_2022], person(**{name: decomposed(limit + 1)}))

    assert name not in form.errors
    assert over.errors[name][0].endswith("Hãy bớt 1 ký tự.")


INVISIBLE = ["\u200b", " \u00a0\t", "\u2060\u200b", "\u200d", "\r\n"]


@pytest.mark.parametrize("text", INVISIBLE, ids=[ascii(text) for text in INVISIBLE])
def test_what_nobody_can_see_is_no_answer(campaigns: dict[str, Campaign], text: str) -> None:
    assert set(content_form(campaigns[YEAR_2022], content(title=text, description=text)).errors) == {
        "title",
        "description",
    }
    assert {"full_name", "workplace"} <= set(
        person_form(campaigns[YEAR_2022], person(full_name=text, workplace=text)).errors
    )


# --- what each campaign asks ----------------------------------------------------------------------------------------

PERSON_2021 = [
    "full_name",
    "birth_year",
    "position",
    "phone",
    "email",
    "top_unit",
    "unit",
    "unit_name",
    "workplace",
    "bloc",
    "consent",
    "publish_consent",
]
PERSON_2022 = [
    "full_name",
    "birth_year",
    "position",
    "phone",
    "email",
    "national_id",
    "top_unit",
    "unit",
    "unit_name",
    "workplace",
    "target_group",
    "consent",
    "publish_consent",
]
CONTENT_2021 = [
    "title",
    "field",
    "applied_on",
    "recognised_on",
    "recognised_by",
    "recognition_number",
    "description",
    "effect",
    "scope",
    "benefit_value",
    "awards",
    "link",
    "declaration",
]
CONTENT_2022 = [*CONTENT_2021[:2], "solution_kind", *CONTENT_2021[2:]]
REQUIRED = {
    YEAR_2021: {"full_name", "phone", "top_unit", "workplace", "bloc", "consent"}
    | {"title", "applied_on", "description", "declaration"},
    YEAR_2022: {"full_name", "phone", "national_id", "top_unit", "workplace", "target_group", "consent"}
    | {"title", "solution_kind", "applied_on", "recognised_on", "recognised_by", "description", "declaration"},
}


@pytest.mark.parametrize(
    ("slug", "about_person", "about_content"),
    [(YEAR_2021, PERSON_2021, CONTENT_2021), (YEAR_2022, PERSON_2022, CONTENT_2022)],
)
def test_a_campaign_asks_what_its_letters_ask_and_nothing_else(
    campaigns: dict[str, Campaign], slug: str, about_person: list[str], about_content: list[str]
) -> None:
    who, what = person_form(campaigns[slug], {}), content_form(campaigns[slug], {})
    fields = {**who.fields, **what.fields}

    assert sorted(who.fields) == sorted(about_person)
    assert sorted(what.fields) == sorted(about_content)
    assert {name for name, field in fields.items() if field.required} == REQUIRED[slug]


def test_an_empty_step_one_objects_to_everything_required_at_once(campaigns: dict[str, Campaign]) -> None:
    form = person_form(campaigns[YEAR_2022], {})

    assert set(form.errors) == REQUIRED[YEAR_2022] & set(PERSON_2022)
    assert form.errors["consent"] == ["Hãy đánh dấu đồng ý thì công đoàn mới được nhận sáng kiến của bạn."]


@pytest.mark.parametrize("name", ["recognition", "attachments", "field"])
def test_what_a_campaign_does_not_ask_is_not_in_the_form(campaigns: dict[str, Campaign], name: str) -> None:
    campaign = campaigns[YEAR_2021]
    setattr(campaign, f"asks_{name}", Asked.OFF)
    gone = {
        "recognition": {"recognised_on", "recognised_by", "recognition_number"},
        "attachments": {"link"},
        "field": {"field"},
    }[name]

    form = content_form(campaign, content_2021(recognised_on="31/31/2021", link="x", field="x"))

    assert gone.isdisjoint(form.fields)
    assert gone.isdisjoint(form.errors)


BIRTH_YEARS = [
    ("", None),
    ("1988", 1988),
    (" 1988 ", 1988),
    ("１９８８", 1988),
    ("1920", 1920),
    ("2008", 2008),
    ("1919", False),
    ("2009", False),
    ("88", False),
    ("19888", False),
    ("1988.0", False),
    ("một chín tám tám", False),
]


@pytest.mark.parametrize(("typed", "year"), BIRTH_YEARS, ids=[repr(typed) for typed, _ in BIRTH_YEARS])
def test_a_birth_year_is_four_digits_of_somebody_who_works(
    campaigns: dict[str, Campaign], typed: str, year: int | bool | None
) -> None:
    form = person_form(campaigns[YEAR_2022], person(birth_year=typed))

    if year is False:
        assert form.errors["birth_year"] == ["Năm sinh gồm bốn chữ số, từ 1920 đến 2008."]
    else:
        assert form.is_valid()
        assert form.cleaned_data["birth_year"] == year


@pytest.mark.parametrize("name", ["field", "solution_kind"])
@pytest.mark.parametrize("code", ["bua", "<script>", "x" * 5000, "production\n"])
def test_a_choice_that_is_not_offered_is_refused_in_words(campaigns: dict[str, Campaign], name: str, code: str) -> None:
    form = content_form(campaigns[YEAR_2022], content(**{name: code}))

    if code.strip() == "production" and name == "field":
        assert form.is_valid()
    else:
        assert form.errors[name] == ["Lựa chọn này không còn. Hãy chọn lại."]


def test_declarations_that_are_not_offered_are_left_out(campaigns: dict[str, Campaign]) -> None:
    form = content_form(campaigns[YEAR_2022], content(declaration=["novel", "bua", "lawful" * 100]))

    assert form.is_valid()
    assert form.cleaned_data["declaration"] == ["novel"]


def test_a_link_to_somewhere_else_is_refused(campaigns: dict[str, Campaign]) -> None:
    form = content_form(campaigns[YEAR_2022], content(link="https://drive.google.com.evil.com/x"))

    assert set(form.errors) == {"link"}


# --- shares and the recognised author (M11) -------------------------------------------------------------------------

Row = tuple[str, str]
NAME = "Lê Thị Kim Ngân"


def shared(own: str, *rows: Row | None, chosen: str = "", **more: Any) -> dict[str, Any]:
    typed = content(share=own, recognised_author=chosen, **more)
    for number, row in enumerate(rows, start=1):
        if row is not None:
            typed |= {f"co_authors-{number}-full_name": row[0], f"co_authors-{number}-share": row[1]}
    return typed


LEGAL = [
    ("nobody else", content(), "100", [], 0),
    ("nobody else, and all of it", shared("100 %"), "100", [], 0),
    ("nobody else, and all of it with decimals", shared("100,00"), "100", [], 0),
    ("the sender has more", shared("60", (NAME, "40")), "60", ["40"], 0),
    ("a co-author has more", shared("40", (NAME, "60")), "40", ["60"], 1),
    ("comma and percent sign", shared("33,5 %", (NAME, "66.5%")), "33.5", ["66.5"], 1),
    ("full-width digits", shared("６０", (NAME, "４０")), "60", ["40"], 0),
    ("two decimals make a hundred", shared("33,34", (NAME, "33,33"), (NAME, "33,33")), "33.34", ["33.33", "33.33"], 0),
    ("100.0 as 50.0 and 50.0", shared("50.0", (NAME, "50.00"), chosen="1"), "50", ["50"], 1),
    ("a tie, the sender chosen", shared("50", (NAME, "50"), chosen="0"), "50", ["50"], 0),
    ("a tie of two below, one chosen", shared("20", (NAME, "40"), (NAME, "40"), chosen="2"), "20", ["40", "40"], 2),
    ("the largest stays, whoever was chosen", shared("70", (NAME, "30"), chosen="1"), "70", ["30"], 0),
    (
        "research: the head of the topic",
        shared("70", (NAME, "30"), chosen="1", solution_kind="research"),
        "70",
        ["30"],
        1,
    ),
    ("research: nobody named", shared("70", (NAME, "30"), solution_kind="research"), "70", ["30"], 0),
    ("an empty row between", shared("50", (NAME, "20"), None, (NAME, "30")), "50", ["20", "30"], 0),
    (
        "chosen by its row, kept by its place",
        shared("40", (NAME, "20"), None, (NAME, "40"), chosen="3"),
        "40",
        ["20", "40"],
        2,
    ),
    ("nine co-authors", shared("10", *[(NAME, "10")] * 9, chosen="9"), "10", ["10"] * 9, 9),
]


@pytest.mark.parametrize(
    ("typed", "own", "others", "author"), [case[1:] for case in LEGAL], ids=[case[0] for case in LEGAL]
)
def test_shares_make_a_hundred_and_the_largest_is_the_recognised_author(
    campaigns: dict[str, Campaign], typed: dict[str, Any], own: str, others: list[str], author: int
) -> None:
    form = content_form(campaigns[YEAR_2022], typed)

    assert form.errors == {}
    assert form.cleaned_data["sender_share"] == Decimal(own)
    assert form.cleaned_data["co_authors"] == [Share(NAME, Decimal(share)) for share in others]
    assert (form.cleaned_data.get("recognised_author") or 0) == author


TIE = {"recognised_author": ["Nhiều người cùng đóng góp cao nhất: hãy chọn tác giả được công nhận."]}


def total(text: str) -> dict[str, list[str]]:
    return {"share": [f"Tổng các phần đóng góp phải là 100%, hiện là {text}%."]}


def alone(text: str) -> dict[str, list[str]]:
    return {"share": [f"{total(text)['share'][0]} {WITH_NOBODY}"]}


def percent_of(number: int) -> str:
    return f"Phần đóng góp của đồng tác giả {number} phải là số, lớn hơn 0 và không quá 100, ví dụ 40 hoặc 33,5."


ILLEGAL = [
    ("a part of it, and nobody else", shared("60"), alone("60")),
    ("a part of it, and rows without anybody", shared("33,5 %", ("", ""), ("", "")), alone("33,5")),
    (
        "words, and nobody else",
        shared("một nửa"),
        {"share": ["Phần đóng góp của bạn phải là số, lớn hơn 0 và không quá 100, ví dụ 40 hoặc 33,5."]},
    ),
    ("99.9", shared("60", (NAME, "39,9")), total("99,9")),
    ("99.99", shared("33,33", (NAME, "33,33"), (NAME, "33,33")), total("99,99")),
    ("100.01", shared("60", (NAME, "40,01")), total("100,01")),
    ("200", shared("100", (NAME, "100")), total("200")),
    ("a tie, nobody chosen", shared("50", (NAME, "50")), TIE),
    ("a tie, one without the largest chosen", shared("40", (NAME, "40"), (NAME, "20"), chosen="2"), TIE),
    (
        "somebody who is not there",
        shared("50", (NAME, "50"), chosen="7"),
        {"recognised_author": ["Tác giả được công nhận phải là một người có tên ở trên."]},
    ),
    (
        "a name instead of a number",
        shared("50", (NAME, "50"), chosen=NAME),
        {"recognised_author": ["Tác giả được công nhận phải là một người có tên ở trên."]},
    ),
    ("nothing for a co-author", shared("60", (NAME, "0")), {"co_authors-1-share": [percent_of(1)]}),
    ("less than nothing", shared("60", (NAME, "-40")), {"co_authors-1-share": [percent_of(1)]}),
    ("words", shared("60", (NAME, "bốn mươi")), {"co_authors-1-share": [percent_of(1)]}),
    ("three decimals", shared("60", (NAME, "39,999")), {"co_authors-1-share": [percent_of(1)]}),
    ("an exponent", shared("60", (NAME, "4e1")), {"co_authors-1-share": [percent_of(1)]}),
    ("not a number at all", shared("60", (NAME, "NaN")), {"co_authors-1-share": [percent_of(1)]}),
    (
        "a share without a name",
        shared("60", ("", "40")),
        {"co_authors-1-full_name": ["Hãy nhập họ và tên đồng tác giả 1."]},
    ),
    (
        "a name without a share",
        shared("60", (NAME, "")),
        {
            "co_authors-1-share": [
                "Hãy nhập phần đóng góp của đồng tác giả 1, lớn hơn 0 và không quá 100, ví dụ 40 hoặc 33,5."
            ]
        },
    ),
    (
        "no share of one's own",
        shared("", (NAME, "40")),
        {"share": ["Hãy nhập phần đóng góp của bạn, lớn hơn 0 và không quá 100, ví dụ 40 hoặc 33,5."]},
    ),
]


@pytest.mark.parametrize(("typed", "errors"), [case[1:] for case in ILLEGAL], ids=[case[0] for case in ILLEGAL])
def test_shares_that_do_not_add_up_are_named_at_their_field(
    campaigns: dict[str, Campaign], typed: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    assert content_form(campaigns[YEAR_2022], typed).errors == errors


def test_a_tenth_co_author_is_not_asked_for(campaigns: dict[str, Campaign]) -> None:
    typed = shared("10", *[(NAME, "10")] * 9, (NAME, "5"), chosen="0")

    form = content_form(campaigns[YEAR_2022], typed, more=1)

    assert form.is_valid()
    assert len(form.cleaned_data["co_authors"]) == form.shown_co_authors == 9


def test_one_more_row_is_shown_when_asked_for(campaigns: dict[str, Campaign]) -> None:
    form = content_form(campaigns[YEAR_2022], shared("60", (NAME, "40")), more=1)

    assert [field.name for field in form.co_author_fields] == [
        "co_authors-1-full_name",
        "co_authors-1-share",
        "co_authors-2-full_name",
        "co_authors-2-share",
    ]


# --- the unit is never a wall ---------------------------------------------------------------------------------------

NOT_LISTED = "Không có đơn vị này trong danh sách. Hãy chọn lại"
PICKS: list[tuple[str, dict[str, str], str | None, dict[str, list[str]]]] = [
    ("the top unit alone", {"top_unit": "quang-tri", "unit": ""}, "quang-tri", {}),
    ("a sector alone", {"top_unit": "cd-y-te", "unit": ""}, "cd-y-te", {}),
    ("the unit under it", {"top_unit": "quang-tri", "unit": "quang-tri/dong-ha"}, "quang-tri/dong-ha", {}),
    ("the unit without its top", {"top_unit": "", "unit": "quang-tri/dong-ha"}, "quang-tri/dong-ha", {}),
    ("the top unit twice", {"top_unit": "quang-tri", "unit": "quang-tri"}, "quang-tri", {}),
    (
        "a grassroots union",
        {"top_unit": "quang-tri", "unit": "quang-tri/dong-ha/may-song-hieu"},
        "quang-tri/dong-ha/may-song-hieu",
        {},
    ),
    (
        "the name alone",
        {"top_unit": "", "unit": "", "unit_name": "CĐCS Trường Mầm non Hoa Sen"},
        "tld",
        {},
    ),
    (
        "the name with a top",
        {"top_unit": "quang-tri", "unit": "", "unit_name": "CĐCS Trường Mầm non Hoa Sen"},
        "quang-tri",
        {},
    ),
    (
        "the name with a unit",
        {"top_unit": "quang-tri", "unit": "quang-tri/dong-ha", "unit_name": "CĐCS X"},
        "quang-tri/dong-ha",
        {},
    ),
    (
        "nothing",
        {"top_unit": "", "unit": ""},
        None,
        {"top_unit": ["Hãy chọn tỉnh, thành phố hoặc công đoàn ngành của bạn."]},
    ),
    (
        "another province's district",
        {"top_unit": "dien-bien", "unit": "quang-tri/dong-ha"},
        "quang-tri/dong-ha",
        {"unit": ["LĐLĐ thành phố Đông Hà không trực thuộc LĐLĐ tỉnh Điện Biên. Hãy chọn lại, hoặc để trống."]},
    ),
    (
        "a district as the top",
        {"top_unit": "quang-tri/dong-ha", "unit": ""},
        None,
        {"top_unit": [f"{NOT_LISTED}."]},
    ),
    ("the confederation as the top", {"top_unit": "tld", "unit": ""}, None, {"top_unit": [f"{NOT_LISTED}."]}),
    (
        "the confederation as the unit",
        {"top_unit": "", "unit": "tld"},
        None,
        {"unit": [f"{NOT_LISTED}, hoặc để trống."]},
    ),
    (
        "the confederation as the unit under a known top",
        {"top_unit": "quang-tri", "unit": "tld"},
        "quang-tri",
        {"unit": [f"{NOT_LISTED}, hoặc để trống."]},
    ),
    (
        "an unknown unit under a known top",
        {"top_unit": "quang-tri", "unit": "quang-tri/khong-co"},
        "quang-tri",
        {"unit": [f"{NOT_LISTED}, hoặc để trống."]},
    ),
]


@pytest.mark.parametrize(("typed", "code", "errors"), [case[1:] for case in PICKS], ids=[case[0] for case in PICKS])
def test_the_deepest_unit_picked_is_attached(
    campaigns: dict[str, Campaign],
    tree: dict[str, Unit],
    typed: dict[str, str],
    code: str | None,
    errors: dict[str, list[str]],
) -> None:
    UnitFactory(parent=tree["quang-tri/dong-ha"], level=Level.GRASSROOTS, code="quang-tri/dong-ha/may-song-hieu")

    form = person_form(campaigns[YEAR_2022], person(**typed))

    assert form.errors == errors
    attached = form.cleaned_data["attached_unit"]
    assert (attached.code if attached else None) == code


HOSTILE = [
    "../../../etc/passwd",
    "x' OR '1'='1",
    "quang-tri%00",
    "QUANG-TRI",
    "quang-tri\x00",
    "a" * 100_000,
    "ＱＴ",
    "1",
]


@pytest.mark.parametrize("code", HOSTILE, ids=[ascii(code[:20]) for code in HOSTILE])
@pytest.mark.parametrize("name", ["top_unit", "unit"])
def test_a_code_nobody_offered_is_an_objection_and_never_a_crash(
    campaigns: dict[str, Campaign], name: str, code: str
) -> None:
    form = person_form(campaigns[YEAR_2022], person(**({"top_unit": "", "unit": ""} | {name: code})))

    if code == "quang-tri\x00":  # canonical text holds no NUL: what remains is a unit
        assert form.is_valid()
    else:
        assert set(form.errors) == {name}


def test_units_closed_before_the_structure_day_are_not_offered(
    campaigns: dict[str, Campaign], tree: dict[str, Unit]
) -> None:
    Unit.objects.filter(code="quang-tri/dong-ha").update(closed_on=date(2022, 1, 8))

    form = person_form(campaigns[YEAR_2022], person())

    assert set(form.errors) == {"unit"}
    assert "quang-tri/dong-ha" not in str(form["unit"].as_widget())


def test_the_form_offers_63_provinces_and_20_sectors(campaigns: dict[str, Campaign]) -> None:
    blank = person_form(campaigns[YEAR_2022])

    (_, (_, provinces), (_, sectors)) = blank._top_options

    assert (len(provinces), len(sectors)) == (63, 20)
    assert provinces[0][0] == "an-giang"
    assert provinces[-1][0] == "yen-bai"


@pytest.mark.parametrize(
    ("code", "top", "unit"), [("quang-tri", "quang-tri", ""), ("quang-tri/dong-ha", "quang-tri", "quang-tri/dong-ha")]
)
def test_a_qr_chooses_the_unit_and_the_worker_may_change_it(
    campaigns: dict[str, Campaign], tree: dict[str, Unit], code: str, top: str, unit: str
) -> None:
    blank = person_form(campaigns[YEAR_2022], hint=tree[code])
    changed = person_form(campaigns[YEAR_2022], person(top_unit="dien-bien", unit=""), hint=tree[code])

    assert (blank["top_unit"].value(), blank["unit"].value()) == (top, unit)
    assert changed.is_valid()
    assert changed.cleaned_data["attached_unit"].code == "dien-bien"


def test_a_grassroots_union_of_a_qr_is_among_the_options(campaigns: dict[str, Campaign], tree: dict[str, Unit]) -> None:
    small = UnitFactory(
        parent=tree["quang-tri/dong-ha"], level=Level.GRASSROOTS, code="quang-tri/dong-ha/may-song-hieu"
    )

    blank = person_form(campaigns[YEAR_2022], hint=small)

    assert small.code in [code for code, _ in blank._unit_options]


# --- tracking's form ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "phone", "wrong"),
    [
        ("1", "0912345678", set()),
        ("", "0912345678", {"code"}),
        ("1", "12", {"phone"}),
        ("x" * 61, "0912345678", {"code"}),
    ],
)
def test_tracking_asks_for_both(code: str, phone: str, wrong: set[str]) -> None:
    assert set(TrackForm({"code": code, "phone": phone}).errors) == wrong


# --- answers --------------------------------------------------------------------------------------------------------


def test_answers_are_kept_canonical_and_unjudged() -> None:
    typed = {
        "applied_on": ["31/2/2021"],
        "title": ["A\u0301\u200b  b"],
        "declaration": ["a", "b\r\n"],
        "description": ["1\r\n2"],
    }

    kept = answers.read(MultiValueDict(typed), answers.CONTENT)

    assert (kept["applied_on"], kept["title"], kept["declaration"], kept["description"]) == (
        "31/2/2021",
        "Á  b",
        ["a", "b"],
        "1\n2",
    )
    assert kept["effect"] == ""
    assert set(kept) == set(answers.CONTENT)


@pytest.mark.parametrize(
    ("share", "shown"), [("100", "100"), ("33.50", "33,5"), ("0.01", "0,01"), ("10.00", "10"), ("99.99", "99,99")]
)
def test_a_share_is_written_as_people_write_it(share: str, shown: str) -> None:
    assert answers.percent(Decimal(share)) == shown


@pytest.mark.parametrize(
    ("typed", "masked"),
    [
        ("045191004321", "*** *** *** 321"),
        ("191004321", "*** *** 321"),
        ("12", "•••"),
        ("", ""),
        ("abc 045191004321", "•••"),
    ],
)
def test_an_identity_number_is_masked_whatever_was_typed(typed: str, masked: str) -> None:
    assert answers.masked_identity(typed) == masked


def test_person_of_2021_needs_no_identity_number(campaigns: dict[str, Campaign]) -> None:
    assert person_form(campaigns[YEAR_2021], person_2021()).is_valid()
