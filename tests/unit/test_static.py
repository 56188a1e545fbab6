"""The files a browser gets: whole, small, kept for a year, and nothing in them that our content policy would block."""

import gzip
import hashlib
import re

import pytest
from flask import Flask

from link4web.web import assets
from link4web.web.assets import SCRIPTS, STATIC, STYLES, init_assets, read_assets
from tests.preview.app import preview_app


@pytest.fixture(scope="module")
def app() -> Flask:
    return preview_app()


def packed(body: bytes) -> int:
    return len(gzip.compress(body, 6))


def vendored() -> list[tuple[str, str]]:
    readme = (STATIC / "vendor" / "README.md").read_text()
    return re.findall(r"\| `([\w.-]+\.js)` \|.*`([0-9a-f]{64})` \|", readme)


def test_vendored_files_are_the_published_ones() -> None:
    listed = vendored()
    assert {name for name, _ in listed} == {file.name for file in (STATIC / "vendor").glob("*.js")}
    for name, checksum in listed:
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == checksum


def test_htmx_stays_on_its_pinned_version() -> None:
    assert assets.HTMX == "htmx-2.0.11.min.js"
    assert b'version:"2.0.11"' in (STATIC / "vendor" / assets.HTMX).read_bytes()


def test_every_style_and_script_is_joined() -> None:
    assert sorted(STYLES) == sorted(file.name for file in (STATIC / "css").iterdir())
    assert sorted(SCRIPTS) == sorted(file.name for file in (STATIC / "js").iterdir())


def test_sizes_stay_in_budget() -> None:
    """What a page may cost, by our own decision: styles 20 kB in one file, scripts 20 kB in two, our own below 3."""
    ready = read_assets()
    assert packed(ready["css"].body) <= 20_000
    assert packed(ready["js"].body) <= 3_000
    assert packed(ready["js"].body) + packed(ready["htmx"].body) <= 20_000


def test_styles_load_nothing_and_name_every_colour_once() -> None:
    css = re.sub(r"/\*.*?\*/", "", read_assets()["css"].body.decode(), flags=re.DOTALL)
    assert not re.search(r"@import|url\(|@font-face|expression\(", css)
    coloured = [name for name in STYLES if re.search(r"#[0-9a-fA-F]{3,8}\b", (STATIC / "css" / name).read_text())]
    assert coloured == ["tokens.css", "print.css"]


def test_scripts_need_no_eval_and_write_no_markup() -> None:
    script = read_assets()["js"].body.decode()
    assert not re.search(r"\beval\(|new Function|innerHTML =|insertAdjacentHTML|document\.write|Storage\b", script)


def test_assets_are_kept_for_a_year_under_a_name_that_changes(app: Flask) -> None:
    client = app.test_client()
    for key, asset in read_assets().items():
        answer = client.get(asset.url)
        assert answer.status_code == 200, key
        assert answer.data == asset.body
        assert answer.content_type == asset.content_type
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert hashlib.sha256(asset.body).hexdigest()[:12] in asset.url
        assert client.get(asset.url, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_an_asset_of_yesterday_is_not_found(app: Flask) -> None:
    assert app.test_client().get("/static/site-000000000000.css").status_code == 404


def test_a_missing_file_is_noticed_at_start(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(FileNotFoundError):
        read_assets(tmp_path_factory.mktemp("static"))


def test_init_gives_templates_the_addresses() -> None:
    app = Flask("bare")
    init_assets(app)
    ready = read_assets()
    said = app.jinja_env.from_string("{{ asset('css') }} {{ integrity('htmx') }}").render()
    assert said == f"{ready['css'].url} {ready['htmx'].integrity}"
