"""One process that asks Xero something at a given moment: `asker ORGANISATION CONNECTION TIME`."""

import sys
import time

from link4web import tenancy
from link4web.app import create_app
from link4web.connections import queries, services
from link4web.settings import from_environment


def main(organisation_id: str, connection_id: str, moment: str) -> None:
    app = create_app(from_environment())
    with app.app_context(), tenancy.acting_for(organisation_id):
        connection = queries.get(connection_id)
        assert connection is not None
        client = services.client_for(connection)
        time.sleep(max(0.0, float(moment) - time.time()))
        print(client.organisation().name)


if __name__ == "__main__":
    main(*sys.argv[1:])
