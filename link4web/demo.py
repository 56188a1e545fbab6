"""Demo people for home mode: a fresh clone can sign in at once. Invented; refused in production (R-013)."""

from link4web.accounts import codes, organisations
from link4web.accounts.models import User
from link4web.accounts.services import create_verified, find_user
from link4web.registers.numbers import BusinessNumber
from link4web.support import staff

# a sample number: it passes the checksum and is known to the ABN Lookup simulator
DEMO_ORGANISATION = ("Wattle & Wharf Coffee", "AU", BusinessNumber("ABN", "52341672110"))
DEMO_PEOPLE = (
    ("Isla Brennan", "isla@wattlewharf.example", "demo-flat-white-please"),
    ("Tane Rewi", "tane@fernandtide.example", "demo-long-black-please"),
)
DEMO_STAFF = (
    ("Ada Okafor", "ada@link4web.example", "demo-ristretto-please", "agent"),
    ("Lee Larsen", "lee@link4web.example", "demo-macchiato-please", "lead"),
)

SHOW_CODE = "LINK4WEB_MODE=home .venv/bin/flask --app wsgi support code"


def seed_demo() -> list[str]:
    """Create what is missing; one line for each sign-in. Isla has an organisation, Tane starts from nothing, Ada and
    Lee are support staff."""
    people = [_person(*person) for person in DEMO_PEOPLE]
    if not organisations.organisations_of(people[0].id):
        name, country, number = DEMO_ORGANISATION
        organisations.create_organisation(people[0].id, name, country, number)
    for *person, role in DEMO_STAFF:
        member = _person(*person)
        codes.give(member.id)
        if staff.role_of(member.id) is None:
            staff.appoint(member.id, role)
    return [
        *(f"{email}  {password}  ({name})" for name, email, password in DEMO_PEOPLE),
        *(
            f"{email}  {password}  ({name}, {role} of support; code: {SHOW_CODE} {email})"
            for name, email, password, role in DEMO_STAFF
        ),
    ]


def _person(name: str, email: str, password: str) -> User:
    return find_user(email) or create_verified(name, email, password)
