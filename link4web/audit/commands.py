"""`flask audit verify`: whether somebody has rewritten the trail."""

import re
import sys

import click
from flask.cli import AppGroup, with_appcontext

from link4web.audit import anchors
from link4web.audit.trail import SYSTEM, chains, length, verify
from link4web.database import end_reading

audit = AppGroup("audit", help="The trail of what people and the system did.")
LIMITS = """\
Found is what does not fit within a chain, and what is missing or another than an anchor in the system chain says; one
is written every hour. Not to be found from here: what was cut off an end since the last anchor, and whatever was
rewritten together with the system chain. For that, take a line audit.anchored or audit.end from a log that has left
this machine, and ask with --against POSITION:HASH whether the system chain still has it."""


@audit.command("verify")
@click.option("--chain", default="", help="Only this chain: an organisation's id, or system.")
@click.option(
    "--against", default="", metavar="POSITION:HASH", help="What a line audit.anchored or audit.end of the log says."
)
@with_appcontext
def verify_chains(chain: str, against: str) -> None:
    """Read every chain from its beginning, and say where the first event stands that does not fit.

    Then compare the chains with their anchors in the system chain. Ends with 1 when one is broken. Events are read one
    after the other, however many there are.
    """
    outside = _place(against)
    known = [one for one in chains() if chain in ("", one)]
    events, broken = 0, {}
    for one in known:
        position = verify(one)
        end_reading()
        events += length(one)
        if position is not None:
            broken[one] = f"the event at position {position} does not fit"
    for anchor, one, position in anchors.misfits(chain):
        what = f"the event at position {position} is missing or another than the anchor says, which is event {anchor}"
        broken.setdefault(one, f"{what} of the system chain")
    if outside and not anchors.is_at(*outside):
        broken.setdefault(SYSTEM, f"the event at position {outside[0]} is missing or another than the log says")
    end_reading()
    if chain and not known and not broken:
        raise click.ClickException(f"There is no chain {chain}.")
    for one, words in sorted(broken.items()):
        click.echo(f"BROKEN  chain {one}: {words}", err=True)
    click.echo(f"{len(known)} chains with {events} events; {len(broken)} broken.")
    click.echo(LIMITS)
    sys.exit(1 if broken else 0)


def _place(against: str) -> tuple[int, str] | None:
    """A position and a hash, as somebody has taken them from the log."""
    if not against:
        return None
    if not (found := re.fullmatch(r"(\d{1,9}):([0-9a-fA-F]{64})", against.strip())):
        raise click.ClickException("Say --against POSITION:HASH, with the 64 digits that stand in the log.")
    return int(found[1]), found[2]
