"""Samples of letting colleagues in and of coming in."""

from datetime import timedelta
from types import SimpleNamespace as Made

from wtforms import BooleanField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the published types are older

from link4web.accounts import words as accounts
from link4web.colleagues import words
from link4web.sentences import Coded
from tests.preview.samples.basics import NOW, Context, Samples, form

RIGHTS = {
    "role": RadioField("Role", choices=[SelectChoice(role, word) for role, word in accounts.ROLES.items()]),
    "may_edit": BooleanField("May edit"),
    "may_approve": BooleanField("May approve"),
    "may_send": BooleanField("May send"),
}
INVITE = {"email": StringField("E-mail"), **RIGHTS}
NEW_PERSON = {"name": StringField("Your name"), "password": PasswordField("Password")}


def person(name: str, role: str, may: str, **more: object) -> Made:
    facts = {"email": f"{name.split()[0].lower()}@wattlewharf.example", "since": NOW, "href": "#"}
    return Made(**{"name": name, "role": role, "may": may, "is_you": False, "is_disabled": False, **facts, **more})


ISLA = person("Isla Brennan", "Admin", "do everything", is_you=True)
NGAIRE = person("Ngaire Pohatu", "Adviser", "see customers, change them and send invitations")


def users() -> Context:
    gone = person("Colin Colleague", "User", "see customers, and change nothing", is_disabled=True)
    invitation = Made(
        email="mere@ledgerlane.example",
        role="Adviser",
        may="see customers and change them",
        sender="Isla Brennan",
        sent=NOW,
        until=NOW + timedelta(days=7),
        problem=None,
        has_ended=False,
        resend_href="#",
        withdraw_href="#",
    )
    ended = Made(
        **{**vars(invitation), "email": "tane@fernandtide.example", "has_ended": True, "problem": words.MAIL["refused"]}
    )
    return {
        "people": [ISLA, NGAIRE, gone],
        "invitations": [invitation, ended],
        "manages": True,
        "invite_href": "#",
        "leave_href": "#",
    }


def offer(**more: object) -> Context:
    invitation = Made(
        organisation_name="Wattle & Wharf Coffee",
        inviter_name="Isla Brennan",
        email="mere@ledgerlane.example",
        sent_on=NOW,
        until=NOW + timedelta(days=7),
    )
    return {
        "offer": invitation,
        "role": "an adviser",
        "may": "see customers and change them",
        "form": None,
        "sign_in_first": None,
        "action": "#",
        "decline_href": "#",
        "sign_in_href": "#",
        **more,
    }


def closed(state: str) -> Context:
    title, sentence = words.CLOSED[state]
    return {"title": title, "sentence": sentence, "code": words.closed_code(state), "go_on_href": "#"}


def of_person(whom: Made) -> Context:
    form_of_rights = form(RIGHTS, role="adviser", may_edit=True)
    hrefs = dict.fromkeys(("back_href", "leave_href", "remove_href", "sign_out_href"), "#")
    ledgers = ["Xero, Wattle & Wharf Coffee"]
    return {"person": whom, "form": form_of_rights, "connected": ledgers, "connections_href": "#", **hrefs}


SAMPLES: Samples = {
    "colleagues/users.html": [
        users,
        lambda: {**users(), "manages": False, "invitations": [], "people": [person("Isla", "Admin", "all", email="")]},
    ],
    "colleagues/invite.html": [
        lambda: {"form": form(INVITE, role="user", may_edit=True), "back_href": "#"},
        lambda: {
            "form": form(INVITE, {"email": words.MEMBER, "role": Coded("Choose a role.", "FIELD-CHOICE")}),
            "back_href": "#",
        },
    ],
    "colleagues/person.html": [lambda: of_person(NGAIRE), lambda: of_person(ISLA)],
    "colleagues/leave.html": [
        lambda: {
            "others": [("a" * 22, "Ngaire Pohatu", "Adviser")],
            "may": "see customers, change them, approve invoices and send invitations",
            "problem": accounts.LAST_ADMIN,
            "missing": words.NOBODY_CHOSEN,
            "hand_over_href": "#",
            "back_href": "#",
        },
        lambda: {"others": [], "may": "", "problem": None, "missing": None, "hand_over_href": "#", "back_href": "#"},
    ],
    "colleagues/offer.html": [
        offer,
        lambda: offer(form=form(NEW_PERSON, {"password": Coded("At least 15 characters.", "PASSWORD-SHORT")})),
        lambda: offer(sign_in_first=Coded(words.HAS_ACCOUNT.format(email="mere@x.example"), "COLLEAGUE-HAS-ACCOUNT")),
    ],
    "colleagues/other_sign_in.html": [
        lambda: {
            "sentence": Coded(words.OTHER_SIGN_IN.format(signed_in="tane@x.example"), "COLLEAGUE-OTHER-SIGN-IN"),
            "switch_href": "#",
            "go_on_href": "#",
        }
    ],
    "colleagues/closed.html": [lambda: closed("expired"), lambda: closed("unknown")],
    "colleagues/declined.html": [lambda: {"organisation_name": "Wattle & Wharf Coffee"}],
}
