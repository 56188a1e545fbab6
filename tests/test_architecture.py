"""What reviewers would otherwise look for again and again: one clock, one way to SQL, nothing that evaluates."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Float, func, select
from sqlalchemy.orm import configure_mappers

from link4web import providers
from link4web.accounts.models import SessionRow, User
from link4web.app import create_app
from link4web.database import Base, db
from link4web.settings import from_environment
from link4web.support.models import SupportAgent

ROOT = Path(__file__).resolve().parents[1]
CODE = ROOT / "link4web"
SIMULATORS = CODE / "simulators"
LONGEST_MODULE = 350
# SQL as text, each for a reason that its line tells
RAW_SQL = {"database.py"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "Markup", "render_template_string"}
FORBIDDEN_IMPORTS = {"pickle", "marshal", "shelve", "dill", "markupsafe"}
# who may make markup, because what is not theirs in it is escaped: the rows, which fill patterns made by a
# template (test_customers.py tries it), and the help centre, whose articles are our own Markdown without HTML
MARKUP = {"customers/drawing.py", "help/centre.py", "help/markup.py", "help/search.py", "help/views.py"}
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)
THE_TIME = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the product, by its path; the simulators are a world of their own."""
    for path in CODE.rglob("*.py"):
        if SIMULATORS not in path.parents:
            yield path.relative_to(CODE).as_posix(), ast.parse(path.read_text())


def called(node: ast.AST) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_nothing_evaluates_what_comes_from_outside() -> None:
    """R-133, R-156."""
    for place, tree in modules():
        allowed = {"Markup", "markupsafe"} if place in MARKUP else set()
        assert not imported(tree) & FORBIDDEN_IMPORTS - allowed, place
        for node in ast.walk(tree):
            assert called(node) not in FORBIDDEN_CALLS - allowed, f"{place}: {called(node)}"


def test_nobody_but_the_clock_knows_the_time() -> None:
    for place, tree in modules():
        for node in ast.walk(tree):
            if place != "clock.py" and isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert (node.value.id, node.attr) not in THE_TIME, f"{place}:{node.lineno}"


def test_sql_is_built_not_written() -> None:
    """R-042, R-150: `text()` only as the condition of a partial index, and raw statements only where listed."""
    for path in CODE.rglob("*.py"):
        place = path.relative_to(CODE).as_posix()
        if SIMULATORS in path.parents or place in RAW_SQL:
            continue
        source = path.read_text()
        assert not re.search(r"exec_driver_sql|literal_column\(|\.connection\(\)\.cursor", source), place
        if re.search(r"from sqlalchemy import [^\n]*\btext\b", source) or re.search(
            r"from sqlalchemy import \([^)]*\btext\b", source
        ):
            uses = re.findall(r"(\w+) ?= ?text\(", source)
            assert set(uses) <= {"sqlite_where", "postgresql_where", "IS_OPEN"}, place
            assert len(uses) == len(re.findall(r"(?<![\w.])text\(", source)), place


def test_modules_stay_readable() -> None:
    for path in CODE.rglob("*.py"):
        if SIMULATORS not in path.parents:
            assert len(path.read_text().splitlines()) < LONGEST_MODULE, path.relative_to(ROOT)
            assert path.name != "utils.py"


def test_every_exception_to_a_rule_has_a_reason() -> None:
    """`noqa` and `type: ignore` say why, on the line or just above it."""
    bare = re.compile(r"#\s*(?:noqa: [\w, ]+|type: ignore\[[\w, -]+\])\s*$")
    for path in (*CODE.rglob("*.py"), ROOT / "wsgi.py"):
        lines = path.read_text().splitlines()
        for number, line in enumerate(lines):
            if bare.search(line):
                above = [before.strip() for before in lines[max(0, number - 3) : number]]
                assert any(before.startswith("#") for before in above), f"{path.relative_to(ROOT)}:{number + 1}"
            assert not re.search(r"#\s*(?:TODO|FIXME|XXX)\b", line), f"{path.relative_to(ROOT)}:{number + 1}"


def test_money_is_never_a_float_and_moments_have_a_zone() -> None:
    """R-187."""
    for table in Base.metadata.tables.values():
        for column in table.columns:
            assert not isinstance(column.type, Float), f"{table.name}.{column.name}"
            assert type(column.type).__name__ not in ("DateTime", "TIMESTAMP"), f"{table.name}.{column.name}"


def test_no_relationships_between_tables() -> None:
    """Joins stand in queries, where the gate sees them."""
    configure_mappers()
    for mapper in Base.registry.mappers:
        assert not list(mapper.relationships), mapper.class_.__name__


