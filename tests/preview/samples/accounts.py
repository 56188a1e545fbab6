"""Samples of errors, sign-in and organisation pages."""

from types import SimpleNamespace as Made
from typing import Any

from wtforms import PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the published types are older

from link4web.accounts import words
from link4web.sentences import Coded
from tests.preview.samples.basics import NOW, Context, Samples, form


def error(status: int, title: str, sentence: str) -> Context:
    return {"status": status, "title": title, "sentence": sentence, "code": f"HTTP-{status}"}


ACCOUNT = {
    "name": StringField("Your name"),
    "email": StringField("E-mail"),
    "password": PasswordField(
        "Password", render_kw={"autocomplete": "new-password"}, description="15 characters or more."
    ),
}


NEW_ORGANISATION = {
    "name": StringField("Business name"),
    "country": RadioField("Country", choices=[SelectChoice("AU", "Australia"), SelectChoice("NZ", "New Zealand")]),
    "number": StringField("ABN"),
}


DETAILS = {
    "name": StringField("Business name"),
    "timezone": SelectField("Time zone", choices=[SelectChoice("Australia/Sydney", "Sydney")]),
}
ADDRESS = {
    **{name: StringField(name) for name in ("line1", "line2", "city", "postcode")},
    "state": SelectField("State", choices=[SelectChoice("NSW", "NSW")]),
    "country": SelectField("Country", choices=[SelectChoice("AU", "Australia")]),
}
BANK = {name: StringField(name) for name in ("holder", "bsb", "number")}


CODE = {"code": StringField("Security code", render_kw={"autocomplete": "one-time-code"})}


CONFIRM = {"password": PasswordField("Password", render_kw={"autocomplete": "current-password"})}


KEY = Made(
    groups="JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP",
    href="otpauth://totp/Link4web:isla?secret=JBSWY3DP",
    picture="data:image/svg+xml,%3Csvg/%3E",
)


USER = Made(email="isla@wattlewharf.example")


WORKS = Made(
    words="In the register as Wattle & Wharf Coffee Pty Ltd", mark="receives", tone="done", code="OWN-NUMBER-ACTIVE"
)


def only(name: str) -> dict[str, Any]:
    return {name: ACCOUNT[name]}


