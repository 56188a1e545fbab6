"""The webhook controls of a service: `webhook` (where to), `deliver` (now), `notify` (one made by hand)."""

from typing import Any

import msgspec
from flask import Blueprint, Response

from link4web.simulators.control import PREFIX, ControlError, answer, asked
from link4web.simulators.webhooks import (
    HABITS,
    HOME_KEY,
    Habits,
    Target,
    post_of,
    send,
    set_target,
    signature,
    target_of,
)

EXAMPLES = {
    "webhook": [{"url": "http://localhost:8000/webhooks/<service>", "key": HOME_KEY}, {"url": ""}, "GET"],
    "deliver": "POST {}: send now what waits",
    "notify": [{"body": {"any": "JSON"}}, {"body": "raw text", "key": "a wrong one"}, {"body": [], "signature": "x"}],
}


def add_webhook_controls(blueprint: Blueprint, habits: Habits) -> None:
    """Give a service that sends webhooks their controls."""
    HABITS[habits.service] = habits

    @blueprint.route(f"{PREFIX}/webhook", methods=["GET", "POST"], endpoint="control_webhook")
    def webhook() -> Response:
        wanted = asked(url=None, key=HOME_KEY)
        if wanted["url"] is not None:
            set_target(habits.service, _target(wanted["url"], wanted["key"], active=not habits.confirms()))
        return answer({"targets": targets(habits.service), "deliveries": post_of(habits.service).history()})

    @blueprint.post(f"{PREFIX}/deliver", endpoint="control_deliver")
    def deliver() -> Response:
        return answer({"deliveries": post_of(habits.service).hurry()})

    @blueprint.post(f"{PREFIX}/notify", endpoint="control_notify")
    def notify() -> Response:
        wanted = asked(body="", key=None, signature=None)
        target = target_of(habits.service)
        if target is None:
            raise ControlError("There is no webhook target yet.")
        body = wanted["body"].encode() if isinstance(wanted["body"], str) else msgspec.json.encode(wanted["body"])
        signed = wanted["signature"]
        if signed is None:
            signed = signature(str(target.key if wanted["key"] is None else wanted["key"]), body)
        return answer(send(habits, target.url, body, str(signed)))


def targets(service: str) -> list[dict[str, Any]]:
    """The target as the controls list it, or nothing."""
    target = target_of(service)
    return [{"url": target.url, "key": target.key, "active": target.active}] if target else []


def _target(url: object, key: object, *, active: bool) -> Target | None:
    if not isinstance(url, str) or not isinstance(key, str) or not key:
        raise ControlError("url and key are texts.")
    if url and not url.startswith(("http://", "https://")):
        raise ControlError("url begins with http:// or https://.")
    return Target(url=url, key=key, active=active) if url else None
