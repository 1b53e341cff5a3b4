"""What stands around every step: where one is, what stands in the way, "CHƯA nộp", the draft's own link, whom to call.

A step on which nothing was typed yet, or that only shows what was, looks the same for everybody but for a few words: it is drawn
once for the facts of its campaign and filled for each draft (`portal/patterns.py`).
"""

from collections.abc import Callable, Hashable, Mapping
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from initiatives.campaigns.windows import Verdict
from initiatives.models import Contact
from initiatives.submission.desks import TITLES, Desk
from portal.patterns import hole
from portal.templatetags.portal_pack import objections
from portal.vietnamese import days

Context = dict[str, Any]


def step_page(request: HttpRequest, desk: Desk, step: str, template: str, context: Context) -> HttpResponse:
    """The page of `step`, whatever stands on it. `context` may bring a form, and an action of its own."""
    form = context.get("form")
    if form is not None:
        context["objections"] = objections(form)
        context["old_fonts"] = [(offer, form.fields[offer.name].label) for offer in desk.old_fonts(form)]
        context["is_repaired"] = "repair" in request.POST
    around = _of_the_step(desk, step, _contact(desk)) | {"desk": desk} | _of_the_draft(request, desk, step)
    return render(request, template, around | context)


def step_page_filled(
    request: HttpRequest,
    desk: Desk,
    step: str,
    template: str,
    *,
    context: Callable[[], Context],
    by: Hashable = (),
    values: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The same as `step_page` with what `context` gives, for a draft that corrects nothing.

    `context` is asked once for many drafts: it must take nothing from this one. What differs stands there as holes and in
    `values`; `by` is what else decides how it looks, beside the campaign, the step, whom to call and whether it closes soon.
    """
    own, window, contact = _of_the_draft(request, desk, step), desk.window, _contact(desk)
    of_phone = {"kept_as": desk.kept_as, "saved_states": desk.saved_states, "begun_as": desk.begun_as}

    def draw() -> str:
        told = {name: hole(name) for name in ("sentence", "left", "left_then", "seconds_left")}
        around = _of_the_step(desk, step, contact) | {name: hole(name) for name in own}
        around["window"] = SimpleNamespace(closes_soon=window.closes_soon, **told)
        around["desk"] = SimpleNamespace(
            revised=None, prints_request=desk.prints_request, **{name: hole(name) for name in of_phone}
        )
        return render_to_string(template, around | context())

    key = (template, window.closes_soon, contact.pk if contact is not None else None, by)
    return HttpResponse(
        desk.facts.patterns.filled(key, own | of_phone | _of_the_window(window) | dict(values or {}), draw)
    )


def absolute(request: HttpRequest, address: str) -> str:
    return request.build_absolute_uri(address)


def _contact(desk: Desk) -> Contact | None:
    return next(iter(desk.facts.helping(desk.draft.unit)), None)


def _of_the_step(desk: Desk, step: str, contact: Contact | None) -> Context:
    return {
        "campaign": desk.campaign,
        "step": step,
        "number": desk.steps.index(step) + 1,
        "total": len(desk.steps),
        "step_title": TITLES[step],
        "contact": contact,
    }


def _of_the_draft(request: HttpRequest, desk: Desk, step: str) -> Context:
    """Texts. Without an action a form is sent to the address shown, and what stands behind its "#" goes with every redirect."""
    is_kept = bool(desk.draft.pk)
    return {
        "action": desk.address(step),
        "back": desk.before(step) if is_kept else "",
        "saved_at": days.moment(desk.draft.saved_at) if is_kept else "",
        "draft_link": absolute(request, desk.address()) if is_kept and not desk.revised else "",
    }


def _of_the_window(window: Verdict) -> Context:
    told: Context = {"sentence": window.sentence}
    if window.closes_soon:
        told |= {"left": window.left, "left_then": window.left_then, "seconds_left": window.seconds_left}
    return told
