"""Following up: code and phone lead to a signed page for half an hour; there one corrects, adds and withdraws."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from initiatives import lifecycle
from initiatives.campaigns import contacts, windows
from initiatives.models import Act, Asked, ConsentText, Draft, Initiative, Nomination, ReviewEvent, Status
from initiatives.submission import actions, answer_times, answers, limits, receipts, selected, tracking
from initiatives.submission.desks import STEPS, Desk, remarks_on
from initiatives.submission.facts import facts_of_initiative
from initiatives.submission.forms import TrackForm
from initiatives.submission.views import documents, steps
from initiatives.submission.views.receipt import erased
from initiatives.submission.views.steps import private, see_other
from portal import metrics
from portal.doors import public
from portal.refusals import TooManyTries
from portal.requests import arrival, client_network, in_app_browser
from portal.templatetags.portal_pack import objections
from portal.vietnamese import days

NOT_FOUND = "Không tìm thấy sáng kiến với mã và số điện thoại này. Hãy xem lại cả hai."
EXPIRED = "Trang theo dõi chỉ mở trong 30 phút và đã hết giờ. Hãy nhập lại mã và số điện thoại để đi tiếp."
KEPT = "Những gì bạn vừa nhập đã được lưu. " + EXPIRED
TONES = {
    Status.SUBMITTED: "plain",
    Status.RETURNED: "wait",
    Status.VALID: "good",
    Status.INVALID: "stop",
    Status.WITHDRAWN: "plain",
}
NEXT_STEPS = {
    Status.SUBMITTED: "Công đoàn sẽ xem xét sáng kiến. Bạn không cần làm gì thêm; hãy quay lại đây để xem kết quả.",
    Status.RETURNED: "Hãy sửa những chỗ công đoàn yêu cầu rồi gửi lại. Sáng kiến sẽ được xét tiếp.",
    Status.VALID: "Sáng kiến đã được tính vào kết quả của đơn vị và có thể được chọn để biểu dương.",
    Status.INVALID: "Nếu bạn thấy chưa đúng, hãy liên hệ công đoàn của bạn.",
    Status.WITHDRAWN: "Bạn đã rút sáng kiến này. Nếu muốn tham gia lại, hãy nộp mới khi chương trình còn nhận.",
}
# In an address of the record: a step came too late and is kept.
TOLD, UNSENT = "tin", "da-giu"
UNION, SENDER = "Công\N{NO-BREAK SPACE}đoàn", "Người\N{NO-BREAK SPACE}nộp"
AS_RECEIVED = "Công đoàn sẽ xem xét bản đã nhận."  # while a correction of it lies unsent
STILL_OPEN = "Đến khi công đoàn bắt đầu xét và chương trình còn nhận, bạn vẫn sửa và thêm tài liệu được."
# What the union did for its own order; it changes nothing for the sender.
INTERNAL = frozenset({Act.REASSIGNED, Act.REPOINTED, Act.CLEARED, Act.TOLD, Act.REPRINTED, Act.APPRAISED})
# Of `publish_consent`, as the two buttons send it.
SAYS = {"1": True, "0": False}
# From when on the union owes an answer.
BEGINS_WAITING = frozenset({Act.RECEIVED, Act.RESENT, Act.REOPENED})


@public
@require_http_methods(["GET", "HEAD", "POST"])
@private
def track(request: HttpRequest) -> HttpResponse:
    """Asks for code and phone. Nothing tells an unknown code from a wrong phone."""
    if request.method != "POST":
        notice = {"het-gio": EXPIRED, "da-luu": KEPT}.get(request.GET.get("tin", ""), "")
        return render(request, "submission/track.html", {"form": TrackForm(), "notice": notice})
    form = TrackForm(request.POST)
    if form.is_valid():
        at = arrival(request)
        # What is no code is counted as it was typed: one key for all of them would shut everybody out.
        code = receipts.parse_code(form.cleaned_data["code"]) or form.cleaned_data["code"]
        address = client_network(request)
        wait = tracking.seconds_to_wait(code, address, at=at)
        if wait:
            raise TooManyTries(wait)
        found = tracking.look_up(code, form.cleaned_data["phone"].digits, address=address, at=at)
        if found is not None:
            response = redirect("record_door", signed=tracking.sign(found, at=at))
            response.status_code = 303
            return response
        metrics.refused("not_found")
        form.add_error(None, NOT_FOUND)
    context = {"form": form, "objections": objections(form)}
    if form.non_field_errors():
        context["objections_title"] = "Chưa tìm thấy"
    return render(request, "submission/track.html", context)


def at_record(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Opens the initiative of a signed link. An expired one asks code and phone again; a step that was being sent is kept."""

    @wraps(view)
    def opened(request: HttpRequest, signed: str, **named: str) -> HttpResponse:
        at = arrival(request)
        try:
            pk = tracking.read_signed(signed, at=at)
        except tracking.LinkIsNotOurs:
            raise Http404 from None
        except tracking.LinkExpired as expired:
            kept = request.method == "POST" and tracking.may_still_save(expired, at=at) and _keep(request, expired, at)
            return _to_track("da-luu" if kept else "het-gio")
        initiative = Initiative.objects.select_related("campaign", "unit", "phase").filter(pk=pk).first()
        if initiative is None:
            raise Http404
        if initiative.erased_at is not None:
            return erased(request, initiative)
        return view(request, initiative, signed, **named)

    return public(require_http_methods(["GET", "HEAD", "POST"])(private(opened)))


