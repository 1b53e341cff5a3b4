"""The steps: who you are, the initiative, check and submit; documents have a file of their own. Each is saved when it is
sent, whatever it holds.

No session, no cookie, no token of a form: the unguessable link is the authority (`portal/doors.py`). A step page that is
not opened from a page of ours leads to the draft's door first, so a link shared in a chat shows nothing.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from initiatives import lifecycle
from initiatives.campaigns import campaign_facts, poster_counts, windows
from initiatives.models import Campaign, Draft, Initiative
from initiatives.submission import actions, alike, answers, limits, opening, receipts, repairs
from initiatives.submission.desks import STEPS, Desk, Outstanding, object_to
from initiatives.submission.facts import Part, facts_of
from initiatives.submission.forms import ContentForm, PersonForm, StepForm
from initiatives.submission.views.frame import absolute, step_page, step_page_filled
from orgtree.models import Unit
from portal import metrics
from portal.doors import comes_from_our_page, public
from portal.kept_pages import kept, true_until
from portal.patterns import hole
from portal.requests import arrival, client_network
from portal.templatetags.portal_pack import written_facts
from portal.vietnamese.fields import TypedField

View = Callable[..., HttpResponse]

PERSON, CONTENT, DOCUMENTS, CHECK = STEPS
LATE = (
    "Đã hết thời gian nhận nên chưa nộp được. Nếu bạn bấm nút dưới đây, bản nháp được đánh dấu gửi muộn để công đoàn xem xét "
    "xin gia hạn."
)
NOT_NOW = "Lúc này chương trình chưa nhận nên chưa nộp được. Bản nháp của bạn vẫn được giữ; hãy quay lại khi chương trình nhận."
FILLED_IN = "dien-san"  # in an address: this was not sent yet, so nothing of it is objected to


def private(view: View) -> View:
    """Nothing of a private page is kept by a browser, found by a search engine or told to another site."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded


def at_draft(view: View) -> View:
    """Opens the draft of the link: a received one leads to its receipt, a stranger's visit to the door."""

    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        draft = opening.draft_of(token)
        if draft is None:
            return _draft_gone(request)
        if draft.is_received:
            return _received(draft, token)
        if request.method != "POST" and not comes_from_our_page(request):
            door = reverse("draft_door", args=[token])
            return redirect(f"{door}?{FILLED_IN}=1" if FILLED_IN in request.GET else door)
        answer = view(request, Desk(draft, token, arrival(request), decides=request.method == "POST"))
        # Another tab may have submitted it while this step was on its way.
        return _received(draft, token) if draft.is_received else answer

    return public(require_http_methods(["GET", "HEAD", "POST"])(private(opened)))


@public
@require_http_methods(["GET", "HEAD", "POST"])
@kept("don-vi", poster_counts.FIELD, turns=windows.turns)
def begin(request: HttpRequest, campaign: str) -> HttpResponse:
    """Step 1 without a draft yet; the POST makes it."""
    at, is_sent = arrival(request), request.method == "POST"
    known = campaign_facts.at_address(campaign, at=at)
    if known is None or not (is_sent or known.campaign.is_published):
        raise Http404
    mark = _poster_mark(request) if is_sent else ""
    begun = actions.begin(known.campaign, at=at, poster_unit=poster_counts.unit_of(mark) if mark else None)
    desk = Desk(begun.draft, begun.token, at, decides=is_sent)
    if is_sent:
        return private(_begun)(request, desk)
    hint = _unit_named(request.GET.get("don-vi", ""), desk)
    ruling = desk.verdict(hint)
    if not ruling.is_open:
        page = closed_page(request, desk, ruling, unit=hint)
    else:
        page = _person_page(request, desk, desk.person_form(blank=True, unit_hint=hint), ruling)
    return true_until(page, known.may_be_told_until, *ruling.turns)


def person(request: HttpRequest, desk: Desk) -> HttpResponse:
    if request.method != "POST":
        form = desk.person_form()
        if FILLED_IN in request.GET:
            form.hide_errors()
        return _person_page(request, desk, form, desk.window)
    form = _save_person(request, desk)
    return _onward(request, desk, PERSON, form, lambda: _person_page(request, desk, form, desk.window))


