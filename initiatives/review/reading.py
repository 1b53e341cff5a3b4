"""An initiative as an officer reads it: what was sent, in order and in words, and beside each answer what is said of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from initiatives.models import Act, CategoryScheme, ChoiceList, Initiative, ReviewEvent, Status
from initiatives.review.objections import Hint
from portal import sealing
from portal.vietnamese import days, identity, money, phones

TONES = {
    Status.SUBMITTED: "wait",
    Status.RETURNED: "wait",
    Status.VALID: "good",
    Status.INVALID: "stop",
    Status.WITHDRAWN: "plain",
}


@dataclass(frozen=True)
class Line:
    """One answer with its label; `is_long` ones keep their line ends.

    `hints` is what the portal says against it, `asked` what the sender was asked to mend there before sending it again.
    """

    label: str
    value: str
    is_long: bool = False
    field: str = ""
    hints: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class SentAgain:
    """What was asked when it was last returned, by field, and who sent it again when."""

    event: ReviewEvent
    asked: Mapping[str, Sequence[str]]


def labels_of(initiative: Initiative) -> dict[tuple[str, str], str]:
    """Of every choice of the campaign, by list and code; asks nothing when the choices are prefetched."""
    return {(choice.list, choice.code): choice.label for choice in initiative.campaign.choices.all()}


def sections(
    initiative: Initiative, *, hints: Iterable[Hint] = (), asked: Mapping[str, Sequence[str]] | None = None
) -> list[Section]:
    """An answer that was not given has no line, unless something is said of it."""
    said, asked = list(hints), asked or {}

    def told(lines: Iterable[Line]) -> tuple[Line, ...]:
        beside = (
            replace(
                line,
                hints=tuple(hint.sentence for hint in said if line.field and hint.field == line.field),
                asked=tuple(asked.get(line.field, ())) if line.field else (),
            )
            for line in lines
        )
        return tuple(line for line in beside if line.value or line.hints or line.asked)

    return [
        Section("Người nộp", told(_person(initiative))),
        Section("Sáng kiến", told(_content(initiative))),
        Section("Tác giả", told(_authors(initiative))),
        Section("Cam kết và đồng ý", told(_promises(initiative))),
    ]


def sent_again(initiative: Initiative) -> SentAgain | None:
    """None unless it waits because its sender put right what was asked. Reads the events that are prefetched."""
    if not initiative.is_awaiting:
        return None
    events = list(initiative.events.all())
    sent = next((event for event in reversed(events) if event.act == Act.RESENT), None)
    if sent is None:
        return None
    returned = next(
        (event for event in reversed(events) if event.act == Act.RETURNED and event.number < sent.number), None
    )
    asked: dict[str, list[str]] = {}
    for reason in returned.reasons if returned else ():
        asked.setdefault(reason.get("field", ""), []).append(reason.get("text", ""))
    return SentAgain(sent, asked)


def masked_identity(initiative: Initiative) -> str:
    """A number that does not open any more stops nobody from reviewing the rest."""
    try:
        return identity.masked(initiative.national_id) if initiative.sealed_national_id else ""
    except sealing.CannotOpen:
        return "không mở được bằng khóa hiện có"


def _person(initiative: Initiative) -> list[Line]:
    label = labels_of(initiative)
    by_bloc = initiative.campaign.category_scheme == CategoryScheme.BLOC
    category = (ChoiceList.BLOC, initiative.bloc) if by_bloc else (ChoiceList.TARGET_GROUP, initiative.target_group)
    return [
        Line("Họ và tên", initiative.full_name, field="full_name"),
        Line("Năm sinh", str(initiative.birth_year or ""), field="birth_year"),
        Line("Chức vụ, công việc", initiative.position, field="position"),
        Line("Điện thoại", _phone(initiative), field="phone"),
        Line("Thư điện tử", initiative.email),
        Line("Số CMND/CCCD", masked_identity(initiative), field="national_id"),
        Line("Đơn vị", initiative.unit.name, field="unit"),
        Line("Đơn vị người nộp tự ghi", initiative.unit_name),
        Line("Nơi làm việc", initiative.workplace, field="workplace"),
        Line(
            "Khối" if by_bloc else "Nhóm đối tượng",
            label.get(category, category[1]),
            field="bloc" if by_bloc else "target_group",
        ),
    ]


def _content(initiative: Initiative) -> list[Line]:
    label = labels_of(initiative)
    field, kind = (ChoiceList.FIELD, initiative.field), (ChoiceList.SOLUTION_KIND, initiative.solution_kind)
    return [
        Line("Tên sáng kiến", initiative.title, field="title"),
        Line("Lĩnh vực", label.get(field, field[1]), field="field"),
        Line("Loại giải pháp", label.get(kind, kind[1]), field="solution_kind"),
        Line("Ngày áp dụng", days.shown(initiative.applied_on), field="applied_on"),
        Line(
            "Ngày công nhận",
            days.shown(initiative.recognised_on) if initiative.recognised_on else "",
            field="recognised_on",
        ),
        Line("Cấp công nhận", initiative.recognised_by, field="recognised_by"),
        Line("Số quyết định công nhận", initiative.recognition_number, field="recognition_number"),
        Line("Mô tả", initiative.description, is_long=True, field="description"),
        Line("Hiệu quả", initiative.effect, is_long=True, field="effect"),
        Line("Phạm vi áp dụng", initiative.scope, is_long=True, field="scope"),
        Line("Giá trị làm lợi một năm", _benefit(initiative), field="benefit_value"),
        Line("Danh hiệu, khen thưởng ba năm", initiative.awards, is_long=True, field="awards"),
    ]


def _authors(initiative: Initiative) -> list[Line]:
    people = [(0, initiative.full_name, initiative.share)]
    people += [(each.number, each.full_name, each.share) for each in initiative.co_authors.all()]
    lines = []
    for number, name, share in people:
        recognised = ", tác giả được công nhận" if number == initiative.recognised_author and len(people) > 1 else ""
        lines.append(
            Line(
                "Người nộp" if number == 0 else f"Đồng tác giả {number}",
                f"{name}: {_share(share)}{recognised}",
                field="share" if number == 0 else "",
            )
        )
    return lines


def _promises(initiative: Initiative) -> list[Line]:
    declared = [each for each in initiative.campaign.declarations.all() if each.code in initiative.declarations]
    public = initiative.publish_consented_at
    on_paper = ", trên giấy" if initiative.consent_on_paper else ""
    entered_by = initiative.entered_by
    return [
        Line("Đã cam kết", "\n".join(f"• {each.text}" for each in declared), is_long=True, field="declaration"),
        Line(
            "Đồng ý xử lý dữ liệu",
            f"{days.moment(initiative.consented_at)}{on_paper}, bản thông báo {initiative.consent_text.version}",
        ),
        Line("Đồng ý công bố", days.moment(public) if public else "Không"),
        Line("Cán bộ nhập hộ", entered_by.get_full_name() if entered_by else ""),
    ]


def _phone(initiative: Initiative) -> str:
    """Readable, and as it was written where that says more."""
    shown = phones.shown(initiative.phone_digits) if initiative.phone_digits else ""
    as_typed = initiative.phone.strip()
    if not as_typed or "".join(filter(str.isdigit, as_typed)) == initiative.phone_digits:
        return shown or as_typed
    return f"{shown} (người nộp ghi: {as_typed})" if shown else as_typed


def _benefit(initiative: Initiative) -> str:
    if initiative.benefit_is_not_money:
        return money.shown(None)
    return money.shown(initiative.benefit_value) if initiative.benefit_value is not None else ""


def _share(share: object) -> str:
    written = f"{share:f}".rstrip("0").rstrip(".") if "." in f"{share:f}" else f"{share:f}"
    return f"{written.replace('.', ',')}%"
