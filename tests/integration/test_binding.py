"""One ledger file belongs to one organisation, and that alone says whom a notice about it concerns."""

from sqlalchemy import select

from link4web.connections.syncing import SYNC
from link4web.connections.webhooks import READ_AGAIN
from link4web.database import db
from link4web.outbox.models import OutboxRow
from tests.integration.test_connections import confirm, offer
from tests.integration.test_webhooks import body_of, deliver
from tests.ledger import LARGE, SMALL, Books, Xero, simulators, xero
from tests.people import Person, Town

__all__ = ["simulators", "xero"]


def test_one_file_belongs_to_one_organisation(town: Town, stranger: Person, xero: Xero) -> None:
    """R-053: whoever connects it too is refused without a word of whose it is, and gets no notice of it."""
    first = town.owner("Quentin Zorro", "Numbat Millinery")
    connection = first.connect("xero", file=SMALL)
    town.work()
    address = offer(stranger)
    answer = confirm(stranger, address)
    assert answer.status_code == 409
    assert "can’t be connected here" in answer.text
    told = str(answer.headers) + answer.text + stranger.get(address).text
    theirs = ("Numbat", "Millinery", "Quentin", "Zorro", first.email, first.user_id, first.organisation_id, connection)
    assert [one for one in theirs if one in told] == []
    deliver(Books(town, first, connection, xero), body_of("a-contact"))
    with town.app.app_context():
        asked = select(OutboxRow.organisation_id, OutboxRow.state).where(OutboxRow.kind.in_((READ_AGAIN, SYNC)))
        assert set(db.session.execute(asked)) == {(first.organisation_id, "done"), (first.organisation_id, "ready")}
    assert confirm(stranger, offer(stranger, file=LARGE)).status_code == 303
