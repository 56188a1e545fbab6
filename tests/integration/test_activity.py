"""The activity log: what admins read about their own organisation, and what they take along of it."""

import ast
import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from link4web import clock
from link4web.activity.words import ACTIONS, GROUPS
from link4web.audit import Actor, actor, record
from link4web.database import db, writing
from tests.integration.test_settings import member_of, settings
from tests.invited import open_shop
from tests.ledger import words
from tests.people import Person, Town
from tests.supporters import agent_of, case_of

CODE = Path(__file__).resolve().parents[2] / "link4web"
HOSTILE = '=HYPERLINK("https://evil.example","x")'


def log(person: Person, query: str = "") -> str:
    answer = person.get(f"{settings(person, 'activity')}{query}")
    assert answer.status_code == 200
    return words(answer.text)


def rows_of(person: Person, query: str = "") -> list[dict[str, str]]:
    answer = person.get(f"{settings(person, 'activity.csv')}{query}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.text)))


def many(town: Town, organisation: str, number: int) -> None:
    """Let so many things happen."""
    with town.app.app_context(), writing():
        for place in range(1, number + 1):
            record("customer.number", chain=organisation, kind="customer", object_id="x" * 22, reason=f"number {place}")


def test_it_says_who_did_what_to_what(town: Town, owner: Person) -> None:
    shop = open_shop(town, owner)
    customer = shop.customer("Marram Grass Café")
    owner.post(f"{shop.base}/customers/{customer}/email", {"email": "new@marram.example"})
    page = owner.get(settings(owner, "activity")).text
    assert f'href="{shop.base}/customers/{customer}"' in page
    assert re.search(r"Olive Owner.*entered an e-mail address: Marram Grass Café", words(page))
    user = member_of(town, owner, "Ulla User", "user")
    assert user.get(settings(user, "activity")).status_code == 403
    assert user.get(settings(user, "activity.csv")).status_code == 403


def test_both_identities_are_named(town: Town, owner: Person) -> None:
    agent = town.person("Agnes Agent")
    with (
        town.app.app_context(),
        actor(Actor(user_id=agent.user_id, on_behalf_of_id=owner.user_id)),
        writing(),
    ):
        record("organisation.details", chain=owner.organisation_id, kind="organisation")
    shown = log(owner)
    assert "Support (Agnes Agent) on behalf of Olive Owner" in shown
    for person in (agent, owner):
        assert "Support (Agnes Agent)" in log(owner, f"?person={person.user_id}")
    assert [row["On behalf of"] for row in rows_of(owner)[:2]] == ["", "Olive Owner"]


def test_it_says_from_what_to_what_somebodys_rights_changed(town: Town, owner: Person) -> None:
    user = member_of(town, owner, "Mere Member", "user")
    change = f"/org/{owner.organisation_id}/users/{user.user_id}"
    assert owner.post(change, {"role": "adviser", "may_send": "y"}).status_code == 303
    said = (
        "before: a user, may see customers, and change nothing; now: an adviser, may see customers and send invitations"
    )
    assert f"changed what somebody may do: Mere Member {said}" in log(owner)
    assert rows_of(owner)[1]["Details"] == said


def test_support_at_its_own_desk_is_support(town: Town, owner: Person) -> None:
    """Who looks in the console, or uses a tool, is no stranger with a name."""
    agent = agent_of(town)
    agent.get(f"/support/organisations/{owner.organisation_id}")
    with town.app.app_context(), actor(Actor(user_id=agent.user_id)), writing():
        record("support.tool.sync", chain=owner.organisation_id, kind="connection")
    assert "Support (Ada Agent) started a sync" in log(owner)
    assert {row["Person"] for row in rows_of(owner, "?kind=support")} == {"Support (Ada Agent)"}


def test_it_says_which_page_support_opened(town: Town) -> None:
    case = case_of(town).entered()
    case.agent.get("/on-behalf")
    assert "looked at a page: a visit of support This support access" in log(case.owner)


def test_it_can_be_narrowed(town: Town, owner: Person) -> None:
    shop = open_shop(town, owner)
    customer = shop.customer("Marram Grass Café")
    owner.post(f"{shop.base}/customers/{customer}/email", {"email": "new@marram.example"})
    town.later(days=3)
    owner.sign_in()
    owner.post(settings(owner, "details"), {"name": "Wattle & Wharf Roasters", "timezone": "Pacific/Auckland"})
    day, before = (clock.now().date() - timedelta(days=days) for days in (0, 2))
    assert "changed name or time zone" in log(owner, f"?from={day}")
    assert "entered an e-mail" not in log(owner, f"?from={day}")
    assert "changed name or time zone" not in log(owner, f"?to={before}&from=2020-01-01")
    assert "entered an e-mail" in log(owner, "?kind=customers")
    assert "changed name or time zone" not in log(owner, "?kind=customers")
    assert "entered an e-mail" in log(owner, "?q=marram+grass")
    assert "changed name" not in log(owner, "?q=marram+grass")
    assert "Nothing here fits" in log(owner, "?q=nobody+of+that+name")
    assert "Nothing here fits" in log(owner, f"?person={'x' * 22}")
    assert "changed name or time zone" not in log(owner, "?person=-")
    part = owner.get(f"{settings(owner, 'activity')}?kind=customers", headers={"HX-Request": "true"}).text
    assert part.startswith('<div id="events">')


def test_pages_go_on_where_the_last_ended(town: Town, owner: Person) -> None:
    many(town, owner.organisation_id, 120)
    seen, address = [], settings(owner, "activity")
    for _ in range(4):
        page = owner.get(address).text
        seen += re.findall(r"number \d+", page)
        older = re.search(r'href="([^"]*)" rel="next"', page)
        if older is None:
            break
        address = older[1].replace("&amp;", "&")
    assert seen == [f"number {place}" for place in range(120, 0, -1)]


def test_the_file_has_everything_and_no_formulas(town: Town, owner: Person) -> None:
    """All pieces, narrowed as the page is; CWE-1236; and that it was taken stands in it the next time."""
    many(town, owner.organisation_id, 2100)
    with town.app.app_context(), writing():
        for start in "=+-@\t":
            record("organisation.details", chain=owner.organisation_id, reason=f"{start}{HOSTILE}")
    rows = rows_of(owner, "?kind=customers")
    assert [row["Reason"] for row in rows] == [f"number {place}" for place in range(2100, 0, -1)]
    for row in rows_of(owner, "?kind=business"):
        assert not row["Reason"].startswith(tuple("=+-@\t"))
    assert rows_of(owner)[0]["Action"] == "activity.exported"


def test_strangers_see_nothing_of_it(town: Town, owner: Person, stranger: Person) -> None:
    for page in ("activity", "activity.csv"):
        assert stranger.get(settings(owner, page)).status_code == 404
    assert "Olive Owner" not in log(stranger, f"?person={owner.user_id}&q={owner.organisation_id}")


JUNK = (
    "?from=2026-13-99",
    "?to=9999-12-31",
    "?from=0001-01-01",
    "?before=2",
    "?before=\u00e9",
    f"?before={'A' * 400}",
    f"?before=//__{'A' * 60}",
    "?kind=x&person=y",
)


@pytest.mark.parametrize("query", JUNK)
def test_junk_narrows_nothing_and_breaks_nothing(owner: Person, query: str) -> None:
    """R-151."""
    assert "set up the organisation" in log(owner, query)


def recorded() -> set[str]:
    """Every action that the sources record: first arguments of `record`, and of whatever hands its own on to it."""
    trees = [ast.parse(path.read_text()) for path in CODE.rglob("*.py") if "simulators" not in path.parts]
    recorders, size = {"record"}, 0
    while len(recorders) != size:
        size = len(recorders)
        for tree in trees:
            for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
                own = {argument.arg for argument in function.args.args}
                if any(isinstance(one, ast.Name) and one.id in own for one in first_arguments(function, recorders)):
                    recorders.add(function.name)
    return {action for tree in trees for one in first_arguments(tree, recorders) for action in actions_in(one)}


def first_arguments(tree: ast.AST, recorders: set[str]) -> list[ast.expr]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    return [call.args[0] for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) in recorders]


