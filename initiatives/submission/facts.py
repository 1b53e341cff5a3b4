"""What was answered, as people read it: for the check page, the receipt and tracking. Phone and identity number masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString

from initiatives.models import Attachment, Choice, ChoiceList, Initiative
from initiatives.submission import answers
from portal import plain_rows
from portal.vietnamese import days, formats, money, phones

if TYPE_CHECKING:
    from initiatives.submission.desks import Desk
    from initiatives.submission.forms import StepForm

Fact = tuple[str, str]

_RECEIVED = plain_rows.Prepared(lambda received: Attachment.objects.filter(initiative=received), instead=(-1,))


@dataclass(frozen=True)
class Part:
    """One step's answers, as pairs or as they are written, with the way back to it."""

    title: str
    address: str
    facts: Sequence[Fact] | SafeString


def facts_of(desk: "Desk", person_form: "StepForm", content_form: "StepForm") -> list[Part]:
    """The parts of the check page; every answer stands there, valid or not, empty ones left out."""
    from initiatives.submission.desks import STEPS, TITLES

    about_person = [fact for name in person_form.fields for fact in _person_fact(desk, person_form, name)]
    about_content = [fact for name in content_form.fields for fact in _content_fact(desk, content_form, name)]
    about_documents = [(document.name, _document(document, desk.choices)) for document in desk.documents]
    parts = {
        STEPS[0]: about_person,
        STEPS[1]: about_content,
        STEPS[2]: about_documents or [("Tài liệu", "Không gửi kèm")],
    }
    return [Part(TITLES[step], desk.address(step), facts) for step, facts in parts.items() if step in desk.steps]


def moments_of(initiative: Initiative) -> list[Fact]:
    """When it was received; and when it was sent, which is what the close is held against, where that was another minute: a
    receipt of the last evening would else bear an hour that is too late."""
    received, sent = days.moment(initiative.submitted_at), days.moment(initiative.arrived_at)
    return [("Nhận lúc", received)] if sent == received else [("Gửi lúc", sent), ("Nhận lúc", received)]


def facts_of_initiative(initiative: Initiative, choices: Sequence[Choice]) -> list[Fact]:
    """What was received, for the receipt and tracking."""
    labels = _labels(choices)
    facts = [
        *moments_of(initiative),
        ("Chương trình", initiative.campaign.name),
        ("Đơn vị", initiative.unit.name),
        ("Đơn vị bạn ghi", initiative.unit_name),
        ("Sáng kiến", initiative.title),
        ("Người nộp", initiative.full_name),
        ("Điện thoại", phones.masked(initiative.phone_digits) if initiative.phone_digits else ""),
    ]
    facts += [
        (
            f"Tài liệu {number}",
            f"{document.name} ({formats.file_size(document.size)}), "
            f"{labels.get((ChoiceList.ATTACHMENT_KIND, document.kind), 'tài liệu khác').lower()}",
        )
        for number, document in enumerate(_RECEIVED.rows(initiative.pk), start=1)
    ]
    if initiative.link:
        facts.append(("Liên kết", initiative.link))
    return [(name, value) for name, value in facts if value]


def _person_fact(desk: "Desk", form: "StepForm", name: str) -> list[Fact]:
    typed = str(form.data.get(name) or "")
    label = str(form.fields[name].label)
    if name in {"consent", "publish_consent"}:
        short = "Đồng ý xử lý dữ liệu" if name == "consent" else "Đồng ý công bố"
        return [(short, "Có" if typed else "Không")]
    if not typed:
        return []
    if name == "phone":
        value = form.cleaned_data.get("phone")
        return [(label, phones.masked(value.digits) if value else "***")]
    if name == "national_id":
        return [(label, answers.masked_identity(typed))]
    if name in {"top_unit", "unit"}:
        return _unit_fact(form, name, label)
    if name in {"bloc", "target_group"}:
        return [("Đối tượng" if name == "target_group" else "Khối", _labels(desk.choices).get((name, typed), typed))]
    return [(label, typed)]


def _unit_fact(form: Any, name: str, label: str) -> list[Fact]:
    if name == "top_unit":
        return [(label, str(form.picked_top))] if form.picked_top else []
    return [(label, str(form.picked))] if form.picked else []


def _content_fact(desk: "Desk", form: "StepForm", name: str) -> list[Fact]:
    if name == "declaration":
        declared = set(form.data.getlist(name)) if name in form.data else set()  # type: ignore[attr-defined]
        return [("Cam kết", "\n".join(f"✓ {each.text}" for each in desk.declarations if each.code in declared))]
    typed = str(form.data.get(name) or "")
    label = str(form.fields[name].label)
    if name == "recognised_author":
        return [(label, _recognised(form, typed))] if form.cleaned_data.get("co_authors") else []
    if not typed:
        return []
    if name in {"field", "solution_kind"}:
        return [(label, _labels(desk.choices).get((name, typed), typed))]
    if name == "benefit_value":
        value = form.cleaned_data.get(name)
        return [(label, f"{typed}\n{money.in_words(value.dong)}" if value and value.dong is not None else typed)]
    return [(label, typed)]


def _recognised(form: "StepForm", picked: str) -> str:
    """Who will be recognised, whoever was picked; who was picked while that is not settled."""
    settled = form.cleaned_data.get("recognised_author")
    if settled:
        return str(form.cleaned_data["co_authors"][settled - 1].full_name)
    return dict(form.fields["recognised_author"].widget.choices).get("0" if settled == 0 else picked, picked)  # type: ignore[attr-defined]


def _document(document: Attachment, choices: Sequence[Choice]) -> str:
    kind = _labels(choices).get((ChoiceList.ATTACHMENT_KIND, document.kind), "Tài liệu khác")
    return f"{kind}, {formats.file_size(document.size)}"


def _labels(choices: Sequence[Choice]) -> Mapping[tuple[str, str], str]:
    return {(choice.list, choice.code): choice.label for choice in choices}
