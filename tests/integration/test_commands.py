"""Commands, as an operator runs them."""

import base64
import re
import secrets
from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from link4web import problems
from link4web.app import create_app
from link4web.audit.models import AuditEvent
from link4web.connections.models import Connection
from link4web.database import db
from link4web.help_coverage import HEADINGS
from link4web.settings import from_environment
from link4web.tenancy import acting_for
from tests.people import Person, Town


def test_the_first_admin_is_made_by_a_command(app: Flask, town: Town) -> None:
    answers = "Ada Admin\nada@fernhill.example\nquiet-lantern-seven-harbours\nquiet-lantern-seven-harbours\n"
    made = app.test_cli_runner().invoke(args=["user", "create", "--organisation", "Fernhill Supplies"], input=answers)
    assert made.exit_code == 0, made.output
    ada = town.visitor()
    ada.email = "ada@fernhill.example"
    assert ada.sign_in("quiet-lantern-seven-harbours").status_code == 303
    assert "Fernhill Supplies" in ada.get("/organisations").text


def test_a_weak_password_is_refused_with_a_sentence(app: Flask) -> None:
    made = app.test_cli_runner().invoke(args=["user", "create"], input="Ada\nada@fernhill.example\nshort\nshort\n")
    assert made.exit_code != 0
    assert "15 characters" in made.output


def test_somebody_is_suspended_and_let_in_again(app: Flask, town: Town) -> None:
    """R-024: out with the next request in every browser, in by nothing; and it stands in the trail."""

    def run(command: str, email: str) -> tuple[int, str]:
        told = app.test_cli_runner().invoke(args=["user", command, email])
        return told.exit_code, told.output

    person, stays = town.owner(), town.person()
    elsewhere = person.in_another_browser()
    elsewhere.sign_in()
    person.post("/forgot", {"email": person.email})
    town.work()
    link = re.search(r"/reset/[\w-]+", town.mails_to(person.email)[0]["text"])
    assert link
    code, said = run("suspend", person.email.upper())
    assert (code, "Wattle & Wharf Coffee has no other admin who can sign in" in said) == (0, True), said
    assert run("suspend", person.email)[0] == 1, "already"
    assert [one.get("/account").status_code for one in (person, elsewhere, stays)] == [302, 302, 200]
    assert person.sign_in().status_code == 422
    assert run("restore", person.email)[0] == 0
    assert run("restore", person.email)[0] == run("restore", "nobody@harbour.example")[0] == 1
    assert person.get("/account").status_code == 302, "no session comes back"
    person.get(link[0])
    assert person.get("/reset").status_code == 410, "and no link that was mailed before"
    assert person.sign_in().status_code == 303
    with app.app_context():
        about = select(AuditEvent.action).where(AuditEvent.object_id == person.user_id)
        assert {"account.suspended", "account.restored"} <= set(db.session.scalars(about))


def test_a_deleted_account_is_not_let_in_again(app: Flask, town: Town) -> None:
    person = town.person()
    assert person.post("/account/delete").status_code == 303
    gone = f"{person.user_id.lower()}@gone.invalid"
    assert app.test_cli_runner().invoke(args=["user", "restore", gone]).exit_code == 1


def test_an_old_key_can_go_after_everything_was_sealed_anew(
    owner: Person, environment: dict[str, str], settings: object
) -> None:
    connection = owner.connect_xero()
    old = ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in from_environment(environment).token_keys)
    new = f"new:{base64.b64encode(secrets.token_bytes(32)).decode()}"
    rotated = create_app(from_environment({**environment, "LINK4WEB_TOKEN_KEYS": f"{new},{old}"}))
    assert "1 connections" in rotated.test_cli_runner().invoke(args=["reseal"]).output
    assert "0 connections" in rotated.test_cli_runner().invoke(args=["reseal"]).output
    with rotated.app_context(), acting_for(owner.organisation_id):
        row = db.session.get_one(Connection, (owner.organisation_id, connection))
        assert row.access_token is not None
        assert row.access_token[1:4] == b"new"
    with rotated.app_context():
        db.engine.dispose()


def test_help_coverage_lists_every_problem_and_what_was_made_of_its_help(app: Flask, town: Town) -> None:
    visitor = town.visitor()
    for _ in range(3):
        visitor.get("/help/add-number?for=myob")
    visitor.post("/feedback/add-number", {"helped": "no", "comment": "Where is it?"})
    told = app.test_cli_runner().invoke(args=["help-coverage"])
    heading, *lines = told.stdout.splitlines()
    assert heading.split() == ["Code", "Comes", "from", "Article", "Read", "Yes", "No"]
    assert len(lines) == len(problems.ALL)
    rows = {cells[0]: cells for cells in (re.split(r" {2,}", line) for line in lines)}
    assert all(len(cells) == len(HEADINGS) and all(cells) for cells in rows.values())
    assert rows["CUSTOMER-NEEDS-NUMBER"][2:] == ["add-number", "3", "0", "1"]


def test_help_coverage_fails_where_an_article_is_not_written(app: Flask) -> None:
    articles = app.extensions["help"].articles
    for slug, one in articles.items():
        articles[slug] = replace(one, body="Written.")
    assert app.test_cli_runner().invoke(args=["help-coverage"]).exit_code == 0
    articles["add-number"] = replace(articles["add-number"], body="To be written.\n")
    told = app.test_cli_runner().invoke(args=["help-coverage"])
    assert (told.exit_code, told.stderr) == (1, "MISSING  the article add-number is still to be written\n")