def content(request: HttpRequest, desk: Desk) -> HttpResponse:
    if request.method != "POST":
        sent = desk.was_sent(CONTENT)
        if not sent and not desk.window.is_open and desk.revised is None:
            return closed_page(request, desk, desk.window, unit=desk.draft.unit)
        if not sent and desk.revised is None:
            return _blank_content_page(request, desk)
        form = desk.content_form(blank=not sent)
        if sent and form.is_bound:
            form.full_clean()
            object_to(form, desk.objections(form, documents=()))
        return _content_page(request, desk, form)
    typed = _typed(request, desk, answers.CONTENT) | {answers.ROWS: answers.rows_asked(request.POST)}
    actions.save(desk.draft, typed, at=desk.at, ruling=desk.window)
    if "more" in request.POST:
        form = desk.content_form()
        form.hide_errors()
        return _content_page(request, desk, form)
    if "unrecognised" in request.POST and desk.prints_request:
        return see_other(_request_address(desk))
    form = desk.content_form()
    form.full_clean()
    object_to(form, desk.objections(form, documents=()))
    return _onward(request, desk, CONTENT, form, lambda: _content_page(request, desk, form))


def check(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Everything typed, masked where it must be; the button that submits. What is outstanding is named with its place."""
    person_form, content_form = desk.person_form(), desk.content_form()
    outstanding, flags = _outstanding(desk, person_form, content_form)
    if request.method == "POST" and "confirm" in request.POST and outstanding:
        metrics.refused("invalid")
    elif request.method == "POST" and "confirm" in request.POST:
        entry = actions.entry_of(desk.draft, person_form.cleaned_data, content_form.cleaned_data, at=desk.at)
        try:
            return _submitted(request, desk, entry)
        except actions.AlreadyReceived as again:
            metrics.refused("already_received")
            return _check_page(request, desk, person_form, content_form, flags=flags, earlier=again.earlier)
        except lifecycle.WindowIsClosed as refusal:
            actions.save(desk.draft, {}, at=desk.at, ruling=refusal.verdict)
            return closed_page(request, desk, refusal.verdict, unit=desk.draft.unit)
        except lifecycle.MoveRefused as refusal:
            metrics.refused("changed_meanwhile")
            outstanding = [Outstanding(CHECK, "", refusal.sentence)]
    if request.method == "POST" and not desk.window.is_open and desk.revised is None:
        actions.save(desk.draft, {}, at=desk.at, ruling=desk.window)
        return closed_page(request, desk, desk.window, unit=desk.draft.unit)
    return _check_page(request, desk, person_form, content_form, outstanding=outstanding, flags=flags)


# --- what the steps share -------------------------------------------------------------------------------------------


def receipt_of(draft: Draft, token: str) -> str:
    """The address of the receipt that the draft's link leads to; "" where an officer renewed the receipt's link since."""
    receipt = receipts.receipt_token(token)
    opens = Initiative.objects.filter(draft=draft, receipt_token_hash=receipts.token_hash(receipt)).exists()
    return reverse("receipt", args=[receipt]) if opens else ""


def _received(draft: Draft, token: str) -> HttpResponse:
    """On to the receipt; to the door, which says how to go on, where this link leads to none any more."""
    return HttpResponseRedirect(receipt_of(draft, token) or reverse("draft_door", args=[token]))


def _draft_gone(request: HttpRequest) -> HttpResponse:
    """Nothing can be kept here. What a step brought stands in its answer, to be copied; its codes and identity number do not."""
    forms: dict[str, type[StepForm]] = {PERSON: PersonForm, CONTENT: ContentForm}
    form = forms.get(request.path.rstrip("/").rsplit("/", 1)[-1])
    if request.method != "POST" or form is None:
        raise Http404
    asked = {
        name: str(field.label)
        for name, field in form.base_fields.items()
        if isinstance(field, TypedField) and name != answers.SEALED
    }
    if form is ContentForm:
        asked |= {f"co_authors-{n}-full_name": f"Đồng tác giả {n}" for n in range(1, answers.CO_AUTHORS + 1)}
    brought = answers.read(request.POST, list(asked))
    facts = [(asked[name], str(typed)) for name, typed in brought.items() if typed]
    if not facts:
        raise Http404
    return render(request, "submission/draft_gone.html", {"facts": facts}, status=404)


def _begun(request: HttpRequest, desk: Desk) -> HttpResponse:
    if not answers.holds_anything(answers.read(request.POST, answers.PERSON)):
        form = desk.person_form()
        ruling = desk.verdict(None)
        return closed_page(request, desk, ruling) if not ruling.is_open else _person_page(request, desk, form, ruling)
    network = client_network(request)
    limits.admit_draft(network, at=desk.at)
    form = _save_person(request, desk)
    limits.draft_was_begun(desk.draft.token_hash, network, at=desk.at)
    return _onward(request, desk, PERSON, form, lambda: _person_page(request, desk, form, desk.window))


def _typed(request: HttpRequest, desk: Desk, names: list[str]) -> answers.Answers:
    """A step as sent; of what was typed in an old font, what its sender said."""
    typed = answers.read(request.POST, names)
    if "repair" in request.POST:
        return typed | repairs.repaired(typed, desk.typed)
    return typed | (repairs.left_alone(typed, desk.typed) if repairs.AS_TYPED in request.POST else {})


def _save_person(request: HttpRequest, desk: Desk) -> PersonForm:
    """Saves the step as sent, whatever it holds, and answers the form that judges it."""
    typed = _typed(request, desk, answers.PERSON)
    desk.draft.answers = {**desk.draft.answers, **{n: v for n, v in typed.items() if n != answers.SEALED}}
    if answers.SEALED in typed:
        desk.draft.national_id = str(typed[answers.SEALED])
    form = desk.person_form()
    form.full_clean()
    unit = form.cleaned_data.get("attached_unit") or desk.draft.unit
    ruling = desk.verdict(unit)
    asks_consent = bool(typed.get("consent")) and desk.draft.consented_at is None
    consent_text = desk.facts.consent_text(desk.at) if asks_consent else None
    actions.save(desk.draft, typed, at=desk.at, unit=unit, ruling=ruling, consent_text=consent_text)
    desk.window = ruling
    if "choose" in request.POST:
        form.hide_errors()
    return form


def _onward(
    request: HttpRequest, desk: Desk, step: str, form: StepForm, page: Callable[[], HttpResponse]
) -> HttpResponse:
    """After a step was saved: the closed page, the same page with its objections, or the next one."""
    if not desk.window.is_open and desk.revised is None:
        return closed_page(request, desk, desk.window, unit=desk.draft.unit)
    if "back" in request.POST and desk.before(step):
        return see_other(desk.before(step))
    if {"choose", "repair"} & set(request.POST) or not form.is_valid() or desk.old_fonts(form):
        return page()
    return see_other(desk.after(step))


def _submitted(request: HttpRequest, desk: Desk, entry: lifecycle.Entry) -> HttpResponse:
    if desk.revised is not None:
        lifecycle.revise(desk.revised.pk, entry, desk.draft, at=desk.at)
        return see_other(desk.address())
    again = "again" in request.POST
    actions.submit(desk.draft, entry, token=desk.key, arrived_at=desk.at, again=again)
    brought = sum(document.size for document in desk.documents)
    limits.draft_was_sent(desk.draft.token_hash, document_bytes=brought, at=desk.at)
    return see_other(reverse("receipt", args=[receipts.receipt_token(desk.key)]))


def _outstanding(desk: Desk, person_form: PersonForm, content_form: Any) -> tuple[list[Outstanding], list[str]]:
    """What blocks, with its place; and what is only asked about."""
    person_form.full_clean()
    content_form.full_clean()
    objections = desk.objections(content_form, documents=desk.documents)
    object_to(content_form, objections)
    found = []
    for step, form in ((PERSON, person_form), (CONTENT, content_form)):
        for name, sentences in form.errors.items():
            place = f"{desk.address(step)}#id_{name}"
            found += [Outstanding(step, place, str(sentence)) for sentence in sentences]
    if "consent" not in person_form.errors and desk.draft.consent_text_id is None:
        place = f"{desk.address(PERSON)}#id_consent"
        found.append(Outstanding(PERSON, place, "Cổng chưa ghi được sự đồng ý của bạn. Hãy mở phần này và lưu lại."))
    found += [
        Outstanding(DOCUMENTS, desk.address(DOCUMENTS), objection.sentence)
        for objection in objections
        if objection.blocks and objection.field == "attachments"
    ]
    return found, [objection.sentence for objection in objections if not objection.blocks]


def _person_page(request: HttpRequest, desk: Desk, form: PersonForm, ruling: windows.Verdict) -> HttpResponse:
    context = {
        "form": form,
        "window": ruling,
        # The first step begins a draft, unless it corrects what was received.
        "action": desk.address(PERSON) if desk.draft.pk or desk.revised else _begin_address(request, desk.campaign),
    }
    return step_page(request, desk, PERSON, "submission/person.html", context)


def _begin_address(request: HttpRequest, campaign: Campaign) -> str:
    """Of the first step; it remembers whose poster was scanned until there is a draft that does."""
    address, mark = reverse("begin", args=[campaign.slug]), _poster_mark(request)
    return f"{address}?{poster_counts.FIELD}={mark}" if mark else address


def _poster_mark(request: HttpRequest) -> str:
    return poster_counts.marked(request.GET.get(poster_counts.FIELD, ""))


def _request_address(desk: Desk) -> str:
    """Of the page that prints a request for recognition; "" where none is needed."""
    return reverse("draft_recognition", args=[desk.key]) if desk.prints_request else ""


def _content_page(request: HttpRequest, desk: Desk, form: Any) -> HttpResponse:
    context = {"form": form, "window": desk.window, "alike": alike.public_titles(desk.draft)}
    return step_page(request, desk, CONTENT, "submission/content.html", context)


def _blank_content_page(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Nothing was typed yet, so nothing is objected to, offered in another font or alike."""
    rows = int(desk.draft.answers.get(answers.ROWS) or 0)
    today = timezone.localdate(desk.at)
    return step_page_filled(
        request,
        desk,
        CONTENT,
        "submission/content.html",
        context=lambda: {"form": desk.content_form(blank=True)},
        by=(rows, today),
    )


def _check_page(request: HttpRequest, desk: Desk, person_form: Any, content_form: Any, **found: Any) -> HttpResponse:
    parts = facts_of(desk, person_form, content_form)
    unrecognised = "" if desk.says_recognised else _request_address(desk)
    titles = alike.public_titles(desk.draft)
    if desk.revised is None and not (found.get("outstanding") or found.get("earlier") or titles):
        return _check_page_filled(request, desk, parts, found["flags"], unrecognised)
    context = {
        "window": desk.window,
        "parts": parts,
        "objections": [
            {"id": "", "address": each.address, "text": each.sentence} for each in found.get("outstanding", [])
        ],
        "flags": found.get("flags", []),
        "earlier": found.get("earlier"),
        "may_submit": not found.get("outstanding"),
        **_of_the_button(_not_received_now(desk)),
        "unrecognised": unrecognised,
        "alike": titles,
    }
    return step_page(request, desk, CHECK, "submission/check.html", context)


def _check_page_filled(
    request: HttpRequest, desk: Desk, parts: Sequence[Part], flags: Sequence[str], unrecognised: str
) -> HttpResponse:
    """Nothing stands in the way; something may be asked about."""
    not_received_now = _not_received_now(desk)
    values = {"unrecognised": unrecognised} | {f"flag_{number}": flag for number, flag in enumerate(flags)}
    for number, part in enumerate(parts):
        values |= {f"facts_{number}": written_facts(part.facts), f"address_{number}": part.address}

    def context() -> dict[str, Any]:
        return {
            "parts": [Part(part.title, hole(f"address_{n}"), hole(f"facts_{n}")) for n, part in enumerate(parts)],
            "flags": [hole(f"flag_{number}") for number in range(len(flags))],
            "unrecognised": hole("unrecognised") if unrecognised else "",
            "may_submit": True,
            **_of_the_button(not_received_now),
        }

    by = (len(flags), bool(unrecognised), not_received_now)
    return step_page_filled(request, desk, CHECK, "submission/check.html", context=context, by=by, values=values)


def _not_received_now(desk: Desk) -> str:
    """What the button of the last step does while nothing is received for the unit; "" where it submits."""
    if desk.revised is not None or desk.window.is_open:
        return ""
    return LATE if desk.window.is_late else NOT_NOW


def _of_the_button(not_received_now: str) -> dict[str, Any]:
    """What it says must be what it does."""
    return {"not_received_now": not_received_now, "marks_late": not_received_now == LATE}


def closed_page(request: HttpRequest, desk: Desk, ruling: windows.Verdict, unit: Unit | None = None) -> HttpResponse:
    """Not open for this unit: what was typed is kept, and the nearest union is named."""
    if request.method == "POST":
        metrics.refused("late" if ruling.is_late else "closed")
    context = {
        "desk": desk,
        "campaign": desk.campaign,
        "window": ruling,
        "unit": unit,
        "kept": bool(desk.draft.pk),
        "late": desk.draft.late_at is not None,
        "draft_link": absolute(request, desk.address()) if desk.draft.pk else "",
        "contacts": desk.facts.helping(unit),
    }
    return render(request, "submission/closed.html", context)


def _unit_named(code: str, desk: Desk) -> Unit | None:
    """The unit of a poster or a search result, in the campaign's structure; None for anything else."""
    if not code or len(code) > 200 or "\0" in code:
        return None
    return desk.units.filter(code=code).exclude(depth=1).first()


def see_other(address: str) -> HttpResponse:
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


draft_person, draft_content, draft_check = map(at_draft, (person, content, check))