def test_no_provider_is_named_outside_its_folder() -> None:
    """Shared code and templates ask for facts, so that a fourth provider touches its folder and one list.

    Texts in documentation and comments aside.
    """
    names = [word for provider in providers.ALL for word in (provider.slug, provider.name)]
    named = re.compile(rf"(?<![a-z])({'|'.join(names)})(?![a-z])", re.IGNORECASE)
    for place, tree in modules():
        if place.split("/")[0] == "providers":
            continue
        docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, DOCUMENTED)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in docs:
                assert not named.search(node.value), f"{place}:{node.lineno}"
            if isinstance(node, ast.Name | ast.Attribute):
                assert not named.search(node.id if isinstance(node, ast.Name) else node.attr), f"{place}:{node.lineno}"
    for file in (ROOT / "templates").rglob("*.*"):
        assert not named.search(re.sub(r"\{#.*?#\}", "", file.read_text(), flags=re.DOTALL)), file.relative_to(ROOT)


def test_what_code_refers_to_can_be_opened() -> None:
    """Documents that code names are in the repository, and each R-number that it names has its line."""
    explained = (ROOT / "docs" / "requirements.md").read_text()
    there = {path.name for path in ROOT.glob("*.md")} | {path.name for path in (ROOT / "docs").glob("*.md")}
    there |= {path.name for folder in ("benchmarks", "static") for path in (ROOT / folder).rglob("*.md")}
    for folder in ("link4web", "tests", "benchmarks", "scripts", "migrations", "templates"):
        for path in (ROOT / folder).rglob("*.*"):
            if path.suffix not in (".py", ".html", ".txt"):
                continue
            source = path.read_text()
            assert set(re.findall(r"[\w-]+\.md\b", source)) <= there, path.relative_to(ROOT)
            for number in re.findall(r"\bR-\d{3}\b", source):
                assert f"| {number} |" in explained, f"{path.relative_to(ROOT)}: {number}"


# how keys and tokens look that somebody may have pasted: private keys, signed tokens, cloud and mail services
SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[opsu]_\w{30,}"
    r"|\bxox[abp]-\w{10,}|\bSG\.[\w-]{20,}\.|\bsk_live_\w{10,}|://[^/\s:@{<]+:(?!pass-canary)[^/\s@{<]{8,}@"
)


def test_no_secret_is_in_the_repository() -> None:
    """R-094: neither in the code nor in tests, fixtures, documents and settings files."""
    listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    assert len(files) > 200
    for path in files:
        if path.is_file() and path != Path(__file__):
            found = SECRETS.search(path.read_text(errors="replace"))
            assert found is None, f"{path.relative_to(ROOT)}: {found}"
            assert "var/keys" not in path.as_posix()


def test_production_is_closed(tmp_path: Path) -> None:
    """R-013: no demo people, and nobody can sign in before somebody was made."""
    home = {"LINK4WEB_MODE": "home", "LINK4WEB_DATA_DIR": str(tmp_path)}
    keys = from_environment(home)
    production = {
        "LINK4WEB_DATABASE_URL": f"sqlite:///{tmp_path}/production.db",
        "LINK4WEB_DATA_DIR": str(tmp_path),
        "LINK4WEB_BASE_URL": "https://app.example",
        "LINK4WEB_SECRET_KEY": keys.secret_key,
        "LINK4WEB_TOKEN_KEYS": (tmp_path / "keys" / "tokens").read_text(),
        "LINK4WEB_SMTP_URL": "smtp://mail.example",
        "LINK4WEB_MAIL_FROM": "post@app.example",
        "LINK4WEB_SUPPORT_EMAIL": "help@app.example",
        "LINK4WEB_ABR_GUID": "guid",
        **{f"LINK4WEB_{provider.slug.upper()}_CLIENT_ID": "id" for provider in providers.ALL},
        **{f"LINK4WEB_{provider.slug.upper()}_CLIENT_SECRET": "secret" for provider in providers.ALL},
    }
    app: Flask = create_app(from_environment(production))
    refused = app.test_cli_runner().invoke(args=["demo", "seed"])
    assert refused.exit_code != 0
    assert "home mode only" in refused.output
    assert app.test_cli_runner().invoke(args=["migrate-up"]).exit_code == 0
    with app.app_context():
        tables = (User, SupportAgent, SessionRow)
        rows = {table: db.session.scalar(select(func.count()).select_from(table)) for table in tables}
        db.engine.dispose()
    assert rows == dict.fromkeys(tables, 0)