@at_record
def record_door(request: HttpRequest, initiative: Initiative, signed: str) -> HttpResponse:
    """Where the initiative stands, why, and what can be done now. A POST is the sender's word on being published."""
    at = arrival(request)
    agrees = SAYS.get(request.POST.get("publish_consent", ""))
    if agrees is not None:
        actions.agree_to_publication(initiative.pk, agrees=agrees, at=at)
        return see_other(f"{_address(signed)}#cong-bo")
    refusal = lifecycle.refuses_revision(initiative, at=at)
    remarks = remarks_on(initiative)
    events = list(initiative.events.order_by("-number"))
    last = next((event for event in events if event.act in {Act.RETURNED, Act.DECLINED}), None)
    concerns = last if last and initiative.status in {Status.RETURNED, Status.INVALID} else None
    usual_days = answer_times.usual_days(initiative) if initiative.is_awaiting else None
    since = next((event.at for event in events if event.act in BEGINS_WAITING), initiative.submitted_at)
    selection = selected.of(initiative)
    waits = initiative.status in {Status.SUBMITTED, Status.RETURNED}
    unsent = (waits or request.GET.get(TOLD) == UNSENT) and _has_unsent(initiative)
    context = {
        "initiative": initiative,
        "campaign": initiative.campaign,
        "signed": signed,
        "tone": TONES[Status(initiative.status)],
        "selection": selection,
        "next_step": selection.next_step or _next_step(initiative, may_correct=not refusal, unsent=unsent),
        "usual_days": usual_days,
        "waits_long": answer_times.is_overdue(since, usual_days, at=at),
        "reasons": [reason["text"] for reason in concerns.reasons] if concerns else [],
        "due_on": concerns.due_on if concerns and initiative.is_returned else None,
        "may_correct": not refusal,
        "asks_documents": initiative.campaign.asks_attachments != Asked.OFF,
        "refusal": refusal if waits else "",
        "unsent": unsent,
        "in_app": in_app_browser(request),
        "mend_at": reverse(f"record_{_step_to_mend(remarks).replace('-', '_')}", args=[signed]),
        "may_send_another": windows.verdict(initiative.campaign, at=at, unit=initiative.unit).is_open,
        "may_withdraw": initiative.may_become(Status.WITHDRAWN),
        "asks_withdrawal": request.GET.get("rut") == "1",
        "trail": _trail(events, selected.by_event(initiative, events)),
        "public_page": selected.public_page(selection, at=at),
        "may_agree": actions.may_agree_to_publication(initiative),
        "facts": facts_of_initiative(initiative, list(initiative.campaign.choices.all())),
        "contacts": contacts.nearest(initiative.campaign, initiative.unit),
    }
    return render(request, "submission/record.html", context)


@at_record
def record_another(request: HttpRequest, initiative: Initiative, signed: str) -> HttpResponse:
    """A POST begins another initiative of the same person, who proved by code and phone to be that; step 1 is filled in."""
    at = arrival(request)
    ruling = windows.verdict(initiative.campaign, at=at, unit=initiative.unit)
    if request.method != "POST" or not ruling.is_open:
        return see_other(_address(signed))
    network = client_network(request)
    limits.admit_draft(network, at=at)
    begun = actions.begin_another(initiative, at=at, ruling=ruling)
    limits.draft_was_begun(begun.draft.token_hash, network, at=at)
    return see_other(f"{reverse('draft_nguoi_nop', args=[begun.token])}?{steps.FILLED_IN}=1")


@at_record
def record_withdraw(request: HttpRequest, initiative: Initiative, signed: str) -> HttpResponse:
    """GET asks whether it is meant; POST with confirm=1 does it."""
    at = arrival(request)
    if not initiative.may_become(Status.WITHDRAWN):
        return see_other(_address(signed))
    if request.method != "POST" or request.POST.get("confirm") != "1":
        return render(request, "submission/withdraw.html", {"initiative": initiative, "signed": signed})
    try:
        actions.withdraw(initiative, at=at)
    except lifecycle.MoveRefused as refused:
        initiative.refresh_from_db(fields=["status"])
        if initiative.may_become(Status.WITHDRAWN):  # it lies in a dossier that was sent
            told = {"initiative": initiative, "signed": signed, "refusal": refused.sentence}
            return render(request, "submission/withdraw.html", told, status=409)
    return see_other(_address(signed))


