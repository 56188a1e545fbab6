"""Samples of the support console, of support in an account, and of what the customer sees of it."""

from datetime import timedelta
from types import SimpleNamespace as Made
from typing import Any

from flask import g
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the published types are older

from tests.preview.samples.basics import NOW, Context, Samples, form

REASON = "The sync stopped on Friday, I want to see what the page says"
ACCESS = Made(
    id="a" * 22,
    organisation_id="o" * 22,
    user_id="u" * 22,
    agent_name="Ada Agent",
    reason=REASON,
    ticket="L4W-7F3K-92QD",
    state="ended",
    is_emergency=False,
    asked_at=NOW,
    decided_at=NOW,
    started_at=NOW,
    ends_at=NOW + timedelta(hours=1),
    ended_at=NOW + timedelta(minutes=12),
    write_at=None,
    write_reason="",
)
CHANGE = Made(words="entered a business number", about="Marram Grass Café", place=None, times=1)
ORGANISATION = Made(
    id="o" * 22,
    name="Wattle & Wharf Coffee",
    number="52341672110",
    number_scheme="ABN",
    number_status="active",
    created_at=NOW,
)


def entry(word: str = "Over", mark: str = "receives", tone: str = "rest", **changes: Any) -> Made:
    """An access in words; `changes` go onto its row."""
    return Made(
        access=Made(**{**ACCESS.__dict__, **changes}),
        agent="Ada Agent, support",
        person="Isla Brennan",
        category="Connection or sync",
        consent="Allowed by Isla Brennan",
        word=word,
        mark=mark,
        tone=tone,
        why_over="Left",
        pages=[("My Customers", 3), ("The connection", 1)],
        pressed=[("A customer’s number", 2)] if changes.get("write_at") else [],
        changes=[CHANGE] if changes.get("write_at") else [],
        kinds_changed=[(CHANGE.words, 1)] if changes.get("write_at") else [],
        refused=1,
        is_cut=bool(changes.get("write_at")),
        log_args={"person": "a" * 22, "from": "2026-11-20", "to": "2026-11-20"},
        is_waiting=changes.get("state") == "waiting",
        can_be_ended=changes.get("state") in ("ready", "started"),
    )


WAITING: dict[str, Any] = {"state": "waiting", "started_at": None, "ended_at": None, "decided_at": None}
WRITTEN: dict[str, Any] = {"write_at": NOW, "write_reason": "The number was typed wrong, I correct the last digit"}


def waiting() -> Made:
    return entry("Waits for an answer", "unsure", "wait", **WAITING)


def on_behalf(**changes: Any) -> None:
    g.on_behalf = Made(
        agent_name="Ada Agent",
        agent_role="support",
        person=Made(name="Isla Brennan"),
        organisation_name="Wattle & Wharf Coffee",
        may_write=False,
        ends_at=NOW + timedelta(days=9000),
        ticket="L4W-7F3K-92QD",
        reason=REASON,
        **changes,
    )


def inside(context: Context, **changes: Any) -> Context:
    on_behalf(**changes)
    return context


ASK = {
    "user": SelectField("Whose account", choices=[SelectChoice("u" * 22, "Isla Brennan, admin")]),
    "category": RadioField("What it is about", choices=[SelectChoice("sync", "Connection or sync")]),
    "reason": TextAreaField("Why", description="The customer reads it. At least 20 letters."),
    "ticket": StringField("Ticket"),
    "emergency": BooleanField("This is an emergency: a lead decides instead of the customer"),
}
WRITE = {"reason": TextAreaField("Why something has to be changed"), "code": StringField("Your own code")}
SWITCH = {"until": DateField("Until the end of")}
HISTORY: dict[str, Any] = {"form": form(SWITCH), "is_cut": False, "most": 50}
TROUBLE = Made(
    title="The connection has ended",
    sentence="Xero no longer lets us in.",
    fix="Let an admin connect again.",
    code="RECONNECT",
    raw="XERO-GRANT-GONE",
)
HIT = Made(kind="Outbox", name="customers.sync x", detail="dead since today", href="", tools=(("Put it back", "#"),))


def health(ledgers: list[Made], **changes: Any) -> Made:
    return Made(
        organisation=ORGANISATION,
        ledgers=ledgers,
        members=[
            {
                "user": Made(name="Isla Brennan", email="i@w.example", disabled_at=None, verified_at=NOW),
                "role": "admin",
                "href": "#",
            }
        ],
        invitations=[("sent", 12), ("bounced", 1)],
        troubled=[("Marram Grass Café, a@b.example", "The mail server refused it.", "today", "MAIL-REFUSED")],
        colleagues=[("mere@ledgerlane.example", "open, as an adviser", "The mail server refused this address.")],
        outbox=[HIT],
        accesses=[ACCESS],
        **changes,
    )


LEDGERS = [
    Made(
        id="c" * 22,
        system="Xero",
        file_name="Wattle",
        state="reconnect",
        facts=[("Sync", "Stopped")],
        troubles=[TROUBLE],
        tools=[("Retry the sync", "#")],
    ),
    Made(id="d" * 22, system="Xero", file_name="Old", state="disconnected", facts=[], troubles=[], tools=[]),
]


