"""Structured logs, one line each, with the request's id and nothing secret in them (R-157, R-192, R-193)."""

import logging
import re
import secrets
import time
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any

import structlog
from flask import Flask, Response, g, request

SECRET_NAMES = re.compile(r"token|secret|password|cookie|authorization|guid|code_verifier", re.IGNORECASE)
SECRET_SHAPES = re.compile(r"(?i)(bearer\s+|basic\s+|[?&](?:code|guid|state)=|(?:token|secret|password)=)[^\s&\"']+")
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


def configure_logs(level: str = "INFO") -> None:
    """Set up structlog for the process. Libraries' own loggers stay at WARNING: authlib's DEBUG shows verifiers."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            scrub,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(),
        cache_logger_on_first_use=False,
    )


def scrub(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Hide what looks like a secret; keep every value on one line."""
    return {name: "[hidden]" if _is_secret(name) else _clean(value) for name, value in event.items()}


@lru_cache(512)
def _is_secret(name: str) -> bool:
    return SECRET_NAMES.search(name) is not None


def _clean(value: Any) -> Any:
    if isinstance(value, Mapping):
        return scrub(None, "", dict(value))
    if isinstance(value, list | tuple):
        return [_clean(part) for part in value]
    if value is None or isinstance(value, int | float):
        return value
    shown = str(value)
    if "=" in shown or " " in shown:  # each of the shapes has one
        shown = SECRET_SHAPES.sub(r"\1[hidden]", shown)
    return shown if shown.isprintable() else CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", shown)


def init_request_log(app: Flask) -> None:
    """Give each request an id and one line at its end."""
    log = structlog.get_logger("request")

    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(8)
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_id, actor=None, on_behalf_of=None)

    @app.after_request
    def end(response: Response) -> Response:
        if request.endpoint != "static":
            member = g.get("member")
            log.info(
                "request",
                method=request.method,
                route=str(request.url_rule) if request.url_rule else "-",
                status=response.status_code,
                ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
                organisation=member.organisation_id if member else None,
            )
        return response
