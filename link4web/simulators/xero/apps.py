"""Who may connect: the registered apps, their redirect addresses and the scopes they may ask for.

After Xero developer documentation, "OAuth 2.0" and "Scopes".
"""

from dataclasses import dataclass

from link4web.simulators.xero.behaviour import SWITCHES

USER_ID = "5a6b7c8d-1e2f-4a3b-9c4d-0e1f2a3b4c5d"
USER = {"given_name": "Isla", "family_name": "Brennan", "email": "isla@wattlewharf.example"}
IDENTITY = ("openid", "profile", "email", "offline_access")
GRANULAR = (
    "accounting.contacts", "accounting.invoices", "accounting.payments", "accounting.banktransactions",
    "accounting.manualjournals", "accounting.settings", "accounting.attachments",
)  # fmt: skip
BROAD = ("accounting.transactions",)
WORDS = {
    "openid": "Know who you are",
    "profile": "See your name",
    "email": "See your e-mail address",
    "offline_access": "Stay connected while you are away",
    "accounting.contacts": "View and change your contacts",
    "accounting.contacts.read": "View your contacts",
    "accounting.invoices": "View and manage your invoices and other business transactions",
    "accounting.invoices.read": "View your invoices and other business transactions",
    "accounting.settings": "View and change your organisation settings",
    "accounting.settings.read": "View your organisation settings",
    "accounting.attachments": "View and manage your attachments",
    "accounting.attachments.read": "View your attachments",
}


@dataclass(frozen=True, kw_only=True)
class App:
    """`secret` None: a PKCE app, which has none."""

    client_id: str
    name: str
    secret: str | None


APPS = {
    app.client_id: app
    for app in (
        App(client_id="link4web-home", name="Link4web", secret="home-secret-for-the-simulator-only"),  # noqa: S106 (play)
        App(client_id="link4web-home-pkce", name="Link4web (no secret)", secret=None),
    )
}


def unknown_scopes(wanted: list[str]) -> list[str]:
    """The scopes that this app can't ask for."""
    bases = GRANULAR if SWITCHES["granular_scopes_only"] else (*GRANULAR, *BROAD)
    known = {*IDENTITY, *bases, *(f"{base}.read" for base in bases)}
    return [scope for scope in wanted if scope not in known]


def said(scope: str) -> str:
    """What the consent page calls a scope."""
    return WORDS.get(scope, scope.replace(".", " "))
