"""Commands about the support staff: `flask --app wsgi support …`."""

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from link4web.accounts import codes, services
from link4web.accounts.models import User
from link4web.mail.address import email_key
from link4web.settings import Settings
from link4web.support import report, staff

support = AppGroup("support", help="Support staff, and what they have done.")


def _person(email: str) -> User:
    person = services.find_user(email_key(email))
    if person is None:
        raise click.ClickException("Nobody has this address. Make the sign-in first: flask --app wsgi user create")
    return person


@support.command("create")
@click.argument("email")
@click.option("--role", type=click.Choice(["agent", "lead"]), default="agent")
@with_appcontext
def create(email: str, role: str) -> None:
    """Make somebody who has a sign-in a member of the support staff. Nothing else does (R-013)."""
    person = _person(email)
    staff.appoint(person.id, role)
    click.echo(f"{person.email} is {role} of support, at /support, once they have set up security codes.")


@support.command("dismiss")
@click.argument("email")
@with_appcontext
def dismiss(email: str) -> None:
    """Take the role away; what they have open ends with their next click."""
    person = _person(email)
    if not staff.dismiss(person.id):
        raise click.ClickException(f"{person.email} is not of the support staff.")
    click.echo(f"{person.email} is not of the support staff any more.")


@support.command("code")
@click.argument("email")
@with_appcontext
def code(email: str) -> None:
    """The security code of somebody of the demo's support staff, who have no phone. At home only."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.is_home:
        raise click.ClickException("Codes are for their owner’s phone alone; this works in home mode only.")
    person = _person(email)
    shown = codes.code_now(person.id) if staff.role_of(person.id) else ""
    if not shown:
        raise click.ClickException(f"{person.email} is not of the support staff, or has no codes.")
    click.echo(shown)


@support.command("report")
@with_appcontext
def week() -> None:
    """The last seven days: accesses by each, those without the customer's word, and unusually long ones."""
    for line in report.table(report.of_week()):
        click.echo(line)
