"""Whatever a request says about the host it came to, mails to strangers lead to the configured one."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from link4web.web.rights import Rights
from tests.colleagues import Office
from tests.invited import address, open_shop
from tests.people import Town

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EVIL = "evil.example"


class ForgedHost(FlaskClient):
    """A browser whose every request names another host."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs["headers"] = {**(kwargs.get("headers") or {}), "Host": EVIL, "X-Forwarded-Host": EVIL}
        return super().open(*args, **kwargs)


@on_sqlite
def test_invitations_lead_to_the_configured_host(town: Town) -> None:
    """R-014: of colleagues and of customers, pressed with a forged Host and X-Forwarded-Host."""
    town.app.test_client_class = ForgedHost
    owner = town.owner()
    office, shop = Office(town, owner), open_shop(town, owner)
    colleague, customer = address(), address()
    office.invited(colleague, Rights("user"))
    shop.sent(shop.customer(email=customer))
    for invited, part in ((colleague, "/colleague/"), (customer, "/join/")):
        [mail] = town.mails_to(invited)
        assert EVIL not in str(mail)
        assert any(link.startswith(town.app.config["BASE_URL"] + part) for link in mail["links"]), mail["links"]
