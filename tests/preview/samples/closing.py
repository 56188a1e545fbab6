"""Samples of the activity log, and of exporting and closing."""

from datetime import timedelta
from types import SimpleNamespace as Made
from typing import Any

from wtforms import StringField

from link4web.closing.words import WRONG_NAME
from tests.preview.samples.basics import NOW, Context, Samples, form

LINE = {
    "at": NOW,
    "who": "Isla Brennan",
    "on_behalf_of": "",
    "words": "entered a business number",
    "about": "Dry Creek Joinery",
    "place": Made(endpoint="xero.customer", values={}),
    "details": "",
    "outcome": "done",
    "reason": "",
    "address": "203.0.113.7",
}
LINES = [
    LINE,
    {
        **LINE,
        "who": "Support (Agnes Agent)",
        "on_behalf_of": "Isla Brennan",
        "words": "used a control",
        "details": "A customer’s number",
        "outcome": "refused",
    },
    {**LINE, "who": "Link4web", "words": "sent the invitation", "place": None, "address": "", "reason": "A reason"},
]
EVENTS = {"is_narrowed": False, "newest_href": None, "older_href": "#", "csv_href": "#", "clear_href": "#"}
FILTERS = {
    "asked": Made(person="x", kind="", since=None, until=None, text=""),
    "people": [("x", "Isla Brennan"), ("-", "Link4web")],
    "kinds": [("customers", "Customers")],
}
MADE = Made(state="ready", asked_at=NOW, ready_at=NOW, expires_at=NOW + timedelta(days=7), size=123_456)
LINKS = {"ask_href": "#", "poll_href": "#"}


def export(state: str) -> Context:
    """The part about the export in one of its states; *none* before there is one."""
    found = Made(**{**vars(MADE), "state": state}) if state != "none" else None
    return {"export": found, "download_href": "#" if state == "ready" else None, **LINKS}


def closing(**more: Any) -> Context:
    return {
        "form": form({"name": StringField("Name")}),
        "closed_at": None,
        "closed_by": "Isla Brennan",
        "deleted_on": None,
        "may_keep": True,
        "counts": {"customers": 12_431, "connections": 1, "invitations": 40, "colleagues": 2, "people": 3},
        **export("none"),
        **more,
    }


CLOSED = {"closed_at": NOW, "deleted_on": NOW + timedelta(days=30)}
SAMPLES: Samples = {
    "activity/log.html": [lambda: {"lines": [Made(**line) for line in LINES], **EVENTS, **FILTERS}],
    "activity/_events.html": [
        lambda: {"lines": [Made(**line) for line in LINES], **EVENTS, "newest_href": "#"},
        lambda: {"lines": [], **EVENTS, "is_narrowed": True},
        lambda: {"lines": [], **EVENTS},
    ],
    "closing/_export.html": [
        lambda: export("none"),
        lambda: export("asked"),
        lambda: export("ready"),
        lambda: export("failed"),
    ],
    "closing/close.html": [
        closing,
        lambda: closing(
            form=form({"name": StringField("Name")}, {"name": WRONG_NAME}, name="wattle"),
            counts={"customers": 0, "connections": 0, "invitations": 0, "colleagues": 0, "people": 1},
        ),
        lambda: closing(**CLOSED, **export("ready")),
        lambda: closing(**CLOSED, may_keep=False),
    ],
}
