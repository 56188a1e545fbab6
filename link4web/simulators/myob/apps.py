"""Who may connect: registered keys, scopes, and the people who sign in at MYOB.

The scopes are those of MYOB's developer documentation (granular data scopes, November 2025) and of pymyob 3.
"""

from dataclasses import dataclass

SCOPES = {
    "sme-company-file": "See the name and version of the business",
    "sme-company-settings": "See company details and preferences",
    "sme-contacts-customer": "View and change customers",
    "sme-contacts-supplier": "View and change suppliers",
    "sme-contacts-employee": "View and change employees",
    "sme-contacts-personal": "View and change personal contacts",
    "sme-sales": "View and change sales",
    "sme-purchases": "View and change purchases",
    "sme-general-ledger": "View and change accounts, tax codes and jobs",
    "sme-inventory": "View and change items",
    "sme-banking": "View and change banking",
    "sme-payroll": "View and change payroll",
    "sme-timebilling": "View and change time billing",
}


@dataclass(frozen=True, kw_only=True)
class App:
    """`client_id` is the API key as well: every call carries it."""

    client_id: str
    name: str
    secret: str


@dataclass(frozen=True, kw_only=True)
class User:
    """Somebody who signs in at MYOB; only administrators of a business can allow an app into it."""

    uid: str
    username: str
    name: str
    administrator: bool


APPS = {
    app.client_id: app
    for app in (
        App(client_id="link4web-home", name="Link4web", secret="home-secret-for-the-simulator-only"),  # noqa: S106 (play)
        App(client_id="another-home", name="Another app", secret="another-secret-for-the-simulator"),  # noqa: S106 (play)
    )
}
USERS = {
    user.uid: user
    for user in (
        User(uid="6c7d8e9f-0a1b-4c2d-8e3f-4a5b6c7d8e9f", username="isla@wattlewharf.example", name="Isla Brennan",
             administrator=True),
        User(uid="7d8e9fa0-1b2c-4d3e-9f4a-5b6c7d8e9fa0", username="callum@lanternstreet.example",
             name="Callum Whitlock", administrator=False),
    )
}  # fmt: skip
ADMINISTRATOR = next(user for user in USERS.values() if user.administrator)


def unknown_scopes(wanted: list[str]) -> list[str]:
    """The scopes that don't exist; CompanyFile is one since granular scopes are mandatory."""
    return [scope for scope in wanted if scope not in SCOPES]
