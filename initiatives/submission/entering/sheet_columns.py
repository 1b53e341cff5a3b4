"""The columns of a campaign's sheet: what it asks and nothing else, headed as the form is; the template, and reading one.

A sheet that somebody made by hand may bear the form's field names instead ("full_name", "applied_on"), in any order.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from initiatives.models import Asked, Campaign, CategoryScheme, Choice, ChoiceList, Declaration
from initiatives.submission import answers
from initiatives.submission.entering.forms import EnteredContentForm, EnteredPersonForm
from initiatives.submission.entering.offers import Offer
from orgtree.models import Level
from orgtree.units.grassroots import label
from portal.sheets.reading import SheetRow, Table, table_of
from portal.sheets.writing import Column, headings, template, with_faults
from portal.vietnamese import days
from portal.vietnamese.formats import whole
from portal.vietnamese.text import old_font

TITLE = "Sáng kiến"
MOST_ROWS = 5_000
MOST_UNITS_OFFERED = 10_000
LONGEST_CELL = 20_000  # so that a text too long is told by how much
OF_ONE_DECLARATION = "declaration:"
IDENTITIES = ("full_name", "title", "description")  # a row without any of them is a blank one
TICK = "x"

CHOOSABLE: tuple[str, ...] = (
    ChoiceList.BLOC,
    ChoiceList.TARGET_GROUP,
    ChoiceList.FIELD,
    ChoiceList.SOLUTION_KIND,
)
TICKED = ("declaration", "consent", "publish_consent")
HEADINGS = {
    "unit": "Đơn vị",
    "unit_name": "Công đoàn cơ sở chưa có trong danh sách",
    "bloc": "Khối",
    "target_group": "Nhóm đối tượng",
    "recognised_by": "Người, nơi công nhận",
    "share": "Phần đóng góp của người nộp (%)",
    "declaration": "Cam kết đủ",
    "consent": "Đã đồng ý trên giấy",
    "publish_consent": "Đồng ý công bố",
}
ALSO_READ = {"top_unit": "Tỉnh, thành phố hoặc công đoàn ngành trung ương"}
WIDTHS = {
    "full_name": 28, "phone": 16, "national_id": 18, "birth_year": 10, "position": 22, "email": 26, "unit": 44,
    "unit_name": 32, "workplace": 36, "bloc": 22, "target_group": 36, "title": 44, "field": 30, "solution_kind": 28,
    "applied_on": 14, "recognised_on": 14, "recognised_by": 32, "recognition_number": 20, "description": 70,
    "effect": 40, "scope": 28, "benefit_value": 20, "awards": 32, "link": 36, "share": 14, "recognised_author": 18,
    "declaration": 12, "consent": 14, "publish_consent": 14,
}  # fmt: skip
EXAMPLES = {
    "full_name": "Trần Thị Thu Hà",
    "phone": "0912 345 678",
    "national_id": "001088012345",
    "birth_year": "1988",
    "position": "Công nhân may",
    "email": "thuha@example.com",
    "workplace": "Công ty Cổ phần May Sông Hiếu",
    "title": "Cải tiến bàn gá cắt vải giảm hao hụt nguyên liệu",
    "recognised_by": "Hội đồng sáng kiến công ty",
    "recognition_number": "15/QĐ-SK",
    "description": "Trước đây cắt từng lớp… Nay làm bàn gá… Kết quả…",
    "effect": "Giảm 3% vải vụn",
    "scope": "Toàn xưởng",
    "benefit_value": "200 triệu",
    "share": "60",
    "recognised_author": "Trần Thị Thu Hà",
    "declaration": TICK,
    "consent": TICK,
    "publish_consent": TICK,
}
HELP = {
    "phone": "Không có thì để trống; khi đó số điện thoại của bạn dùng để tra cứu.",
    "national_id": "12 chữ số, hoặc 9 chữ số của CMND cũ.",
    "birth_year": "Bốn chữ số.",
    "applied_on": "Ngày/tháng/năm áp dụng hoặc áp dụng thử lần đầu.",
    "recognised_on": "Ngày/tháng/năm ghi trên quyết định công nhận.",
    "unit_name": "Chỉ ghi khi cột Đơn vị chưa có công đoàn cơ sở đó; khi ấy chọn đơn vị cấp trên ở cột Đơn vị.",
    "benefit_value": "Số đồng trong một năm, hoặc ghi: không tính được bằng tiền.",
    "link": "Chỉ nhận liên kết Google Drive đã bật chia sẻ.",
    "consent": "Ghi x khi người nộp đã ký đồng ý xử lý dữ liệu cá nhân trên giấy. Giữ lại bản giấy.",
    "publish_consent": "Ghi x khi người nộp đồng ý công bố tên và sáng kiến nếu được biểu dương.",
    "share": "Chỉ ghi khi có đồng tác giả. Tổng các phần phải là 100.",
    "recognised_author": "Chỉ ghi khi nhiều người đóng góp bằng nhau, hoặc là chủ nhiệm đề tài: ghi họ và tên.",
}
CHOOSE = "Chọn trong danh sách của ô."


def columns_of(offer: Offer) -> list[Column]:
    """What the campaign asks, in the order of its form; co-authors last, few have any."""
    person, content = EnteredPersonForm.base_fields, EnteredContentForm.base_fields
    required = required_of(offer.campaign)
    labels = {name: str(field.label) for name, field in (person | content).items()} | HEADINGS
    units = units_offered(offer)
    choices = {name: [choice.label for choice in of_list(offer.choices, name)] for name in CHOOSABLE}
    choices["unit"] = units
    columns = [
        Column(
            name,
            labels[name],
            _help(name, offer, str((person | content)[name].help_text)),
            WIDTHS[name],
            is_required=name in required,
            example=_example(name, offer, choices.get(name, ())),
            choices=choices.get(name, ()) or ([TICK] if name in TICKED else ()),
        )
        for name in asked_by(offer.campaign, offer.declarations)
    ]
    return columns + co_author_columns()


def asked_by(campaign: Campaign, declarations: Sequence[Declaration]) -> list[str]:
    left_out = {"top_unit", "consent", "publish_consent", "declaration"}
    left_out.add("target_group" if campaign.category_scheme == CategoryScheme.BLOC else "bloc")
    may_be_off = (
        ("national_id", campaign.asks_national_id),
        ("field", campaign.asks_field),
        ("solution_kind", campaign.asks_solution_kind),
        ("link", campaign.asks_attachments),
    )
    left_out |= {name for name, asked in may_be_off if asked == Asked.OFF}
    if campaign.asks_recognition == Asked.OFF:
        left_out |= {"recognised_on", "recognised_by", "recognition_number"}
    of_co_authors = {name for name in answers.CONTENT if name.startswith("co_authors-")}
    asked = [name for name in (*answers.PERSON, *answers.CONTENT) if name not in left_out | of_co_authors]
    return [*asked, *(["declaration"] if declarations else []), "consent", "publish_consent"]


def required_of(campaign: Campaign) -> set[str]:
    """Those without which no row can be right. (The unit may be the officer's own, promises may stand one by one.)"""
    required = {"full_name", "workplace", "title", "applied_on", "description", "consent"}
    required.add("bloc" if campaign.category_scheme == CategoryScheme.BLOC else "target_group")
    may_be_required = (
        ("national_id", campaign.asks_national_id),
        ("field", campaign.asks_field),
        ("solution_kind", campaign.asks_solution_kind),
        ("recognised_on", campaign.asks_recognition),
        ("recognised_by", campaign.asks_recognition),
    )
    return required | {name for name, asked in may_be_required if asked == Asked.REQUIRED}


def of_list(choices: Iterable[Choice], name: str) -> list[Choice]:
    return [choice for choice in choices if choice.list == name]


def co_author_columns() -> list[Column]:
    return [
        column
        for number in range(1, answers.CO_AUTHORS + 1)
        for column in (
            Column(f"co_authors-{number}-full_name", f"Đồng tác giả {number}", "Họ và tên.", 26),
            Column(f"co_authors-{number}-share", f"Tỷ lệ {number} (%)", "Phần đóng góp, ví dụ 40.", 10),
        )
    ]


def units_offered(offer: Offer) -> list[str]:
    """Those of one's branch; where they are too many for a list in a cell, the levels above the grassroots unions."""
    rows = offer.units.defer("search_text", "search_words").order_by("path")
    units = list(rows[: MOST_UNITS_OFFERED + 1])
    if len(units) > MOST_UNITS_OFFERED:
        units = list(rows.exclude(level=Level.GRASSROOTS)[:MOST_UNITS_OFFERED])
    return [label(unit) for unit in units]


# --- the sheet -------------------------------------------------------------------------------------------------------


def explanation_of(offer: Offer) -> list[str]:
    promises = [f"“{declaration.text}”" for declaration in offer.declarations]
    sentences = [
        f"Chương trình: {offer.campaign.name}. Mỗi dòng là một sáng kiến. Giữ nguyên dòng tên cột.",
        "Cổng cho xem trước từng dòng: chỉ khi bạn bấm nút nhập, cổng mới ghi.",
        f"Mỗi tệp nhiều nhất {whole(MOST_ROWS)} dòng. Gửi lại cùng một tệp không nhập thêm lần nữa.",
        "Chỉ nhập khi người nộp đã ký đồng ý trên giấy. Giữ lại bản giấy.",
    ]
    if promises:
        sentences.append(f"Cột “{HEADINGS['declaration']}”: ghi x khi người nộp xác nhận đủ: {'; '.join(promises)}.")
    return sentences


def template_of(offer: Offer) -> bytes:
    return template(columns_of(offer), title=TITLE, explanation=explanation_of(offer))


def corrected(offer: Offer, rows: Iterable[tuple[SheetRow, Sequence[str]]], *, found: Collection[str]) -> bytes:
    """The rows to put right, each with what is wrong in front; every column that was read stands there again, and what was
    typed in a font of before Unicode as it was meant: nobody types five hundred rows anew."""
    columns = columns_of(offer)
    known = {column.name for column in columns}
    columns += [
        Column(name, heading, "", 24)
        for name, heading in readable(offer).items()
        if name in found and name not in known
    ]
    filled = (
        (SheetRow(row.number, {column.name: _as_meant(row.values.get(column.name, "")) for column in columns}), faults)
        for row, faults in rows
    )
    return with_faults(columns, filled, title=TITLE, explanation=explanation_of(offer))


def _as_meant(cell: str) -> str:
    garbled = old_font(cell)
    return garbled.repaired if garbled else cell


def table_in(content: bytes, offer: Offer) -> Table:
    """Raises SheetRefused."""
    return table_of(
        content,
        columns=readable(offer),
        aliases=_aliases(offer),
        needed=required_of(offer.campaign),
        most_rows=MOST_ROWS,
        longest=LONGEST_CELL,
    )


def readable(offer: Offer) -> dict[str, str]:
    """Every column that is understood, with its heading: the template's, and what people add by hand."""
    asked = asked_by(offer.campaign, offer.declarations)
    labels = {name: str(field.label) for form in FORMS for name, field in form.base_fields.items()} | HEADINGS
    promises = {f"{OF_ONE_DECLARATION}{each.code}": each.text for each in offer.declarations}
    return {name: labels[name] for name in asked} | headings(co_author_columns()) | promises | ALSO_READ


FORMS = (EnteredPersonForm, EnteredContentForm)


def _aliases(offer: Offer) -> dict[str, str]:
    """Other headings: the names of the form's fields, and its labels where ours differ."""
    names = readable(offer)
    labels = {str(form.base_fields[name].label): name for form in FORMS for name in form.base_fields if name in names}
    of_promises = {name.removeprefix(OF_ONE_DECLARATION): name for name in names if name.startswith(OF_ONE_DECLARATION)}
    of_co_authors = {
        alias: name
        for number in range(1, answers.CO_AUTHORS + 1)
        for alias, name in (
            (f"Đồng tác giả {number}: họ và tên", f"co_authors-{number}-full_name"),
            (f"Đồng tác giả {number}: phần đóng góp", f"co_authors-{number}-share"),
            (f"Tỷ lệ {number}", f"co_authors-{number}-share"),
        )
    }
    return of_promises | of_co_authors | labels | {name: name for name in names}


def headings_by_field(offer: Offer) -> dict[str, str]:
    """The heading that a fault of a field is told by; fields that are none of the sheet's are not there."""
    names = readable(offer)
    return names | {"top_unit": names["unit"]} | ({"attachments": names["link"]} if "link" in names else {})


def _help(name: str, offer: Offer, of_form: str) -> str:
    if name in CHOOSABLE:
        return CHOOSE
    if name == "unit":
        own = offer.own_unit
        optional = f"Để trống thì cổng ghi {own.short_name}." if own else "Ghi ở từng dòng."
        return f"Chọn trong danh sách của ô, hoặc ghi mã đơn vị. {optional}"
    if name == "declaration":
        return f"Ghi x khi người nộp xác nhận đủ {len(offer.declarations)} điều ghi ở trên."
    if name == "description":
        return f"{of_form} Nhiều nhất {whole(offer.campaign.description_limit)} ký tự."
    return HELP.get(name, of_form)


def _example(name: str, offer: Offer, choices: Sequence[str]) -> str:
    if choices:
        return choices[0]
    if name in {"applied_on", "recognised_on"}:
        return days.shown(_a_day_of(offer) or date(2022, 4, 20))
    return EXAMPLES.get(name, "")


def _a_day_of(offer: Offer) -> date | None:
    return next((phase.eligible_from for phase in offer.phases if phase.eligible_from), None)
