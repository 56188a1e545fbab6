"""Walks everything that can be shown: each trouble has a code, each code an article, and each link to help arrives."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import product

import pytest
from flask import Flask

from link4web import problems, providers, shown
from link4web.help.articles import read_articles
from link4web.help.centre import Centre
from link4web.help.reader import Reader
from link4web.help.tasks import TASKS
from link4web.help_coverage import is_written
from link4web.providers.base.provider import Provider
from tests.people import Person, Town
from tests.preview.app import ROOT, preview_app, render
from tests.preview.samples import SAMPLES
from tests.test_every_route import ask, calm, furnished

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
#: Addresses that come with the next change of the help centre; then this goes.
NOT_YET = ("/go/", "/contact", "/help/embed/")
RELEASED = ROOT / "link4web" / "help" / "released.txt"
TO_HELP = re.compile(r'href="((?:/help|/panel|/go/|/contact)[^"#]*)')


@cache
def all_help() -> Centre:
    return Centre(problems.ALL)


def readers() -> list[Reader]:
    return all_help().readers()


def codes() -> set[str]:
    return {problem.code for problem in problems.ALL}


def test_whatever_can_be_shown_has_a_code() -> None:
    assert shown.without_code(codes()) == []


@pytest.mark.parametrize(
    "code",
    [
        "XERO-SCOPE",
        "QBO-LAPSED",
        "MYOB-FILE-LOGIN",
        "CONSENT-LATE",
        "CONSENT-MYOB-NO-BUSINESS",
        "CUSTOMER-BOUNCED",
        "EMPTY-PROBLEMS",
        "INVITE-OFTEN",
        "JOIN-REVOKED",
        "HTTP-409",
        "PASSWORD-SHORT",
        "OWN-NUMBER-CANCELLED",
        "SELECTION-TOO-MANY",
        "NUMBER-CONFLICT",
        "TOKEN-UNREADABLE",
    ],
)
def test_a_trouble_without_a_code_would_be_noticed(code: str) -> None:
    """One from each place that is looked at: words, errors that are raised, sentences, flashes, templates."""
    assert code in {missing.code for missing in shown.without_code(codes() - {code})}


def test_no_code_is_left_that_nothing_shows() -> None:
    all_shown = shown.everything()
    assert [code for code in sorted(codes()) if not shown.places_of(code, all_shown)] == []


def test_every_code_has_a_published_article() -> None:
    articles = all_help().articles
    unwritten = {problem.article for problem in problems.ALL if not is_written(articles[problem.article])}
    assert unwritten == set()


def test_every_article_is_reached() -> None:
    led_to = {problem.article for problem in problems.ALL} | {task.article for task in TASKS}
    assert set(all_help().articles) == led_to


def test_problems_lead_to_headings_that_exist() -> None:
    for problem, reader in product(problems.ALL, readers()):
        if problem.at and is_written(all_help().articles[problem.article]):
            headings = {heading.id for heading in all_help().page(problem.article, reader).headings}
            assert problem.at in headings, problem.code


@pytest.mark.parametrize("reader", readers(), ids=lambda reader: reader.query or "anybody")
def test_every_problem_is_told_in_the_readers_words(reader: Reader) -> None:
    for code in codes():
        said = all_help().said(code, reader)
        assert said is not None
        for sentence in (said.title, said.sentence, said.fix):
            assert sentence and not re.search(r"[{}]", sentence), code
            assert sentence[0].isupper() or not sentence[0].isalpha(), sentence
        assert said.sentence.endswith((".", "!", "?")), said.sentence


@pytest.mark.parametrize("provider", providers.ALL, ids=lambda one: one.slug)
def test_a_products_own_words_go_to_its_readers_alone(provider: Provider) -> None:
    others = [one.name for one in providers.ALL if one != provider]
    for code in codes():
        told = all_help().problem(code, Reader(provider.slug, "AU"))
        said = all_help().said(code, Reader(provider.slug, "AU"))
        assert told and said
        if told.only in ("", provider.slug):
            assert not re.search("|".join(others), f"{said.title} {said.sentence} {said.fix}"), code


@pytest.mark.parametrize("reader", readers(), ids=lambda reader: reader.query or "anybody")
def test_every_article_can_be_written_for_everybody(reader: Reader) -> None:
    for slug in all_help().articles:
        page = all_help().page(slug, reader)
        assert page.title and page.summary and page.body, slug
        assert not re.search(r"\{\{|\{%|\bNone\b", f"{page.title}{page.summary}{page.body}"), slug


def test_controls_have_the_names_that_articles_give_them() -> None:
    everything_said = _sayings()
    for slug, reader in product(all_help().articles, readers()):
        text = all_help().desk.write(all_help().articles[slug], reader)
        for control in text.controls:
            assert any(form in everything_said for form in _forms(control)), f"{slug}: {control}"


def _sayings() -> str:
    """All our texts; whatever is filled in stands as `{}`."""
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "link4web").rglob("*.py")]
    text = "\n".join(file.read_text() for file in files if "simulators" not in file.parts)
    text = re.sub(r'" ~ [\w.]+(?: ~ ")?', "{}", text)
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{[^{}\n]*\}", "{}", text)


def _forms(control: str) -> Iterator[str]:
    """A control's name as a source may hold it: an accounting system's words and the scheme are filled in."""
    yield control
    names = "|".join(sorted({word for one in providers.ALL for word in (one.name, one.file_word, one.contact_word)}))
    for filled in (r"\b(?:ABN|NZBN)s?\b", rf"\b(?:{names})\b", rf"\b(?:ABN|NZBN|{names})\b"):
        yield re.sub(filled, "{}", control)


def test_every_slug_ever_released_is_known() -> None:
    """A new article is added to `released.txt`, and nothing is ever taken out of it."""
    released = RELEASED.read_text().split()
    assert len(released) == len(set(released))
    assert set(all_help().articles) <= set(released)


@on_sqlite
def test_every_slug_ever_released_still_answers(app: Flask) -> None:
    for slug in RELEASED.read_text().split():
        assert arrives(app, f"/help/{slug}") == [], slug


@on_sqlite
def test_an_old_name_leads_to_the_new_one_for_good(app: Flask) -> None:
    """Those that articles have had, and one made here."""
    known = app.extensions["help"]
    renamed = replace(known.articles["add-number"], was=("numbers-that-are-missing",))
    old = {name: slug for slug, one in known.articles.items() for name in one.was}
    known.moved = {**old, **dict.fromkeys(renamed.was, renamed.slug)}
    for name, slug in known.moved.items():
        moved = app.test_client().get(f"/help/{name}?for=myob&country=NZ")
        assert (moved.status_code, moved.location) == (301, f"/help/{slug}?for=myob&country=NZ")
        assert app.test_client().get(moved.location).status_code == 200


@on_sqlite
def test_every_code_is_an_address(app: Flask) -> None:
    """`/help/p/<CODE>` leads to the article, and its panel stands beside the work, told to whoever reads it."""
    client = app.test_client()
    for number, code in enumerate(sorted(codes())):
        reader = readers()[number % len(readers())]
        assert arrives(app, f"/help/p/{code}{reader.query}") == [], code
        panel = client.get(f"/panel/p/{code}{reader.query}", headers={"HX-Request": "true"})
        assert panel.status_code == 200 and "<html" not in panel.text
        assert f"<code>{code}</code>" in panel.text


def arrives(app: Flask, address: str) -> list[str]:
    """What is wrong with an address of help: nothing when it answers, itself or after one redirect."""
    answer = app.test_client().get(address)
    if answer.status_code == 302:
        answer = app.test_client().get(answer.location)
    return [] if answer.status_code == 200 else [f"{address}: {answer.status_code}"]


def links_in(pages: Iterable[str]) -> set[str]:
    found = {link.replace("&amp;", "&") for page in pages for link in TO_HELP.findall(page)}
    return {link for link in found if not link.startswith(NOT_YET)}


@on_sqlite
def test_every_link_to_help_on_every_page_arrives(town: Town) -> None:
    owner, visitor = town.owner(), town.visitor()
    ids = furnished(town, owner).ids
    places = [place for place in calm(town.app, ids) if "GET" in place.methods]
    pages = [text for person in (owner, visitor) for place in places for text in _shown_to(person, place.path)]
    links = links_in(pages)
    assert len(links) > 60
    assert [trouble for link in sorted(links) for trouble in arrives(town.app, link)] == []


def _shown_to(person: Person, path: str) -> Iterator[str]:
    for headers in ({}, {"HX-Request": "true"}):
        answer = ask(person, "GET", path, headers=headers)
        if answer.mimetype == "text/html":
            yield answer.text


@on_sqlite
def test_every_link_to_help_in_every_state_of_a_page_arrives(app: Flask) -> None:
    """Refusals, errors and empty lists as the samples show them."""
    preview = preview_app()
    pages = [
        render(preview, name, case)
        for name, cases in SAMPLES.items()
        for case in range(len(cases))
        if name.endswith(".html") and not name.startswith("email/")
    ]
    links = links_in(pages)
    assert len(links) > 80
    assert [trouble for link in sorted(links) for trouble in arrives(app, link)] == []


def test_no_address_of_help_is_written_by_hand() -> None:
    """`components/help.html` and the help centre's own pages aside."""
    by_hand = re.compile(r"""["'(=]/(?:help|panel)/""")
    for file in (*(ROOT / "templates").rglob("*.html"), *(ROOT / "link4web").rglob("*.py")):
        if not {"help", "simulators"}.intersection(file.parts) and file.name != "help.html":
            assert not by_hand.search(file.read_text()), file.relative_to(ROOT)


def test_articles_are_read_once_from_their_files() -> None:
    """Nobody can have made two articles of one name, in the shared folder and in a provider's."""
    assert len(read_articles()) == len(list((ROOT / "link4web").glob("**/help/**/*.md"))) - len(all_help().desk.parts)
