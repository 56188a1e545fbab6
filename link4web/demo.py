"""Demo people for home mode: a fresh clone can sign in at once. Invented; refused in production (R-013)."""

from link4web.accounts import organisations
from link4web.accounts.models import User
from link4web.accounts.services import create_verified, find_user
from link4web.registers.numbers import BusinessNumber

# a sample number: it passes the checksum and is known to the ABN Lookup simulator
DEMO_ORGANISATION = ("Wattle & Wharf Coffee", "AU", BusinessNumber("ABN", "52341672110"))
DEMO_PEOPLE = (
    ("Isla Brennan", "isla@wattlewharf.example", "demo-flat-white-please"),
    ("Tane Rewi", "tane@fernandtide.example", "demo-long-black-please"),
)


def seed_demo() -> list[str]:
    """Create what is missing; one line for each sign-in. Isla has an organisation, Tane starts from nothing."""
    people = [_person(*person) for person in DEMO_PEOPLE]
    if not organisations.organisations_of(people[0].id):
        name, country, number = DEMO_ORGANISATION
        organisations.create_organisation(people[0].id, name, country, number)
    return [f"{email}  {password}  ({name})" for name, email, password in DEMO_PEOPLE]


def _person(name: str, email: str, password: str) -> User:
    return find_user(email) or create_verified(name, email, password)