def actions_in(argument: ast.expr) -> list[str]:
    if isinstance(argument, ast.Constant):
        return [str(argument.value)]
    if isinstance(argument, ast.IfExp):
        return [*actions_in(argument.body), *actions_in(argument.orelse)]
    if isinstance(argument, ast.JoinedStr):
        shape = "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z_]+" for part in argument.values
        )
        found = [action for action in ACTIONS if re.fullmatch(shape, action)]
        assert found, f"no words for {shape}"
        return found
    return []


def test_every_action_has_its_words(app: Flask) -> None:
    """A new event has words from the moment it is recorded, and no words are left of one that is gone."""
    del app
    found = {action for action in recorded() if re.fullmatch(r"[a-z]+(\.[a-z_]+)+", action)}
    assert len(found) > 40
    assert found - ACTIONS.keys() == set()
    assert ACTIONS.keys() - found == set()
    assert {act.group for act in ACTIONS.values()} <= GROUPS.keys()


def test_the_command_finds_where_a_chain_breaks(town: Town) -> None:
    """R-191: one broken among several; the exit code says so."""
    runner = town.app.test_cli_runner()
    first, second = town.owner(), town.owner("Sam Stranger", "Kauri Point Marine")
    whole = runner.invoke(args=["audit", "verify"])
    assert (whole.exit_code, "3 chains" in whole.output, "0 broken" in whole.output) == (0, True, True)
    with town.app.app_context():
        is_sqlite = db.engine.dialect.name == "sqlite"
        trigger = "audit_event_no_update" if is_sqlite else "audit_event_append_only ON audit_event"
        with writing():
            db.session.execute(text(f"DROP TRIGGER {trigger}"))
            db.session.execute(
                text("UPDATE audit_event SET reason = 'x' WHERE chain = :chain AND position = 2"),
                {"chain": first.organisation_id},
            )
    broken = runner.invoke(args=["audit", "verify"])
    assert broken.exit_code == 1
    assert f"chain {first.organisation_id}: the event at position 2" in broken.output
    assert runner.invoke(args=["audit", "verify", "--chain", second.organisation_id]).exit_code == 0
    assert runner.invoke(args=["audit", "verify", "--chain", "nobody"]).exit_code == 1
