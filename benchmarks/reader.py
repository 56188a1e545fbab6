"""One sync of an empty installation in a process of its own: `python -m benchmarks.reader WAY FOLDER`.

WAY is *link4web* (our sync as the worker runs it), *official* (a plain loop: xero-python's objects into the same
tables through SQLAlchemy objects, by the same rules) or *mixed* (that loop with our own bulk intake behind it).
Prints, as JSON, the CPU seconds of this process and its greatest resident memory in bytes.
"""

import contextlib
import datetime as dt
import json
import os
import platform
import re
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.installation import Installation, let_go_of_database
from link4web import clock, outbox, tenancy
from link4web.connections import vault
from link4web.connections.credentials import sealed_tokens
from link4web.connections.models import Connection
from link4web.connections.syncing import SYNC, report, request_sync
from link4web.customers.counting import Tally
from link4web.customers.intake import Intake
from link4web.customers.models import Customer
from link4web.database import db, writing
from link4web.providers.base.records import RemoteContact, TokenSet
from link4web.providers.base.text import clean
from link4web.settings import SIMULATOR_CLIENT

PAGE_SIZE = 1000


def main(way: str, folder: Path) -> None:
    kept = json.loads((folder / "sync.json").read_text())
    installation = Installation(folder, **kept["installation"])
    app = installation.app()
    with app.app_context(), tenancy.acting_for(installation.organisation_id):
        _connect(installation, kept["token"])
        began = time.process_time()
        with contextlib.redirect_stdout(sys.stderr):
            {"link4web": _by_ours, "official": _plainly, "mixed": _mixed}[way](installation, kept)
        cpu = time.process_time() - began
        count = db.session.scalar(select(func.count()).select_from(Customer))
        let_go_of_database()
    print(json.dumps({"cpu": cpu, "memory": _peak_memory(), "count": count}))


def _connect(installation: Installation, token: dict[str, Any]) -> None:
    """Store the simulator's tokens as consent would have."""
    tokens = TokenSet(
        access_token=token["access_token"],
        refresh_token=token["refresh_token"],
        expires_at=clock.now() + dt.timedelta(minutes=30),
        scope=token["scope"],
    )
    where = installation.organisation_id, "xero"
    with writing():
        file_id = vault.seal(token["tenant_id"], *where)
        report(installation.connection_id, file_id=file_id, **sealed_tokens(tokens, *where))


def _by_ours(installation: Installation, kept: dict[str, Any]) -> None:
    """What the worker does when a connection is new."""
    del kept
    key = installation.organisation_id, installation.connection_id
    with writing():
        request_sync(db.session.get_one(Connection, key), full=True)
    outbox.drain(SYNC)
    state = db.session.get_one(Connection, key, populate_existing=True)
    if state.sync_state != "idle":
        raise RuntimeError(f"the sync ended as {state.sync_state}: {state.sync_message}")


def _plainly(installation: Installation, kept: dict[str, Any]) -> None:
    """Look each page's contacts up, change or add them, commit."""
    rules = Intake(installation.connection_id, 1, "AU", is_walk=True)
    for contacts in _official_pages(kept):
        tally = Tally(installation.connection_id)
        with writing():
            ids = [contact.external_id for contact in contacts]
            mine = select(Customer).where(Customer.connection_id == installation.connection_id)
            known = {one.external_id: one for one in db.session.scalars(mine.where(Customer.external_id.in_(ids)))}
            for contact in contacts:
                row = rules.new_row(contact)
                one = known.get(contact.external_id)
                tally.moved(one.state if one else None, row["state"])
                if one is None:
                    db.session.add(Customer(**row))
                else:
                    one.name, one.state = row["name"], row["state"]
            db.session.flush()
            tally.apply()
        db.session.expunge_all()


def _mixed(installation: Installation, kept: dict[str, Any]) -> None:
    intake = Intake(installation.connection_id, 1, "AU", is_walk=True)
    for contacts in _official_pages(kept):
        intake.take(contacts)


def _official_pages(kept: dict[str, Any]) -> Iterator[list[RemoteContact]]:
    accounting, tenant, page = _official_api(kept), kept["token"]["tenant_id"], 1
    wanted = {"page_size": PAGE_SIZE, "order": "ContactID", "include_archived": True}
    while True:
        found = accounting.get_contacts(tenant, page=page, **wanted)
        yield [_contact(one) for one in found.contacts]
        if page >= found.pagination.page_count:
            return
        page += 1


def _official_api(kept: dict[str, Any]) -> Any:
    from xero_python.accounting import AccountingApi
    from xero_python.api_client import ApiClient
    from xero_python.api_client.configuration import Configuration
    from xero_python.api_client.oauth2 import OAuth2Token

    held = {key: kept["token"][key] for key in ("access_token", "refresh_token", "expires_in", "token_type")}
    held |= {"scope": kept["token"]["scope"].split(), "expires_at": time.time() + 1800}
    client_id, secret = SIMULATOR_CLIENT
    api = ApiClient(Configuration(oauth2_token=OAuth2Token(client_id=client_id, client_secret=secret)), pool_threads=1)
    api.oauth2_token_getter(lambda: held)
    api.oauth2_token_saver(held.update)
    return AccountingApi(api, base_url=f"{kept['simulators']}/xero/api.xro/2.0")


def _contact(one: Any) -> RemoteContact:
    """Our record of their object; the cheap way, without the checks of our own mapping."""
    address = next((each for each in one.addresses or [] if each.city or each.country), None)
    merged = one.merged_to_contact_id or None
    return RemoteContact(
        external_id=one.contact_id,
        name=one.name,
        person=f"{one.first_name or ''} {one.last_name or ''}".strip(),
        email=one.email_address or "",
        tax_number=one.tax_number or "",
        company_number=one.company_number or "",
        is_customer=bool(one.is_customer),
        status="merged" if merged else "active" if one.contact_status == "ACTIVE" else "archived",
        merged_into=merged,
        country={"Australia": "AU", "New Zealand": "NZ"}.get(address.country, "") if address else "",
        place=clean(f"{address.city} {address.region}", 100) if address else "",
        updated_at=one.updated_date_utc,
    )


def _peak_memory() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        # getrusage would tell the greatest of ours and of the process that started us
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        assert found
        return int(found[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024


if __name__ == "__main__":
    os.environ.setdefault("LINK4WEB_MODE", "home")
    main(sys.argv[1], Path(sys.argv[2]))
