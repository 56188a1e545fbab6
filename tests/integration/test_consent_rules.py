"""What a consent asks for and where it leads back to, read from the address that people leave for."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from link4web import providers, tenancy
from link4web.accounts.models import SessionRow
from link4web.connections.models import Connection
from link4web.database import db, writing
from link4web.providers.base.provider import Provider
from tests.ledger import words
from tests.people import Person, Town, allow_at_provider

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # no question of the database
every_provider = pytest.mark.parametrize("provider", providers.ALL, ids=lambda provider: provider.slug)


def leave(person: Person, provider: Provider) -> tuple[str, dict[str, str]]:
    """The address of the consent page without its query, and the query."""
    address = person.get(f"/{provider.slug}/connect/go?organisation={person.organisation_id}").location
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    return address.partition("?")[0], query


@every_provider
def test_a_departure_is_bound_and_leads_back_to_one_address(owner: Person, provider: Provider) -> None:
    """R-080, R-083: pinned endpoint, registered address to the letter, 128 bits and more, used for one departure."""
    config = owner.app.extensions["settings"].providers[provider.slug]
    (address, first), (_, second) = leave(owner, provider), leave(owner, provider)
    assert address == config.authorize_url
    assert first["redirect_uri"] == f"{owner.app.config['BASE_URL']}/{provider.slug}/callback"
    assert len(first["state"]) >= 43
    assert first["state"] != second["state"]
    if provider.wants_pkce(config):
        assert first["code_challenge_method"] == "S256"
        assert len(first["code_challenge"]) == len(base64.urlsafe_b64encode(hashlib.sha256().digest()).rstrip(b"="))
        assert first["code_challenge"] != second["code_challenge"]


@every_provider
def test_people_read_what_they_are_asked_for(owner: Person, provider: Provider) -> None:
    """R-083: the scopes are the provider's list and no more, and each permission stands there in plain words."""
    _, query = leave(owner, provider)
    assert set(query["scope"].split()) == set(provider.scopes)
    shown = words(owner.get(f"/{provider.slug}/connect?organisation={owner.organisation_id}").text)
    for permission in provider.permissions:
        for text in (permission.ask, permission.so_that, permission.never):
            assert text.replace("’", "'") in shown.replace("’", "'")


def test_an_answer_at_another_providers_callback_is_refused(owner: Person, town: Town) -> None:
    """R-081: each provider has a callback of its own, and the departure knows which one it was for."""
    callbacks = [str(rule) for rule in town.app.url_map.iter_rules() if rule.endpoint.endswith(".callback")]
    assert sorted(callbacks) == sorted(f"/{provider.slug}/callback" for provider in providers.ALL)
    back = allow_at_provider(owner.get(f"/xero/connect/go?organisation={owner.organisation_id}").location)
    with town.app.app_context(), writing():
        for session in db.session.scalars(select(SessionRow)):
            session.data = session.data.replace('"provider":"xero"', '"provider":"other"')
    answer = owner.get(back.removeprefix(town.app.config["BASE_URL"]))
    assert answer.location == f"/xero/connect?problem=provider&organisation={owner.organisation_id}"
    assert not connections_of_town(town)


def connections_of_town(town: Town) -> int:
    with town.app.app_context(), tenancy.system("a test counts all connections"):
        return db.session.scalar(select(func.count()).select_from(Connection)) or 0
