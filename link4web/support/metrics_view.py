"""`/metrics`: the numbers of the console for a program that watches, as Prometheus reads them (R-194).

Nobody's names are in it. Outside of home mode it is there for whoever sends LINK4WEB_METRICS_TOKEN and for nobody else.
"""

import hmac

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from link4web.settings import Settings
from link4web.support import metrics
from link4web.web.access import public

bp = Blueprint("metrics", __name__)


@bp.get("/metrics")
@public
def show() -> Response:
    if not _may_watch():
        abort(404)
    return Response(_written(metrics.look()), mimetype="text/plain")


def _may_watch() -> bool:
    settings: Settings = current_app.extensions["settings"]
    if not settings.metrics_token:
        return settings.is_home
    given = request.headers.get("Authorization", "").encode()
    return hmac.compare_digest(given, f"Bearer {settings.metrics_token}".encode())


def _written(found: list[metrics.Metric]) -> bytes:
    # a registry of its own: the library's usual one tells versions and memory of the process
    registry, gauges = CollectorRegistry(), {}
    alarm = Gauge("link4web_alarm", "1 beyond the limit", ["metric"], registry=registry)
    for one in found:
        name, _, kind = one.key.partition(":")
        if name not in gauges:
            labels = ["kind"] if ":" in one.key else []
            gauges[name] = Gauge(f"link4web_{name}", one.name.removesuffix(f" {kind}"), labels, registry=registry)
        gauge = gauges[name].labels(kind) if ":" in one.key else gauges[name]
        gauge.set(one.value)
        alarm.labels(one.key).set(one.is_alarm)
    return generate_latest(registry)
