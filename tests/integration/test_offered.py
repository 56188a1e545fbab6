"""Only accounting systems with an app of ours are offered; the others are neither shown nor left for."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from link4web import providers
from link4web.app import create_app
from link4web.database import db
from link4web.settings import Settings
from link4web.simulators.server import Running
from tests.people import Person, Town

XERO, LEFT_OUT, *_ = providers.ALL


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    without = replace(settings.providers[LEFT_OUT.slug], client_id="", client_secret="")
    app = create_app(replace(settings, providers={**settings.providers, LEFT_OUT.slug: without}))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_system_without_an_app_is_not_offered(owner: Person, town: Town, simulators: Running) -> None:
    offered = owner.get("/connect").text
    assert f"Connect {XERO.name}" in offered
    assert f"Connect {LEFT_OUT.name}" not in offered
    for address in (f"/{LEFT_OUT.slug}/connect", f"/{LEFT_OUT.slug}/connect/go?organisation={owner.organisation_id}"):
        sent = owner.get(address)
        assert sent.status_code in (302, 303)
        assert sent.location.partition("?")[0].endswith("/connect")
        assert LEFT_OUT.name not in sent.location
        assert f"{LEFT_OUT.name} can’t be connected here yet" in owner.get(sent.location).text


def test_those_connected_before_stay_on_the_list(owner: Person, town: Town, settings: Settings) -> None:
    connected = create_app(settings)
    there = Person(connected, connected.test_client(), owner.email, owner.name, organisation_id=owner.organisation_id)
    there.sign_in()
    connection = there.connect(LEFT_OUT.slug)
    shown = owner.get("/connect").text
    assert f"/{LEFT_OUT.slug}/{connection}" in shown
    assert f"Connect {LEFT_OUT.name}" not in shown
    with connected.app_context():
        db.engine.dispose()
