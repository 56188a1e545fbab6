"""A process of its own that reads one MYOB business under the limit all share: `token business times`."""

import sys
from dataclasses import dataclass, replace
from datetime import timedelta

from flask import Flask

from link4web.app import create_app
from link4web.connections.allowance import Turns
from link4web.connections.providers import config_of
from link4web.providers.base.provider import Provider, ProviderClient
from link4web.providers.myob import PROVIDER
from link4web.settings import from_environment

#: Twenty calls a second, so that a test is quick; the simulator's limit is set to 27, as far above as MYOB's own is.
QUICK: Provider = replace(PROVIDER, rate=replace(PROVIDER.rate, interval=timedelta(seconds=0.05)))
KEY = "myob:"


@dataclass(frozen=True)
class Given:
    """A token that a test has asked the simulator for."""

    token: str

    def access_token(self) -> str:
        return self.token

    def renew(self, rejected: str) -> str:
        raise AssertionError("nothing expires here")


def client_of(token: str, business: str, provider: Provider = QUICK) -> ProviderClient:
    """A client whose turns are counted, inside the application's context."""
    return provider.client(config_of("myob"), Given(token), business, Turns(provider, KEY))


def application() -> Flask:
    app = create_app(from_environment())
    app.config["PACE_CALLS"] = True
    return app


if __name__ == "__main__":
    with application().app_context():
        client = client_of(sys.argv[1], sys.argv[2])
        for _ in range(int(sys.argv[3])):
            client.contacts(1)
