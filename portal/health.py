"""Whether the process is up (`/healthz`) and whether it can do its work (`/readyz`)."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from initiatives.watching.readiness import CHECKS, holds
from portal.doors import public


@public
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"up": True})


@public
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when everything a submission needs answers, else 503; says which part failed, never why."""
    results = {name: holds(check, timezone.now) for name, check in CHECKS.items()}
    return JsonResponse(results, status=200 if all(results.values()) else 503)
