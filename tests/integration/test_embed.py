"""Articles in the frames of other help centres (R-138): shown by the origins that are named, and harmless there."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask

from link4web import providers
from link4web.app import create_app
from link4web.database import db
from link4web.help.centre import Centre
from link4web.settings import Settings
from tests.people import Person, Town
from tests.test_every_route import places

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # no question of the database
ALLOWED = ("https://help.ledger.example", "http://localhost:9000")
SYSTEMS = ["", *(provider.slug for provider in providers.ALL)]


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(replace(settings, help_frames=ALLOWED))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def articles(app: Flask) -> list[str]:
    known: Centre = app.extensions["help"]
    return list(known.articles)


def ancestors(policy: str) -> str:
    return policy.partition("frame-ancestors ")[2].partition(";")[0]


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_article_stands_alone_in_a_frame(app: Flask, town: Town, system: str) -> None:
    """For each accounting system: every link is a whole address and opens a window of its own."""
    visitor = town.visitor()
    for slug in articles(app):
        shown = visitor.get(f"/help/embed/{slug}" + (f"?for={system}&country=NZ" if system else ""))
        assert shown.status_code == 200
        page = shown.text
        assert not re.search(r"<(?:form|button|input|script|nav|iframe)\b|\son\w+=|hx-", page), slug
        links = re.findall(r"<a [^>]+>", page)
        outward = [link for link in links if 'href="#' not in link]
        assert len(outward) >= 2
        for link in outward:
            assert re.search(r'href="(?:http://localhost:8000/|https://)', link), (slug, link)
            assert 'target="_blank"' in link, (slug, link)
            assert "noopener" in link, (slug, link)
        for source in re.findall(r'<img [^>]*src="([^"]+)"', page):
            assert source.startswith("http://localhost:8000/static/help/"), (slug, source)
        assert f'<link rel="canonical" href="http://localhost:8000/help/{slug}">' in page
        assert f'href="http://localhost:8000/help/{slug}' in page, "Did this help? leads to the whole page"
        assert page.count("<h1") == 1


def test_a_frame_leaves_no_trace_in_the_browser(town: Town, owner: Person) -> None:
    for person in (owner, town.visitor()):
        shown = person.get("/help/embed/add-number?for=xero")
        assert "Set-Cookie" not in shown.headers
        assert shown.headers["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in shown.text
        assert "X-Frame-Options" not in shown.headers, "it knows no origins, and would contradict"
        assert owner.name not in shown.text
        kept = person.get("/help/embed/add-number?for=xero", headers={"If-None-Match": shown.headers["ETag"]})
        assert kept.status_code == 304
        assert ancestors(kept.headers["Content-Security-Policy"]) == " ".join(ALLOWED)


def test_only_the_articles_may_be_framed_and_only_there(app: Flask, owner: Person, town: Town) -> None:
    """All other routes of the table, signed in and not, errors included."""
    framed = {route.endpoint for route in app.url_map.iter_rules() if str(route).startswith("/help/embed/")}
    assert framed == {"embed.article"}
    for person in (owner, town.visitor()):
        for place in places(app, {"slug": "add-number", "organisation": owner.organisation_id}):
            if "GET" in place.methods and place.view != "sign_out":
                answer = person.get(place.path)
                expected = " ".join(ALLOWED) if place.route.endpoint in framed else "'none'"
                assert ancestors(answer.headers["Content-Security-Policy"]) == expected, place.path
                assert "X-Frame-Options" not in answer.headers
        for wrong in ("/help/embed/no-such-article", "/help/embed/add-number/more", "/nowhere"):
            missing = person.get(wrong)
            assert missing.status_code == 404
            assert ancestors(missing.headers["Content-Security-Policy"]) == "'none'"


def test_nobody_may_frame_anything_unless_it_is_said(settings: Settings) -> None:
    app = create_app(settings)
    shown = app.test_client().get("/help/embed/add-number")
    assert shown.status_code == 200
    assert ancestors(shown.headers["Content-Security-Policy"]) == "'none'"
    with app.app_context():
        db.engine.dispose()


def test_the_snippet_of_an_article_shows_it(app: Flask, town: Town) -> None:
    """What somebody copies from the article's page is the address of the frame."""
    page = town.visitor().get("/help/add-number?for=myob&country=NZ").text
    snippet = unescape(re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[0])
    source = unescape(re.findall(r'src="([^"]+)"', snippet)[0])
    shown = town.visitor().get(source.removeprefix("http://localhost:8000"))
    assert shown.status_code == 200
    assert "NZBN" in shown.text
