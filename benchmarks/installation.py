"""A home installation in a temporary folder: migrated, with one person, one organisation and one connection."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import flask_migrate
from flask import Flask

from link4web import clock, tenancy
from link4web.accounts import passwords
from link4web.accounts.models import Membership, Organisation, User
from link4web.app import create_app
from link4web.connections.models import Connection
from link4web.database import db, writing
from link4web.ids import new_id
from link4web.settings import from_environment

BASE_URL = "http://localhost:8000"
EMAIL = "bench@harbour.example"
SAMPLE_ABN = "51824753556"  # a published sample number


@dataclass(frozen=True)
class Installation:
    """Where it is, and the ids of what stands in it."""

    folder: Path
    simulators_port: int
    user_id: str
    organisation_id: str
    connection_id: str

    @property
    def database(self) -> Path:
        return self.folder / "link4web.db"

    @property
    def list_path(self) -> str:
        return f"/xero/{self.connection_id}/customers"

    def app(self) -> Flask:
        """The application of this installation, as `make run` would start it."""
        return create_app(
            from_environment(
                {
                    "LINK4WEB_MODE": "home",
                    "LINK4WEB_DATA_DIR": str(self.folder),
                    "LINK4WEB_BASE_URL": BASE_URL,
                    "LINK4WEB_LIGHT_PASSWORDS": "1",
                    "LINK4WEB_PACE_CALLS": "0",
                    "SIMULATORS_PORT": str(self.simulators_port),
                }
            )
        )


def install(folder: Path, *, simulators_port: int = 8100) -> Installation:
    """Migrate an empty SQLite file and put a person with an organisation and an empty connection into it."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Installation(folder, simulators_port, new_id(), new_id(), new_id())
    app = made.app()
    with app.app_context():
        flask_migrate.upgrade()
        with tenancy.acting_for(made.organisation_id), writing():
            db.session.add_all([_person(made), _organisation(made)])
            db.session.flush()
            db.session.add_all([_membership(made), _connection(made)])
        let_go_of_database()
    return made


def let_go_of_database() -> None:
    """Close every connection: the last one folds the write-ahead log into the file."""
    db.session.remove()
    db.engine.dispose()


def sign_in(installation: Installation) -> str:
    """Sign the person in through the page; the Cookie header of a browser that has done so."""
    app = installation.app()
    password = secrets.token_hex(12)
    with app.app_context():
        hashed = passwords.hash_password(password)
        with writing():
            db.session.get_one(User, installation.user_id).password_hash = hashed
    browser = app.test_client()
    shown = browser.get("/sign-in", base_url=BASE_URL).text
    token = shown.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "email": EMAIL, "password": password}
    answer = browser.post("/sign-in", data=form, base_url=BASE_URL)
    assert answer.status_code == 303, answer.text
    name = app.extensions["settings"].cookie_name
    cookie = browser.get_cookie(name)
    assert cookie
    with app.app_context():
        let_go_of_database()
    return f"{name}={cookie.value}"


def _person(made: Installation) -> User:
    now = clock.now()
    return User(
        id=made.user_id, email=EMAIL, name="Olive Owner", password_hash="", verified_at=now, created_at=now
    )  # fmt: skip


def _organisation(made: Installation) -> Organisation:
    return Organisation(
        id=made.organisation_id,
        name="Wattle & Wharf Coffee",
        country="AU",
        timezone="Australia/Sydney",
        number=SAMPLE_ABN,
        number_status="confirmed",
        created_at=clock.now(),
    )


def _membership(made: Installation) -> Membership:
    return Membership(
        organisation_id=made.organisation_id, user_id=made.user_id, role="admin", created_at=clock.now()
    )  # fmt: skip


def _connection(made: Installation) -> Connection:
    now = clock.now()
    return Connection(
        organisation_id=made.organisation_id,
        id=made.connection_id,
        provider="xero",
        state="active",
        file_name="Wattle & Wharf Coffee",
        file_short_code="!wW1",
        file_country="AU",
        file_number=SAMPLE_ABN,
        connected_by=made.user_id,
        connected_at=now - timedelta(days=9),
        created_at=now - timedelta(days=9),
    )
