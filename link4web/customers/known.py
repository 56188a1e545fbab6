"""Customers found by their ids in the ledger, each through the unique index, however many there are.

PostgreSQL chooses its way by statistics, and has none of an organisation that came today: it expects a single row of
the connection, and walks over all of them for every two hundred contacts. So it is asked for each id by itself, in
the order of the index, and not to sort: then only that index will do.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, aliased, join

from link4web import tenancy
from link4web.customers.models import Customer
from link4web.database import db

# for the rest of the transaction (`true`: local to it)
_BY_INDEX = select(func.set_config("enable_sort", "off", true()))
Columns = Sequence[InstrumentedAttribute[Any]]


class Lookup:
    """Reads these columns, `external_id` and `id` among them; made once, asked often."""

    def __init__(self, columns: Columns) -> None:
        of_connection = Customer.connection_id == bindparam("connection")
        self._plain: Select[Any] = select(*columns).where(
            of_connection, Customer.external_id.in_(bindparam("wanted", expanding=True))
        )
        self._find = _one_by_one([Customer.id], Customer.external_id, of_connection)
        self._lock = _one_by_one(columns, Customer.id, locked=True)

    def rows(self, connection_id: str, external_ids: Iterable[str]) -> dict[str, Row[Any]]:
        """The rows that there are by `external_id`, inside ``writing()``; PostgreSQL locks them.

        They are locked in the order of their ids, as `services.lock` does: two writers can't block each other for good.
        """
        parameters = {"connection": connection_id, "wanted": list(external_ids)}
        if db.engine.dialect.name == "postgresql":
            return {row.external_id: row for row in self._locked(parameters)}
        return {row.external_id: row for row in db.session.execute(self._plain, parameters)}

    def _locked(self, parameters: dict[str, Any]) -> Sequence[Row[Any]]:
        db.session.execute(_BY_INDEX)
        own = {**parameters, "organisation": tenancy.organisation_id()}
        ids = sorted(db.session.scalars(self._find, own))
        return db.session.execute(self._lock, {**own, "wanted": ids}).all() if ids else []


def _one_by_one(
    columns: Columns, key: InstrumentedAttribute[str], *conditions: ColumnElement[bool], locked: bool = False
) -> Select[Any]:
    """One look for each value of `key`, in the order in which they are given.

    It is a range of one, since an equation would leave nothing to put in order.
    """
    values = func.unnest(bindparam("wanted", type_=ARRAY(String)))
    wanted = values.table_valued("value", name="wanted").render_derived()
    ours = Customer.organisation_id == bindparam("organisation")
    look = select(Customer.organisation_id, *columns).where(
        ours, *conditions, key.between(wanted.c.value, wanted.c.value)
    )
    look = look.order_by(key).limit(1)
    found = aliased(Customer, (look.with_for_update() if locked else look).lateral("found"))
    return select(*(getattr(found, column.key) for column in columns)).select_from(join(wanted, found, true()))
