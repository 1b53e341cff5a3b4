"""An initiative as an officer reads it: what was sent, in order and in words, and what speaks against it."""

from dataclasses import dataclass

from django.utils import timezone

from initiatives.models import CategoryScheme, ChoiceList, Initiative, Status
from initiatives.submission import eligibility
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
    """One answer with its label; `is_long` ones keep their line ends."""

    label: str
    value: str
    is_long: bool = False


@dataclass(frozen=True)
class Section:
    title: str
    lines: tuple[Line, ...]


def labels_of(initiative: Initiative) -> dict[tuple[str, str], str]:
    """Of every choice of the campaign, by list and code; asks nothing when the choices are prefetched."""
    return {(choice.list, choice.code): choice.label for choice in initiative.campaign.choices.all()}


def sections(initiative: Initiative) -> list[Section]:
    return [
        Section("Người nộp", tuple(line for line in _person(initiative) if line.value)),
        Section("Sáng kiến", tuple(line for line in _content(initiative) if line.value)),
        Section("Tác giả", tuple(_authors(initiative))),
        Section("Cam kết và đồng ý", tuple(line for line in _promises(initiative) if line.value)),
    ]


def flags(initiative: Initiative) -> list[str]:
    """What an officer should look at, by the rules of the campaign on the day it was received."""
    campaign = initiative.campaign
    facts = eligibility.Facts(
        applied_on=initiative.applied_on,
        recognised_on=initiative.recognised_on,
        declared=initiative.declarations,
        benefit_value=initiative.benefit_value,
        attachment_kinds=[attachment.kind for attachment in initiative.attachments.all()],
        has_link=bool(initiative.link),
    )
    found = eligibility.objections(
        facts,
        campaign,
        declarations=list(campaign.declarations.all()),
        phases=list(campaign.phases.all()),
        open_phases=[initiative.phase],
        today=timezone.localdate(initiative.submitted_at),
    )
    return [objection.sentence for objection in found]


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
        Line("Họ và tên", initiative.full_name),
        Line("Năm sinh", str(initiative.birth_year or "")),
        Line("Chức vụ, công việc", initiative.position),
        Line("Điện thoại", _phone(initiative)),
        Line("Thư điện tử", initiative.email),
        Line("Số CMND/CCCD", masked_identity(initiative)),
        Line("Đơn vị", initiative.unit.name),
        Line("Đơn vị người nộp tự ghi", initiative.unit_name),
        Line("Nơi làm việc", initiative.workplace),
        Line("Khối" if by_bloc else "Nhóm đối tượng", label.get(category, category[1])),
    ]


def _content(initiative: Initiative) -> list[Line]:
    label = labels_of(initiative)
    field, kind = (ChoiceList.FIELD, initiative.field), (ChoiceList.SOLUTION_KIND, initiative.solution_kind)
    return [
        Line("Tên sáng kiến", initiative.title),
        Line("Lĩnh vực", label.get(field, field[1])),
        Line("Loại giải pháp", label.get(kind, kind[1])),
        Line("Ngày áp dụng", days.shown(initiative.applied_on)),
        Line("Ngày công nhận", days.shown(initiative.recognised_on) if initiative.recognised_on else ""),
        Line("Cấp công nhận", initiative.recognised_by),
        Line("Số quyết định công nhận", initiative.recognition_number),
        Line("Mô tả", initiative.description, is_long=True),
        Line("Hiệu quả", initiative.effect, is_long=True),
        Line("Phạm vi áp dụng", initiative.scope, is_long=True),
        Line("Giá trị làm lợi một năm", _benefit(initiative)),
        Line("Danh hiệu, khen thưởng ba năm", initiative.awards, is_long=True),
    ]


def _authors(initiative: Initiative) -> list[Line]:
    people = [(0, initiative.full_name, initiative.share)]
    people += [(each.number, each.full_name, each.share) for each in initiative.co_authors.all()]
    lines = []
    for number, name, share in people:
        recognised = ", tác giả được công nhận" if number == initiative.recognised_author and len(people) > 1 else ""
        lines.append(
            Line("Người nộp" if number == 0 else f"Đồng tác giả {number}", f"{name}: {_share(share)}{recognised}")
        )
    return lines


def _promises(initiative: Initiative) -> list[Line]:
    declared = [each for each in initiative.campaign.declarations.all() if each.code in initiative.declarations]
    public = initiative.publish_consented_at
    return [
        Line("Đã cam kết", "\n".join(f"• {each.text}" for each in declared), is_long=True),
        Line(
            "Đồng ý xử lý dữ liệu",
            f"{days.moment(initiative.consented_at)}, bản thông báo {initiative.consent_text.version}",
        ),
        Line("Đồng ý công bố", days.moment(public) if public else "Không"),
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
