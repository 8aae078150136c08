"""Figures for Prometheus: requests by route, and what rooms offer to have watched. No addresses, no names."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

registry = CollectorRegistry(auto_describe=True)

requests = Counter("septaine_requests", "Answers given.", ["method", "route", "status"], registry=registry)
seconds = Histogram(
    "septaine_request_seconds",
    "Time to the end of an answer.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=registry,
)


class _Watched(Collector):
    """Gauges whose values are asked for when the page is read."""

    def __init__(self) -> None:
        self.gauges: dict[str, tuple[str, str, Callable[[], Mapping[str, float]]]] = {}

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, (meaning, label, ask) in self.gauges.items():
            family = GaugeMetricFamily(name, meaning, labels=[label])
            for key, value in ask().items():
                family.add_metric([key], value)
            yield family

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return []


_watched = _Watched()
registry.register(_watched)


def watch(name: str, meaning: str, label: str, ask: Callable[[], Mapping[str, float]]) -> None:
    """Offer a gauge with one label; `ask` is called at each reading. Offering a name again replaces it."""
    _watched.gauges[name] = (meaning, label, ask)


def observe(method: str, route: str, status: int, duration: float) -> None:
    """Count one answer. `route` is the template of the path, never the path."""
    count, time = _of(method, route, status)
    count.inc()
    time.observe(duration)


@cache  # as many as the metrics themselves: looking one up by its labels costs more than counting
def _of(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return requests.labels(method, route, str(status)), seconds.labels(route)


def text() -> bytes:
    """Everything, in Prometheus' text format."""
    return generate_latest(registry)
