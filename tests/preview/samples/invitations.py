"""Samples of inviting and joining."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace as Made
from typing import Any

from wtforms import BooleanField, PasswordField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the published types are older

from link4web.customers.problems import state_code
from link4web.invitations.words import CLOSED, closed_code
from tests.preview.samples.basics import NOW, TRAIL, Context, Samples, form


def left_out(count: int, words: str, state: str, action: str | None) -> Made:
    """Some who get no invitation, for what their state is."""
    return Made(
        count=count,
        words=words,
        mark=state,
        action=action,
        href="#" if action else None,
        fixes=state if action else None,
        code=state_code(state),
    )


def review(will: int = 238, **more: Any) -> Context:
    skipped = [
        left_out(9, "no ABN or NZBN", "needs-number", "Add 9 numbers"),
        left_out(3, "no e-mail", "needs-email", "Add 3 e-mails"),
        left_out(1, "asked for no more e-mails", "unsubscribed", None),
    ]
    message = "Hi, we are moving our invoices to eInvoicing. It saves you typing them in. Joining takes about a minute."
    return {
        "review": Made(
            selected=will + 13,
            will=will,
            mails=will - 3,
            will_href="#",
            skipped=skipped,
            shared=[("accounts@bellbird.example", 3), ("pay@eastlightmotels.example", 2)],
            changed=None,
        ),
        "form": form({"message": TextAreaField("Your words")}, message=message),
        "subject": "Wattle & Wharf Coffee would like to send you eInvoices",
        "preview": Made(
            to_name="Banksia Row Bakehouse",
            from_name="Wattle & Wharf Coffee",
            reply_to="accounts@wattlewharf.example",
            message=message,
            until="19 Jan 2027",
            person="Isla Brennan",
            number_display="ABN 52 341 672 110",
            address="14 Lee Wharf Road, Newcastle NSW 2300",
            landing_href="#",
        ),
        "limits": "Today’s limit is 500 mails; 265 stay free.",
        "slow": "31 of your last 400 invitations came back or were stopped. Check the addresses.",
        "undo_seconds": 60,
        "consent": "By sending you say that they are your customers and that you may write to them.",
        "action": "#",
        "back_href": "#",
        "places": [("My Customers", "#"), ("Review", None)],
        "blocked": None,
        **more,
    }


def batch(kind: str = "waiting") -> Context:
    words = {
        "waiting": "238 invitations are ready.",
        "sending": "120 of 238 sent",
        "done": "238 invitations are sent.",
        "undone": "You took 238 invitations back.",
    }
    failures = (
        [
            Made(
                name="Eastlight Motel Group",
                href="#",
                email="pay@eastlightmotels.example",
                why="The mailbox is full.",
                code="MAIL-REFUSED",
                action="Fix e-mail",
                fix_href="#",
            )
        ]
        if kind == "done"
        else []
    )
    counts = [
        ("Queued", 118, "unchecked", "rest"),
        ("Sent", 119, "absent", "wait"),
        ("Joined", 0, "receives", "done"),
        ("Bounced", 1, "fail", "bad"),
    ]
    return {
        "batch": Made(
            state=kind,
            words=words[kind],
            seconds_left=48,
            total=238,
            done=120,
            counts=counts,
            poll_href="/b",
            undo_href="#",
            now_href="#",
            announce=None,
            failures=failures,
            more_failures=0,
            held_back=[],
            title="238 invitations",
            sent_by="Isla Brennan",
            at=NOW,
            message="Hi, we are moving our invoices to eInvoicing.",
        ),
        "places": [("My Customers", "#"), ("Invitations", None)],
        "customers_href": "#",
        "csv_href": None,
    }


def join(error: str | None = None, **more: Any) -> Context:
    fields = {
        "name": StringField("Business name"),
        "person": StringField("Your name"),
        "number": StringField("ABN"),
        "email": StringField("E-mail for your sign-in"),
        "password": PasswordField("Password", render_kw={"autocomplete": "new-password"}),
    }
    return {
        "invitation": Made(
            inviter=Made(
                name="Wattle & Wharf Coffee",
                number_display="52 341 672 110",
                number_scheme="ABN",
                place="Newcastle NSW",
            ),
            invited_name="Marram Grass Café",
            email="hello@marramgrass.example",
            sent=date(2026, 11, 20),
            until=date(2027, 1, 19),
            message="Hi, we are moving our invoices to eInvoicing. It saves you typing them in.",
            person="Isla Brennan",
            others=[],
        ),
        "form": form(
            fields,
            {"number": error} if error else None,
            name="Marram Grass Café",
            number="42 649 931 524",
            email="hello@marramgrass.example",
        ),
        "needs_password": True,
        "warn": None,
        "answer": Made(
            words="In the register as Marram Grass Café Pty Ltd, NSW 2444, active",
            mark="receives",
            tone="done",
            code="",
        ),
        "check_href": "/r",
        "scheme": "ABN",
        "signed_in_as": None,
        "wrong_account": None,
        "switch_action": None,
        "action": "#",
        "decline_href": "#",
        "stop_href": "#",
        "other_provider_href": None,
        "sign_in_href": "#",
        "is_preview": False,
        **more,
    }


def closed(state: str) -> Callable[[], Context]:
    title, sentence = CLOSED[state]
    return lambda: {
        "state": state,
        "title": title,
        "sentence": sentence,
        "code": closed_code(state),
        "inviter_name": "Wattle & Wharf Coffee" if state != "unknown" else None,
        "ask_action": "#" if state == "expired" else None,
        "sign_in_href": "#",
    }


SAMPLES: Samples = {
    "invitations/review.html": [
        review,
        lambda: review(1, blocked=Made(words="Customers see it on every invitation.", href="#")),
        lambda: review(0),
    ],
    "invitations/recipients.html": [
        lambda: {
            "title": "238 who will be invited",
            "places": TRAIL,
            "recipients": [
                Made(
                    name="Banksia Row Bakehouse",
                    href="#",
                    email="accounts@banksiarow.example",
                    number_display="55 184 038 854",
                    note=None,
                )
            ],
            "shown": "1–50 of 238",
            "previous_href": None,
            "next_href": "#",
            "back_href": "#",
        }
    ],
    "invitations/batch.html": [batch, lambda: batch("sending"), lambda: batch("done"), lambda: batch("undone")],
    "invitations/_batch_status.html": [batch, lambda: batch("sending"), lambda: batch("done"), lambda: batch("undone")],
    "invitations/join.html": [
        join,
        lambda: join("These 11 digits don’t fit together. Check for swapped digits.", answer=None),
        lambda: join(is_preview=True),
        lambda: join(signed_in_as=("isla@wattlewharf.example", [("1", "Kererū Kitchens")])),
    ],
    "invitations/joined.html": [
        lambda: {
            "inviter_name": "Wattle & Wharf Coffee",
            "joined_name": "Marram Grass Café",
            "verified": True,
            "email": "",
            "connect_href": "#",
            "home_href": "#",
        },
        lambda: {
            "inviter_name": "Wattle & Wharf Coffee",
            "joined_name": "Marram Grass Café",
            "verified": False,
            "email": "x@marramgrass.example",
            "connect_href": None,
            "home_href": "#",
        },
    ],
    "invitations/defaults.html": [
        lambda: {
            "form": form(
                {"without_number": BooleanField("Let customers bring it"), "message": TextAreaField("Your message")},
                message="We are moving to eInvoicing.",
            )
        }
    ],
    "invitations/decline.html": [
        lambda: {
            "inviter_name": "Wattle & Wharf Coffee",
            "form": form(
                {
                    "reason": RadioField(
                        "Why? (you need not say)",
                        choices=[SelectChoice("not-us", "We are not their customer"), SelectChoice("later", "Not now")],
                    ),
                    "note": TextAreaField("A word to them"),
                }
            ),
            "action": "#",
            "back_href": "#",
        }
    ],
    "invitations/declined.html": [lambda: {"inviter_name": "Wattle & Wharf Coffee", "stop_href": "#"}],
    "invitations/stop_confirm.html": [
        lambda: {"email": "hello@marramgrass.example", "inviter_name": "Wattle & Wharf Coffee", "action": "#"}
    ],
    "invitations/stopped.html": [
        lambda: {"email": "hello@marramgrass.example", "inviter_name": None, "undo_action": "#"}
    ],
    "invitations/join_expired.html": [
        closed(kind) for kind in ("expired", "revoked", "declined", "joined", "superseded", "unknown")
    ],
    "invitations/asked.html": [lambda: {"inviter_name": "Wattle & Wharf Coffee"}],
}