def at_correction(view: Callable[[HttpRequest, Desk], HttpResponse]) -> Callable[..., HttpResponse]:
    """Opens the correction of a record: what was saved of it, else what was received. A step that comes too late is kept all
    the same: where the union gives the initiative back, its sender goes on with it."""

    def opened(request: HttpRequest, initiative: Initiative, signed: str) -> HttpResponse:
        at = arrival(request)
        refusal = lifecycle.refuses_revision(initiative, at=at)
        if refusal:
            is_kept = request.method == "POST" and _save_step(request, initiative, at)
            return see_other(f"{_address(signed)}?{TOLD}={UNSENT}" if is_kept else _address(signed))
        # Every sent step gives another half hour.
        is_sent = request.method == "POST"
        key = tracking.sign(initiative, at=at) if is_sent else signed
        return view(request, _desk(initiative, key, at, decides=is_sent))

    return at_record(wraps(view)(opened))


def _desk(initiative: Initiative, key: str, at: datetime, *, decides: bool) -> Desk:
    draft = Draft.objects.select_related("unit").filter(revises=initiative).first()
    if draft is None:
        draft = actions.begin_revision(initiative, at=at)
    draft.revises = initiative
    return Desk(draft, key, at, revised=initiative, remarks=remarks_on(initiative), decides=decides)


def _keep(request: HttpRequest, expired: tracking.LinkExpired, at: datetime) -> bool:
    """Saves a step that came by an expired link; shows nothing of what is there."""
    initiative = Initiative.objects.select_related("campaign", "unit").filter(pk=expired.initiative_id).first()
    return initiative is not None and _save_step(request, initiative, at)


def _save_step(request: HttpRequest, initiative: Initiative, at: datetime) -> bool:
    """Keeps the step that `request` brings, whether or not it may be sent now; of what was taken back or erased nothing is kept.
    Whether it is kept: the last step brings nothing, and stands for those before it."""
    if initiative.erased_at is not None or initiative.status == Status.WITHDRAWN:
        return False
    step = request.path.rstrip("/").rsplit("/", 1)[-1]
    if step == STEPS[-1]:
        return _has_unsent(initiative)
    names = {STEPS[0]: answers.PERSON, STEPS[1]: answers.CONTENT}.get(step)
    if names is None:
        return False
    typed = answers.read(request.POST, names)
    if not typed:
        return False
    desk = _desk(initiative, "", at, decides=True)
    actions.save(desk.draft, typed, at=desk.at, consent_text=ConsentText.in_force(desk.at))
    return True


def _has_unsent(initiative: Initiative) -> bool:
    return Draft.objects.filter(revises=initiative).exists()


def _next_step(initiative: Initiative, *, may_correct: bool, unsent: bool) -> str:
    if initiative.is_returned and not may_correct:
        return ""  # the refusal says what is left to do
    sentence = (
        AS_RECEIVED if unsent and may_correct and not initiative.is_returned else NEXT_STEPS[Status(initiative.status)]
    )
    return f"{sentence} {STILL_OPEN}" if initiative.status == Status.SUBMITTED and may_correct else sentence


def _step_to_mend(remarks: dict[str, list[str]]) -> str:
    """The first step that holds something the union asked to be mended."""
    for step, names in ((STEPS[0], answers.PERSON), (STEPS[1], answers.CONTENT), (STEPS[2], ["attachments"])):
        if any(name in remarks for name in names):
            return step
    return STEPS[0]


def _trail(events: list[ReviewEvent], nominations: dict[int, Nomination]) -> list[dict[str, object]]:
    """What concerns the sender, the latest first; no officer is told by name, but which unit nominated in which round."""
    shown = []
    for event in events:
        if event.act in INTERNAL:
            continue
        due = f"Bổ sung đến hết ngày {days.shown(event.due_on)}." if event.due_on else ""
        text = " ".join([*(reason["text"] for reason in event.reasons), due]).strip()
        by = UNION if event.account_id else SENDER
        nomination = nominations.get(event.number)
        if nomination is not None:
            text, by = f"Đợt “{nomination.round}”.", str(nomination.unit)
        shown.append({"title": selected.title_of(event), "at": event.at, "by": by, "text": text})
    return shown


def _address(signed: str) -> str:
    return reverse("record_door", args=[signed])


def _to_track(notice: str) -> HttpResponse:
    response = redirect("track")
    response["Location"] += f"?tin={notice}"
    response.status_code = 303
    return response


record_person, record_content, record_check = map(at_correction, (steps.person, steps.content, steps.check))
record_documents = documents.for_scripts(at_correction(documents.documents))
