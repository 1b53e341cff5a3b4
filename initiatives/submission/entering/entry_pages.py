"""The one page with all questions, which entering and correcting share: what it shows, and the documents it takes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from initiatives.models import Asked, Attachment, ChoiceList, Draft
from initiatives.submission import actions, answers, repairs
from initiatives.submission.desks import Desk
from initiatives.submission.entering.corrections import named
from initiatives.submission.entering.entries import forget_empty
from initiatives.submission.entering.forms import EnteredContentForm, EnteredPersonForm
from initiatives.submission.entering.offers import CODE, Offer
from initiatives.submission.files.handlers import StopEarlyHandler
from initiatives.submission.files.judge import MAX_BYTES
from initiatives.submission.forms.step import StepForm
from initiatives.submission.views.documents import take_documents
from orgtree import search

UNITS_LISTED = 200
UNITS_FOUND = 20
WHICH_UNIT = "Hãy chọn đúng đơn vị trong danh sách bên dưới."
REPAIR = "repair"
CONSENTS = ("consent", "publish_consent")
TYPED = [name for name in (*answers.PERSON, *answers.CONTENT) if name != "top_unit"]


def typed_in(request: HttpRequest) -> answers.Answers:
    """What was sent, as the forms read it; a unit picked from the list of those found takes the place of what was typed, and
    what was typed in an old font gives way to what it was meant to be, where its typist said so."""
    typed = answers.read(request.POST, TYPED)
    chosen = request.POST.get("unit_chosen", "")
    if typed and CODE.fullmatch(chosen):
        typed["unit"] = chosen
    return typed | repairs.repaired(typed, {}) if REPAIR in request.POST else typed


def is_to_be_read_again(request: HttpRequest) -> bool:
    """Whether something stands there in an old font, or was just repaired."""
    return REPAIR in request.POST or bool(_offered(request))


def _offered(request: HttpRequest) -> list[repairs.Offer]:
    if request.method != "POST" or repairs.AS_TYPED in request.POST:
        return []
    typed = typed_in(request)
    return repairs.offers(typed, typed)


def old_font_context(request: HttpRequest, *forms: StepForm) -> dict[str, Any]:
    """What `review/_old_font.html` takes."""
    labels = {name: str(field.label) for form in forms for name, field in form.fields.items()}
    return {
        "old_fonts": [(offer, labels[offer.name]) for offer in _offered(request) if offer.name in labels],
        "is_repaired": REPAIR in request.POST,
        "stays_as_typed": repairs.AS_TYPED in request.POST,
    }


def stop_early(request: HttpRequest) -> None:
    """As on the public page of documents; to be called before anything asks what was posted."""
    if request.method == "POST":
        request.upload_handlers = [StopEarlyHandler(request, allowed=actions.MAX_FILES * MAX_BYTES + MAX_BYTES)]


def faults_of_documents(
    request: HttpRequest, offer: Offer, draft: Callable[[], Draft], *, at: datetime, stays: bool = False
) -> list[str]:
    """Takes in and takes away documents as asked, on a draft that is made once one is needed; answers what was wrong.

    A draft that holds no document then is gone again, unless it `stays`: somebody's answers are in it.
    """
    posted = request.POST
    is_about_them = bool(request.FILES) or "remove" in posted or posted.get("file_count", "") not in {"", "0"}
    if posted.get("eof") == "1" and (offer.campaign.asks_attachments == Asked.OFF or not is_about_them):
        return []
    if posted.get("eof") != "1":
        return ["Kết nối bị ngắt giữa chừng nên chưa nhập. Hãy chọn lại tệp, nếu có, rồi gửi lại."]
    if not request.FILES and "remove" not in posted:
        return ["Chưa nhận được tệp nào. Hãy chọn lại tệp rồi gửi lại."]
    desk = Desk(draft(), "", at)
    desk.__dict__["choices"] = offer.choices
    faults = take_documents(request, desk)
    if not stays and (faults or "remove" in posted):
        forget_empty(desk.draft)
    return faults


def found_units(offer: Offer, typed: str) -> list[search.Found]:
    """The units of the branch that may be meant; nothing for what names one."""
    if not typed.strip() or offer.unit_named(typed) is not None:
        return []
    return search.find(typed[:200], among=offer.units, limit=UNITS_FOUND)


def suggestions(offer: Offer, typed: str) -> list[str]:
    """The same as lines for the field, while one types."""
    found = search.find(typed[:200], among=offer.units, limit=UNITS_FOUND) if typed.strip() else []
    return [named(each.unit) for each in found]


def listed_units(offer: Offer) -> list[str]:
    """All units of a branch that is small; nothing for a large one, whose units are asked for while one types."""
    units = list(offer.units.order_by("path")[: UNITS_LISTED + 1])
    return [named(unit) for unit in units] if len(units) <= UNITS_LISTED else []


def entry_context(
    offer: Offer,
    person: EnteredPersonForm,
    content: EnteredContentForm,
    *,
    documents: Sequence[Attachment],
    faults: dict[str, list[str]] | None = None,
    unit_is_fixed: bool,
    typed_unit: str = "",
) -> dict[str, Any]:
    """What `review/_entry.html` takes. `faults` are those of fields and, by "" and "attachments", all others."""
    faults = dict(faults or {})
    listed = [] if unit_is_fixed else listed_units(offer)
    found = found_units(offer, typed_unit) if "unit" in faults and not unit_is_fixed else []
    if found:
        faults["unit"] = [WHICH_UNIT]
        person.errors["unit"] = person.error_class(faults["unit"])
    unasked = {"unit"} if unit_is_fixed else set()
    if unit_is_fixed and not person["unit_name"].value():
        unasked.add("unit_name")
    person.fields["unit"].is_unmarked = True  # type: ignore[attr-defined]  # asked of whoever has several
    person.fields["unit"].widget.attrs["list"] = "units-found"
    if not unit_is_fixed and not listed:
        person.fields["unit"].widget.attrs["data-suggest"] = "tim"
    return {
        "campaign": offer.campaign,
        "person_fields": [person[name] for name in person.fields if name not in unasked.union(CONSENTS)],
        "consent_fields": [person[name] for name in CONSENTS if name in person.fields],
        "content": content,
        "fixed_unit": offer.own_unit if unit_is_fixed else None,
        "listed_units": listed,
        "found_units": found,
        "asks_documents": offer.campaign.asks_attachments != Asked.OFF,
        "documents": documents,
        "document_faults": faults.get("attachments", []),
        "kinds": [choice for choice in offer.choices if choice.list == ChoiceList.ATTACHMENT_KIND],
        "max_files": actions.MAX_FILES,
        "max_bytes": MAX_BYTES,
        "room": max(actions.MAX_FILES - len(documents), 0),
        "objections": [
            {"id": f"id_{name}" if name else "", "text": sentence}
            for name in in_order(
                faults,
                [
                    *(each for each in person.fields if each not in CONSENTS),
                    *content.fields,
                    "attachments",
                    *CONSENTS,
                    "",
                ],
            )
            for sentence in faults[name]
        ],
    }


def in_order(faults: dict[str, list[str]], names: Sequence[str]) -> list[str]:
    """The names that have faults, as they stand on the page; what concerns the whole comes first."""
    return sorted(faults, key=lambda name: names.index(name) if name and name in names else -1)
