"""Samples of the connection pages."""

from types import SimpleNamespace as Made
from typing import Any

from tests.preview.samples.basics import LOST, NOW, XERO, Context, Samples


def ledger(state: str = "active", **more: Any) -> Made:
    """A connection as its row has it."""
    facts: Context = {
        "id": "c" * 22,
        "provider": "xero",
        "state": state,
        "file_name": "Wattle & Wharf Coffee Pty Ltd",
        "state_since": NOW,
        "synced_at": NOW,
        "sync_state": "idle",
        "sync_message": "",
        "sync_error": "",
        "scope": "openid accounting.contacts",
        "last_new": 3,
        "last_changed": 12,
        "last_gone": 1,
        "last_skipped": 2,
        **more,
    }
    return Made(**facts)


def waiting() -> Made:
    """One whose provider does not answer just now."""
    said = "Xero has a problem at the moment. We will try again."
    return ledger(sync_state="waiting", sync_message=said, sync_error="XERO-DOWN")


OVER = Made(
    now="Nothing is read or written: somebody here has disconnected Xero",
    kept="Your customers as they were last read, what was entered here, and invitations that are on their way",
    back="Reconnect Xero and choose the same organisation there: then all of it is brought up to date",
    rights="Nothing any more. Before anybody reconnects, they read what we ask.",
)


def choose_file(problem: Made | None = None) -> Context:
    files = [Made(file_id="1", name="Wattle & Wharf Coffee Pty Ltd"), Made(file_id="2", name="Wharf Roastery Trust")]
    return {
        "provider": XERO,
        "files": files,
        "chosen": "1",
        "problem": problem,
        "offer_other": problem is not None,
    }


def connection(**more: Any) -> Context:
    return {
        "provider": XERO,
        "connection": ledger(),
        "trouble": None,
        "over": None,
        "upkeep": upkeep(),
        "troubles": [],
        "may_connect": True,
        "others": [],
        **more,
    }


def upkeep(**more: Any) -> Context:
    """How a healthy connection is kept up to date."""
    return {
        "now": "Up to date",
        "cure": "",
        "news": [("3 new", "#"), ("12 changed", "#"), ("0 gone", None), ("2 skipped", "#")],
        "next_run": NOW,
        "pace": "every 30 minutes while somebody works here, otherwise once a day",
        "hears_at_once": True,
        "heard": "last on 20 Nov 2026, 9:42 am",
        "calls": [
            Made(when="today", since="midnight UTC", left=4481, most=4500, is_shared=False, said=None),
            Made(when="this month", since="the 1st, UTC", left=431_002, most=500_000, is_shared=True, said=None),
        ],
        "sync_href": "#",
        **more,
    }


def error(**more: Any) -> Made:
    """One of the last errors, which lasts."""
    facts: Context = {
        "at": NOW,
        "sentence": "Xero has a problem at the moment. We will try again.",
        "code": "XERO-DOWN",
        "otherwise": "SYNC-FAILED",
        "times": 1,
        "last_at": NOW,
        "passed_at": None,
        "about": None,
        **more,
    }
    return Made(**facts)


def errors() -> list[Made]:
    return [
        error(),
        error(times=4, passed_at=NOW),
        error(sentence="", code="OUT-OF-TIME", passed_at=NOW),
        error(
            sentence="Dry Creek Joinery could not be written back. Xero refused the number.",
            code="WRITE-BACK-FAILED",
            about=("Dry Creek Joinery", "#"),
        ),
    ]


def told(calls: int, until: Any = None) -> Context:
    """The provider itself has said how many calls are left."""
    said = Made(calls=calls, at=NOW, until=until)
    day = Made(when="today", since="midnight UTC", left=4481, most=4500, is_shared=False, said=said)
    return connection(upkeep=upkeep(calls=[day]))


def stopped() -> Context:
    """A connection whose last sync was refused, at a provider without webhooks."""
    trouble: Context = {
        "sync_state": "failed",
        "sync_message": "Xero refused the request.",
        "sync_error": "XERO-REFUSED",
    }
    kept_up = upkeep(now="The last sync stopped", cure="Press Sync now.", hears_at_once=False, heard="", calls=[])
    return connection(connection=ledger(**trouble), upkeep=kept_up)


def choice(*connections: Any) -> Context:
    return {"providers": [XERO], "offered": [XERO], "connections": list(connections), "may_connect": True}


SAMPLES: Samples = {
    "connections/_upkeep.html": [lambda: connection(), lambda: told(991), lambda: told(0, NOW), stopped],
    "connections/_last_errors.html": [
        connection,
        lambda: connection(troubles=errors()),
        lambda: connection(connection=ledger("disconnected"), troubles=errors()),
    ],
    "connections/_state.html": [
        lambda: {"it": ledger()},
        lambda: {"it": waiting()},
        lambda: {"it": ledger(sync_state="failed")},
    ],
    "connections/_trouble.html": [lambda: {"trouble": LOST}],
    "connections/choose_provider.html": [
        lambda: choice(ledger(), ledger("reconnect")),
        lambda: choice(waiting(), ledger(sync_state="failed", sync_message="", sync_error="")),
        lambda: choice(),
        lambda: {**choice(ledger("choosing")), "may_connect": False},
        lambda: {**choice(), "may_connect": False},
    ],
    "connections/start.html": [
        lambda: {"provider": XERO, "go_href": "#"},
        lambda: {
            "provider": XERO,
            "go_href": "#",
            "problem": Made(
                title="You said no at Xero", text="Nothing was connected and nothing was read.", code="CONSENT-DECLINED"
            ),
        },
    ],
    "connections/choose_file.html": [choose_file, lambda: choose_file(LOST)],
    "connections/connection.html": [
        connection,
        lambda: connection(connection=ledger("reconnect"), trouble=LOST, over=OVER),
        lambda: connection(connection=ledger("disconnected"), trouble=LOST, over=OVER),
        lambda: connection(may_connect=False, others=[("MYOB: Wharf Roastery Trust", "myob.connection", "d" * 22)]),
        stopped,
        lambda: connection(troubles=errors()),
    ],
    "connections/disconnect.html": [lambda: {"provider": XERO, "connection": ledger()}],
}