def index(asked: str = "", **more: Any) -> Context:
    metrics = [Made(name="Rows that are dead", words="2 customers.sync", limit="none", is_alarm=True)]
    lists = {"mine": [(ACCESS, "Wattle & Wharf Coffee")], "emergencies": [(ACCESS, "Wattle & Wharf Coffee")]}
    return {"asked": asked, "hits": [], "shortest": 3, "metrics": metrics, **lists, **more}


def access(**more: Any) -> Context:
    usual = {"is_mine": True, "may_decide": False, "refused": None, "organisation": ORGANISATION, "state": "ended"}
    return {**usual, "entry": entry(), **more}


def mail(what: str = "started", **changes: Any) -> Context:
    return {
        "subject": "Support",
        "base_url": "https://link4web.example",
        "support_email": "help@link4web.example",
        "name": "Isla Brennan",
        "what": what,
        "access": Made(**{**ACCESS.__dict__, **changes}),
        "agent": "Ada Agent, support",
        "organisation_name": "Wattle & Wharf Coffee",
        "person_name": "Isla Brennan",
        "category": "Connection or sync",
        "consent": "Allowed by Isla Brennan",
        "why_over": "Left",
        "changed": 1,
        "until": "25 Nov 2026, 8:42 pm",
        "at": "20 Nov 2026, 8:42 pm",
        "ends": "20 Nov 2026, 9:42 pm",
        "link": "https://link4web.example/support-access/sample-token",
        "is_admin": what != "started",
    }


PERSON = Made(
    user=Made(id="u" * 22, name="Isla Brennan"),
    facts=[("Address", "isla@wattlewharf.example, confirmed")],
    memberships=[{"organisation": ORGANISATION, "role": "admin", "href": "#", "ask_href": "#"}],
    tools=[("Send the confirmation again", "#")],
)
TOOL = Made(title="Retry the sync", what="Contacts are read again.", button="Retry it")
NOTICES = [lambda: mail(), lambda: mail("ended", **WRITTEN), lambda: mail("ended"), lambda: mail("emergency")]

WEEK = {**mail(), "lines": [("Ada Agent", "asked 2, entered 1"), ("Ben Agent", "asked 1, entered 0")], "link": "#"}

SAMPLES: Samples = {
    "support/index.html": [index, lambda: index("Wattle", hits=[HIT]), lambda: index("x", mine=[], emergencies=[])],
    "support/organisation.html": [lambda: {"health": health(LEDGERS)}, lambda: {"health": health([])}],
    "support/person.html": [lambda: {"it": PERSON}],
    "support/ask.html": [
        lambda: {"form": form(ASK), "organisation": ORGANISATION},
        lambda: {"form": form(ASK, {"reason": "Say in at least 20 letters why."}), "organisation": ORGANISATION},
    ],
    "support/access.html": [
        access,
        lambda: access(state="ready", entry=entry("Allowed, not begun", **WAITING), refused="It is too late."),
        lambda: access(state="waiting", entry=waiting(), is_mine=False, may_decide=True),
        lambda: access(state="waiting", entry=waiting()),
    ],
    "support/tool.html": [
        lambda: {
            "tool": TOOL,
            "subject": Made(name="Xero, Wattle"),
            "form": form({"reason": StringField("Why")}),
            "back_href": "#",
        }
    ],
    "support/settings.html": [
        lambda: {**HISTORY, "standing": None, "history": [waiting(), entry(**WRITTEN)], "is_cut": True},
        lambda: {
            **HISTORY,
            "standing": Made(until=NOW),
            "history": [entry("Support is in the account now", "partly", "todo", state="started", ended_at=None)],
        },
        lambda: {**HISTORY, "standing": None, "form": form(SWITCH, {"until": "Choose a day."}), "history": []},
    ],
    "support/answer.html": [
        lambda: {"entry": waiting(), "asked": ORGANISATION, "reader": "admin"},
        lambda: {"entry": waiting(), "asked": ORGANISATION, "reader": "visitor"},
        lambda: {"entry": waiting(), "asked": ORGANISATION, "reader": "other"},
        lambda: {"entry": None, "asked": ORGANISATION, "reader": "admin"},
        lambda: {"entry": None, "asked": None, "reader": "visitor"},
    ],
    "support/on_behalf.html": [
        lambda: inside({"form": form(WRITE), "entry": entry()}),
        lambda: inside({"form": form(WRITE, {"code": "That code is wrong."}), "entry": entry()}),
    ],
    "support/_banner.html": [lambda: inside({})],
    "support/own.html": [
        lambda: {"found": [("Wattle & Wharf Coffee", [entry(**WRITTEN)])], "most": 50},
        lambda: {"found": [], "most": 50},
    ],
    "email/support_emergency.html": [mail],
    "email/support_emergency.txt": [mail],
    "email/support_asked.html": [mail],
    "email/support_asked.txt": [mail],
    "email/support_notice.html": [*NOTICES],
    "email/support_notice.txt": [*NOTICES],
    "email/support_report.html": [lambda: WEEK, lambda: {**WEEK, "lines": []}],
    "email/support_report.txt": [lambda: WEEK, lambda: {**WEEK, "lines": []}],
}
