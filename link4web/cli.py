"""Commands: `flask --app wsgi …`."""

import sys
from pathlib import Path

import click
import flask_migrate
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from link4web.accounts import codes, leaving, organisations, services, suspending
from link4web.accounts.bank import reseal_bank_accounts
from link4web.accounts.passwords import WeakPassword
from link4web.audit.commands import audit
from link4web.connections.reseal import reseal_all
from link4web.demo import seed_demo
from link4web.mail.address import EmailProblem, canonical_email, email_key
from link4web.schedule import run_schedule
from link4web.settings import Settings
from link4web.support.commands import support
from link4web.worker import Worker


def add_commands(app: Flask) -> None:
    """Make the commands known to Flask."""
    app.cli.add_command(simulators)
    app.cli.add_command(demo)
    app.cli.add_command(worker)
    app.cli.add_command(user)
    app.cli.add_command(support)
    app.cli.add_command(audit)
    app.cli.add_command(migrate_up)
    app.cli.add_command(reseal)
    app.cli.add_command(doctor)
    app.cli.add_command(help_coverage)


simulators = AppGroup("simulators", help="The stand-ins for accounting systems, ABN Lookup and the mail server.")
demo = AppGroup("demo", help="People and organisations to try things with.")


user = AppGroup("user", help="People who may sign in.")


@simulators.command("run")
@click.option("--host", default="127.0.0.1")
@click.option("--port", envvar="SIMULATORS_PORT", default=8100, type=int)
@click.option("--smtp-port", envvar="SMTP_PORT", default=8025, type=int)
def run_simulators(host: str, port: int, smtp_port: int) -> None:
    """Run the simulators until stopped."""
    # imported here: neither the web nor the worker process loads the simulators
    from link4web.simulators import server as simulator_server

    settings: Settings = current_app.extensions["settings"]
    simulator_server.run(host, port, smtp_port, Path(settings.data_dir) / "simulators.db")


@demo.command("seed")
@with_appcontext
def seed() -> None:
    """Create the demo people and organisation, once."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.is_home:
        raise click.ClickException("Demo accounts have known passwords; they exist in home mode only.")
    for line in seed_demo():
        click.echo(line)


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Bring about what the outbox asks for, until stopped."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (werkzeug's way to the object behind its proxy)
    worker = Worker(app, schedule=run_schedule)
    worker.stop_at_signals()
    worker.run()


@user.command("create")
@click.option("--name", prompt=True)
@click.option("--email", prompt=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@click.option("--organisation", default="", help="Also create an organisation with this name, the person its admin.")
@click.option("--country", type=click.Choice(["AU", "NZ"]), default="AU")
@with_appcontext
def create_user(name: str, email: str, password: str, organisation: str, country: str) -> None:
    """Create somebody who may sign in: the first admin of an installation, say. The address counts as verified."""
    try:
        person = services.create_verified(name, canonical_email(email), password)
    except (EmailProblem, WeakPassword, services.AlreadyThere) as problem:
        raise click.ClickException(problem.sentence) from None
    if organisation:
        organisations.create_organisation(person.id, organisation, country, None)
    click.echo(f"{person.email} may sign in.")


@user.command("reset-second-factor")
@click.argument("email")
@with_appcontext
def reset_second_factor(email: str) -> None:
    """Take security codes away from somebody who has lost phone and recovery codes. Make sure first that it is them."""
    person = services.find_user(email_key(email))
    if person is None or not codes.take_away(person.id, by="command"):
        raise click.ClickException("Nobody with this address has security codes.")
    click.echo(f"{person.email} signs in with the password alone, and has been told by mail.")


@user.command("suspend")
@click.argument("email")
@with_appcontext
def suspend_user(email: str) -> None:
    """Sign somebody out everywhere and let them in no more, until `restore`. Their data stays."""
    person = services.find_user(email_key(email))
    if person is None or not suspending.suspend(person.id):
        raise click.ClickException("Nobody with this address may sign in.")
    click.echo(f"{person.email} is signed out everywhere and can’t sign in.")
    for name in leaving.last_admin_of(person.id):
        click.echo(f"{name} has no other admin who can sign in.")


@user.command("restore")
@click.argument("email")
@with_appcontext
def restore_user(email: str) -> None:
    """Let somebody sign in again who was suspended."""
    person = services.find_user(email_key(email))
    if person is None or not suspending.restore(person.id):
        raise click.ClickException("Nobody with this address is suspended.")
    click.echo(f"{person.email} may sign in again.")


@click.command("reseal")
@with_appcontext
def reseal() -> None:
    """Encrypt what is sealed with the newest of LINK4WEB_TOKEN_KEYS; run it before taking an old key away."""
    click.echo(f"{reseal_all()} connections and {reseal_bank_accounts()} bank accounts encrypted anew.")
    click.echo(f"{codes.reseal_all()} keys of security codes encrypted anew.")


@click.command("migrate-up")
@with_appcontext
def migrate_up() -> None:
    """Bring the database to this release's tables."""
    flask_migrate.upgrade()


@click.command("help-coverage")
@with_appcontext
def help_coverage() -> None:
    """List every state and error with its code, its article, readings and votes; fail where something is missing."""
    from link4web.help_coverage import examine

    found = examine()
    for line in found.table():
        click.echo(line)
    for gap in found.gaps:
        click.echo(f"MISSING  {gap}", err=True)
    sys.exit(1 if found.gaps else 0)


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Check the configuration and say what is missing; ends with 3 where Link4web can't start, 1 for any other LOOK."""
    from link4web.doctor import examine

    faults: list[str] = current_app.extensions.get("faults", [])
    for fault in faults:
        click.echo(f"LOOK  Link4web can’t start. {fault}")
    findings = examine()
    for finding in findings:
        click.echo(f"{finding.mark}  {finding.text}")
    if faults:
        sys.exit(3)
    sys.exit(0 if all(finding.fine for finding in findings) else 1)
