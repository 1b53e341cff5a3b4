"""`/don-vi/`: finding one's unit by typing or by going down the tree. The same for everybody, so it may be cached:
nginx keeps an answer ten seconds (`deploy/nginx/kept.conf`), a browser a minute."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from orgtree.finding import other_names
from orgtree.forms import UnitSearchForm
from orgtree.models import Unit
from orgtree.search import Found, find, offered_below
from portal.doors import public

USUAL_STRUCTURE_DAY = date(2022, 1, 8)
MOST_FOUND = 50
MOST_LISTED = 300


@dataclass(frozen=True)
class Shown:
    """One line of the answer. `depth` is 1 for a unit listed below its parent; `link` chooses it for a campaign; `reason`
    says why it is here when its name does not."""

    unit: Unit
    above: str
    reason: str
    depth: int
    link: str
    below: str


@public
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """For a person a page, for the unit picker (`Accept: application/json`) the same as rows."""
    form = UnitSearchForm(request.GET)
    context: dict[str, Any] = {"objections": _objections(form), "shown": []} if not form.is_valid() else _answer(form)
    status = 400 if "objections" in context else 404 if context["is_lost"] else 200
    response: HttpResponse
    if _wants_rows(request):
        rows = [{"code": row.unit.code, "name": row.unit.short_name, "depth": row.depth} for row in context["shown"]]
        response = JsonResponse({"units": rows}, status=status, json_dumps_params={"ensure_ascii": False})
    else:
        response = render(request, "orgtree/units.html", {"form": form} | context, status=status)
    response["Cache-Control"] = "public, max-age=60"
    patch_vary_headers(response, ["Accept"])
    return response


def _answer(form: UnitSearchForm) -> dict[str, Any]:
    """The units found by what was typed, else those below one unit, else the provinces and sectors."""
    asked = form.cleaned_data
    typed, code, campaign = asked["q"], asked["thuoc"], asked["chuong-trinh"]
    carried = {"chuong-trinh": campaign, "ngay": asked["ngay"].isoformat() if asked["ngay"] else ""}
    structure = Unit.objects.in_structure_of(asked["ngay"] or USUAL_STRUCTURE_DAY)
    inside = structure.filter(code=code).first() if code else None
    most = MOST_FOUND if typed else MOST_LISTED
    if code and inside is None:
        found = []
    elif typed:
        among = structure.below(inside) if inside else structure.filter(depth__gt=1)
        found = find(typed, among=among, limit=most + 1)
    elif inside:
        found = [Found(unit, ()) for unit in offered_below(inside, among=structure, limit=most)]
    else:
        found = [Found(unit, ()) for unit in structure.top().order_by("path")]
    reasons = other_names.reasons([one.unit for one in found[:most]], typed) if typed else {}
    return {
        "is_lost": bool(code) and inside is None,
        "inside": inside,
        "inside_link": _choosing(campaign, inside) if inside else "",
        "campaign": campaign,
        "carried": carried,
        "everywhere": _address(carried),
        "shown": [
            Shown(
                unit=one.unit,
                above=one.line,
                reason=reasons.get(one.unit, ""),
                depth=one.unit.depth - inside.depth - 1 if inside and not typed else 0,
                link=_choosing(campaign, one.unit),
                below=_address({"thuoc": one.unit.code} | carried) if one.unit.numchild else "",
            )
            for one in found[:most]
        ],
        "most": most if len(found) > most else 0,
    }


def _choosing(campaign: str, unit: Unit) -> str:
    """The form of a campaign with `unit` already chosen. The campaign is known by its address alone."""
    if not campaign or unit.depth == 1:
        return ""
    return f"/{campaign}/nop/?{urlencode({'don-vi': unit.code}, safe='/')}"


def _address(asked: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in asked.items() if value}, safe="/")
    return f"{reverse('units')}?{query}" if query else reverse("units")


def _objections(form: UnitSearchForm) -> list[dict[str, str]]:
    """Only the typed name stands in a field that can be led to."""
    return [
        {"id": "id_q" if name == "q" else "", "text": str(sentence)}
        for name, sentences in form.errors.items()
        for sentence in sentences
    ]


def _wants_rows(request: HttpRequest) -> bool:
    """Read by hand: Django's parser of this header raises on a bad parameter."""
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted and "text/html" not in accepted
