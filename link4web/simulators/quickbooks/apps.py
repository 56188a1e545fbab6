"""Who may connect: the registered app, its redirect addresses and the scopes it may ask for (Intuit, "OAuth 2.0")."""

from dataclasses import dataclass

USER = {
    "sub": "1182d6ec-77aa-4c1e-9b51-5d0c4f6b2e10",
    "givenName": "Isla",
    "familyName": "Brennan",
    "email": "isla@wattlewharf.example",
}
ACCOUNTING = "com.intuit.quickbooks.accounting"
WORDS = {
    ACCOUNTING: "See and change your accounting data: customers, vendors, invoices and the rest",
    "com.intuit.quickbooks.payment": "Take payments for you",
    "openid": "Know who you are",
    "profile": "See your name",
    "email": "See your e-mail address",
    "phone": "See your telephone number",
    "address": "See your address",
}


@dataclass(frozen=True, kw_only=True)
class App:
    client_id: str
    name: str
    secret: str


APPS = {
    app.client_id: app
    for app in (
        App(client_id="link4web-home", name="Link4web", secret="home-secret-for-the-simulator-only"),  # noqa: S106 (play)
    )
}