SAMPLES: Samples = {
    "errors/page.html": [
        lambda: error(
            404, "There is nothing here", "The address may be mistyped, or what it led to isn’t yours or is gone."
        ),
        lambda: {**error(401, "Please sign in first", "Nothing was changed."), "sign_in": "#"},
    ],
    "errors/send_again.html": [
        lambda: {
            **error(401, "Your session had ended", "Nothing is lost."),
            "typed": Made(path="/x", fields=[("name", "Isla")], left_out=True),
            "leave_href": "#",
        }
    ],
    "errors/_fragment.html": [lambda: error(503, "We can’t do this right now", "Please try again in a minute.")],
    "accounts/sign_up.html": [
        lambda: {"form": form(ACCOUNT)},
        lambda: {
            "form": form(
                ACCOUNT,
                {
                    "email": Coded("That is not an e-mail address.", "SIGN-IN-EMAIL"),
                    "password": Coded("At least 15 characters; you typed 8.", "PASSWORD-SHORT"),
                },
                name="Isla",
                email="isla@",
            )
        },
    ],
    "accounts/check_mail.html": [
        lambda: {"email": "isla@wattlewharf.example", "can_resend": False},
        lambda: {"email": "", "can_resend": True},
    ],
    "accounts/verify.html": [
        lambda: {"user": USER, "form": form(only("password")), "ask_password": True},
        lambda: {"user": USER, "form": form(only("password")), "ask_password": False},
        lambda: {"user": None, "form": form(only("password")), "ask_password": False},
    ],
    "accounts/sign_in.html": [
        lambda: {
            "form": form({"email": ACCOUNT["email"], "password": ACCOUNT["password"]}),
            "next": "/customers",
        }
    ],
    "accounts/forgot.html": [
        lambda: {"form": form(only("email")), "sent_to": ""},
        lambda: {"form": form(only("email")), "sent_to": "isla@wattlewharf.example"},
    ],
    "accounts/password.html": [lambda: {"form": form(only("password")), "email": USER.email}],
    "accounts/reset.html": [
        lambda: {"form": form(only("password")), "user": USER},
        lambda: {"form": form(only("password")), "user": None},
    ],
    "accounts/_register_answer.html": [lambda: {"answer": WORKS}, lambda: {"answer": None}],
    "accounts/new_organisation.html": [
        lambda: {
            "form": form(
                NEW_ORGANISATION,
                {"number": "An ABN has 11 digits; you typed 10."},
                name="Wattle & Wharf Coffee",
                country="AU",
                number="52 341 672 11",
            )
        }
    ],
    "accounts/business.html": [lambda: {"own": form({"number": StringField("ABN")}), "suggestion": None}],
    "accounts/details.html": [lambda: {"form": form(DETAILS, name="Wattle & Wharf Coffee")}],
    "accounts/addresses.html": [
        lambda: {
            "street": form(ADDRESS, {"postcode": words.ADDRESS_POSTCODE}, prefix="street", line1="14 Lee Wharf Road"),
            "postal": form(ADDRESS, prefix="postal"),
        }
    ],
    "accounts/bank.html": [
        lambda: {"form": form(BANK), "known": None, "person": ""},
        lambda: {
            "form": form(BANK, {"number": words.BANK_ACCOUNT}, number="12"),
            "known": Made(ending="678", changed_at=NOW),
            "person": "Isla Brennan",
        },
    ],
    "accounts/privacy.html": [dict],
    "accounts/code.html": [
        lambda: {"form": form(CODE), "next": "/customers", "recovers": False},
        lambda: {"form": form(CODE, {"code": words.CODE_REFUSED}), "next": "", "recovers": True},
    ],
    "accounts/confirm.html": [
        lambda: {"form": form(CONFIRM | CODE), "next": "/account", "email": USER.email},
        lambda: {"form": form(CONFIRM, {"password": words.NOT_PRESENT}), "next": "", "email": USER.email},
    ],
    "accounts/delete.html": [
        lambda: {"email": USER.email, "refused": None, "closed": [("Tin Shed Timber", NOW)]},
        lambda: {"email": USER.email, "refused": words.last_admin(["Wattle & Wharf Coffee"]), "closed": []},
    ],
    "accounts/email_link.html": [
        lambda: {"change": Made(email="isla@newwharf.example", user=USER), "undoes": False, "action": "#"},
        lambda: {"change": Made(email="isla@oldwharf.example", user=USER), "undoes": True, "action": "#"},
        lambda: {"change": None, "undoes": False, "action": "#"},
        lambda: {"change": None, "undoes": True, "action": "#"},
    ],
    "accounts/go_on.html": [lambda: {"href": "/customers"}],
    "accounts/codes.html": [
        lambda: {"form": form(CODE), "key": KEY, "standing": None, "is_required": True, "next": "/customers"},
        lambda: {
            "form": form(CODE, {"code": words.CODE_NOT_YET}),
            "key": KEY,
            "standing": Made(since=NOW, left=1),
            "is_required": False,
            "next": "",
        },
    ],
    "accounts/recovery_codes.html": [
        lambda: {
            "codes": [f"abcd-efgh-jk{n:02}" for n in range(22, 32)],
            "said": "They are set up.",
            "go_on": "/account",
        }
    ],
    "accounts/account.html": [
        lambda: {
            "email": USER.email,
            "standing": Made(since=NOW, left=9),
            "may_turn_off": True,
            "form": form(only("name"), name="Isla Brennan"),
            "asked": "isla@newwharf.example",
            "notices_form": form(
                {
                    "joined": SelectField(
                        "A customer has joined", choices=[SelectChoice("daily", "Once a day, together")]
                    )
                }
            ),
            "email_form": form({"email": StringField("New e-mail address")}),
            "sessions": [
                Made(
                    what=what, address="203.0.113.9", since=NOW, seen=NOW, end_href="#", is_this=what.endswith("Linux")
                )
                for what in ("Firefox on Linux", "Safari on iPhone")
            ],
            "sign_out_others_href": "#",
        }
    ],
}
