"""`/metrics`: what was counted (`portal/metrics.py`) and how the portal is (`initiatives/watching`), as Prometheus reads it.

For the addresses of `METRICS_ALLOW` alone; to everybody else the page is not there. It answers while the database is down.
"""

from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from initiatives.watching.figures import FIGURES, Figure, figures
from portal import metrics
from portal.doors import public
from portal.requests import client_address, is_within

TEXT = "text/plain; version=0.0.4; charset=utf-8"


@public
@never_cache
def metrics_page(request: HttpRequest) -> HttpResponse:
    if not may_read(request):
        raise Http404
    return _told(request)


def may_read(request: HttpRequest) -> bool:
    """Of an address that a stranger forwards nothing is known: a proxy that TRUSTED_PROXIES does not name would make everybody a
    neighbour."""
    address = client_address(request)
    if "X-Forwarded-For" in request.headers and address == request.META.get("REMOTE_ADDR"):
        hops = [hop.strip() for hop in request.headers["X-Forwarded-For"].split(",")]
        if not all(is_within(hop, settings.TRUSTED_PROXIES) for hop in [address, *hops]):
            return False
    return is_within(address, settings.METRICS_ALLOW)


@require_safe
def _told(request: HttpRequest) -> HttpResponse:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(metrics.all_numbers(), figures(timezone.now)))  # type: ignore[arg-type]  # has `collect`
    return HttpResponse(generate_latest(registry), content_type=TEXT)


class _Told:
    """What the library asks of us."""

    def __init__(self, numbers: metrics.Numbers, found: list[Figure]) -> None:
        self.numbers, self.found = numbers, found

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._counters()
        yield from self._spans()
        yield from self._gauges()

    def _counters(self) -> Iterator[Metric]:
        for name, kind in metrics.COUNTERS.items():
            family = CounterMetricFamily(name, kind.told, labels=kind.labels)
            for (whose, labels), number in sorted(self.numbers.counters.items()):
                if whose == name:
                    family.add_metric(labels, number)
            yield family

    def _spans(self) -> Iterator[Metric]:
        for name, kind in metrics.SPANS.items():
            family = HistogramMetricFamily(name, kind.told, labels=kind.labels)
            for (whose, labels), parts in sorted(self.numbers.spans.items()):
                if whose == name:
                    family.add_metric(labels, _buckets(parts[:-1]), parts[-1])
            yield family

    def _gauges(self) -> Iterator[Metric]:
        for name, kind in metrics.GAUGES.items():
            yield GaugeMetricFamily(name, kind.told, value=self.numbers.gauges.get(name, 0))
        for name, told in FIGURES.items():
            of_name = [each for each in self.found if each.name == name]
            if not of_name:
                continue
            family = GaugeMetricFamily(name, told, labels=sorted(of_name[0].labels))
            for each in of_name:
                family.add_metric([each.labels[label] for label in sorted(each.labels)], each.value)
            yield family


def _buckets(parts: list[float]) -> list[tuple[str, float]]:
    """Prometheus's buckets hold whatever lies below their end."""
    ends, below, found = [*(str(bound) for bound in metrics.BOUNDS), "+Inf"], 0.0, []
    for end, number in zip(ends, parts, strict=True):
        below += number
        found.append((end, below))
    return found
