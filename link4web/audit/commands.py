"""`flask audit verify`: whether somebody has rewritten the trail."""

import sys

import click
from flask.cli import AppGroup, with_appcontext

from link4web.audit.trail import chains, length, verify
from link4web.database import end_reading

audit = AppGroup("audit", help="The trail of what people and the system did.")


@audit.command("verify")
@click.option("--chain", default="", help="Only this chain: an organisation's id, or system.")
@with_appcontext
def verify_chains(chain: str) -> None:
    """Read every chain from its beginning, and say where the first event stands that does not fit.

    Ends with 1 when one is broken. Events are read one after the other, however many there are.
    """
    known = list(chains())
    if chain and chain not in known:
        raise click.ClickException(f"There is no chain {chain}.")
    events, broken = 0, 0
    for one in [chain] if chain else known:
        position = verify(one)
        end_reading()
        events += length(one)
        if position is not None:
            broken += 1
            click.echo(f"BROKEN  chain {one}: the event at position {position} does not fit", err=True)
    click.echo(f"{1 if chain else len(known)} chains with {events} events; {broken} broken.")
    sys.exit(1 if broken else 0)
