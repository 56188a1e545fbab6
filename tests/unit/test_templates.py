"""Every template, rendered alone with a sample: valid parts, safe attributes, named controls, sizes in budget."""

import gzip
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask

from link4web.web.assets import read_assets
from tests.preview.app import ROOT, preview_app, render
from tests.preview.samples import SAMPLES
from tests.preview.samples.rows import rows

TEMPLATES = ROOT / "templates"
FILES = sorted(str(file.relative_to(TEMPLATES)) for file in TEMPLATES.rglob("*") if file.is_file())
SHARED = {"base.html", "settings.html", "base_signed_out.html", "email/_layout.html", "help/_layout.html"}
PAGES = [(name, case) for name, cases in SAMPLES.items() for case in range(len(cases)) if name.endswith(".html")]
MAILS = [name for name in FILES if name.startswith("email/") and name not in SHARED]
#: Parts that are several elements on purpose: table rows, and the answer that is made of named parts.
MANY_ROOTS = {"customers/_rows.html", "customers/_changed.html", "connections/_state.html"}
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "path"}


class Page(HTMLParser):
    """What the checks ask of a page: its elements in order, each with its attributes and depth."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], int]] = []
        self.open: list[str] = []
        self.crossed: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}, len(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # <img … />: Markdown's renderer closes void elements

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.crossed.append(tag)

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attrs for tag, attrs, _ in self.elements if tag in tags]


@pytest.fixture(scope="module")
def app() -> Flask:
    return preview_app()


def packed(html: str) -> int:
    return len(gzip.compress(html.encode(), 6))


def is_part(name: str) -> bool:
    return Path(name).name.startswith("_")


def test_every_template_has_a_sample() -> None:
    expected = {name for name in FILES if not name.startswith("components/")} - SHARED
    assert expected == set(SAMPLES)


@pytest.mark.parametrize("name", FILES)
def test_templates_carry_nothing_the_policy_blocks(name: str) -> None:
    source = (TEMPLATES / name).read_text()
    markup = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    assert not re.search(r"<script(?![^>]*\bsrc=)", markup)
    assert not re.search(r"\son\w+\s*=|\sstyle\s*=|hx-on|javascript:|[\"']js:|hx-vals|hx-headers|hx-ext", markup)
    assert not re.search(r"hx-trigger=\"[^\"]*\[", markup), "event filters fire always when eval is off"
    assert not re.search(r"hx-boost|hx-inherit", markup)
    assert "|safe" not in source.replace(" ", "")
    assert name == "email/_layout.html" or "<style" not in markup


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".html")])
def test_templates_state_their_context(name: str) -> None:
    assert (TEMPLATES / name).read_text().startswith("{#-")


@pytest.mark.parametrize(("name", "case"), PAGES)
def test_markup_is_sound(app: Flask, name: str, case: int) -> None:
    page = Page(render(app, name, case))
    ids = Counter(attrs["id"] for _, attrs, _ in page.elements if attrs.get("id"))
    known = set(ids) | {"dialog-title"}  # the dialog's name arrives with its form
    assert not page.crossed
    assert not page.open
    assert [name for name, count in ids.items() if count > 1] == []
    for _, attrs, _ in page.elements:
        for attribute in ("aria-labelledby", "aria-describedby", "for"):
            assert set(attrs.get(attribute, "").split()) <= known, attrs
    assert not [attrs for _, attrs, _ in page.elements if "disabled" in attrs]


@pytest.mark.parametrize(("name", "case"), PAGES)
def test_forms_that_change_something_carry_a_token(app: Flask, name: str, case: int) -> None:
    html = render(app, name, case)
    for form in re.findall(r"<form\b.*?</form>", html, flags=re.DOTALL):
        if 'method="post"' in form.split(">", 1)[0]:
            assert form.count('name="csrf_token"') == 1, form[:200]
    for attrs in Page(html).all("input"):
        if attrs.get("type") == "password":
            assert attrs.get("autocomplete") in ("new-password", "current-password")


@pytest.mark.parametrize(("name", "case"), PAGES)
def test_parts_stand_alone_and_pages_have_one_heading(app: Flask, name: str, case: int) -> None:
    page = Page(render(app, name, case))
    if name.startswith("email/"):
        return
    if is_part(name):
        assert "{% extends" not in (TEMPLATES / name).read_text()
        roots = [(tag, attrs) for tag, attrs, depth in page.elements if depth == 0]
        assert name in MANY_ROOTS or (len(roots) == 1 and roots[0][1].get("id")), roots
    else:
        assert len(page.all("h1")) == 1
        assert [attrs.get("id") for attrs in page.all("main")] == ["main"]


@pytest.mark.parametrize(("name", "case"), PAGES)
def test_enhanced_elements_work_without_scripts(app: Flask, name: str, case: int) -> None:
    for tag, attrs, _ in Page(render(app, name, case)).elements:
        if "hx-post" in attrs:
            assert (tag, attrs.get("action")) == ("form", attrs["hx-post"])
        if "data-dialog" in attrs:
            assert tag == "a"
            assert attrs.get("href")
        if "data-act" in attrs:
            assert attrs.get("formaction")
        if "data-poll" in attrs:
            assert attrs["hx-trigger"] == "every 2s"


def test_my_customers_stays_in_budget(app: Flask) -> None:
    """Our own limits. The rows here repeat, so the page of fifty different ones is checked with a database."""
    html = render(app, "customers/index.html")
    assert len(Page(html).elements) <= 1_200
    assert packed(html) <= 8_000
    assert packed(render(app, "customers/_row.html")) <= 1_000
    assert packed(render(app, "customers/_sync_status.html", 1)) <= 400


def test_a_cold_page_needs_four_requests(app: Flask) -> None:
    page = Page(render(app, "customers/index.html"))
    loaded = [attrs["href"] for attrs in page.all("link") if not attrs["href"].startswith("data:")]
    loaded += [attrs["src"] for attrs in page.all("script", "img", "iframe") if attrs.get("src")]
    assert sorted(loaded) == sorted(asset.url for asset in read_assets().values())


def test_htmx_is_tied_down(app: Flask) -> None:
    """R-131, R-132, R-135."""
    html = render(app, "customers/index.html")
    for setting in ("allowEval", "allowScriptTags", "includeIndicatorStyles", "historyRestoreAsHxRequest"):
        assert f'"{setting}":false' in html
    assert '"selfRequestsOnly":true' in html
    assert '"historyCacheSize":0' in html
    assert read_assets()["htmx"].integrity in html


def test_what_people_typed_is_escaped(app: Flask) -> None:
    with app.test_request_context("/"):
        row = rows(1)[0]
        row.name = '"><script>alert(1)</script>'
        html = app.jinja_env.get_template("customers/_rows.html").render(rows=[row])
    assert "<script" not in html
    assert [tag for tag, _, _ in Page(html).elements].count("tr") == 1


def test_the_first_error_gets_the_focus_and_is_described(app: Flask) -> None:
    page = Page(render(app, "accounts/sign_up.html", 1))
    focused = [attrs for attrs in page.all("input") if "autofocus" in attrs]
    assert [attrs["id"] for attrs in focused] == ["email"]
    assert focused[0]["aria-invalid"] == "true"
    assert "email-error" in focused[0]["aria-describedby"]


@pytest.mark.parametrize("name", MAILS)
def test_mails_load_nothing_and_name_the_operator(app: Flask, name: str) -> None:
    """R-108; no images and nothing that would tell us a mail was opened."""
    text = render(app, name)
    assert "help@link4web.example" in text
    assert "Link4web" in text
    assert not re.search(r"<img|<link|url\(|@import", text)


def test_an_invitation_carries_the_sender_and_the_way_out(app: Flask) -> None:
    for name in ("email/invitation.txt", "email/invitation.html"):
        text = render(app, name).replace("&amp;", "&")
        for needed in (
            "Wattle & Wharf Coffee",
            "52 341 672 110",
            "14 Lee Wharf Road",
            "https://link4web.example/stop/sample-token",
        ):
            assert needed in text
