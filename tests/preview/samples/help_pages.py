"""Samples of the help centre's pages, made from a real article."""

from types import SimpleNamespace as Made
from typing import Any

from markupsafe import Markup
from wtforms import HiddenField, TextAreaField

from link4web.help.case import Case
from link4web.help.centre import Centre, Page
from link4web.help.problems import Problem
from link4web.help.reader import Reader
from tests.preview.samples.basics import Context, Samples, form

PROBLEM = Problem(
    code="CUSTOMER-NEEDS-NUMBER",
    title="Needs {scheme}",
    sentence="{provider} has no valid {scheme} for them.",
    fix="Press Add {scheme} in the customer’s row.",
    article="add-number",
)
CENTRE = Centre((PROBLEM,))
READER = Reader("", "AU")
CHOICES = {
    "systems": [("Ledgerly", "#", False), ("Tallybook", "#", True)],
    "countries": [("Australia", "#", True), ("New Zealand", "#", False)],
}
FEEDBACK = {"helped": HiddenField(), "comment": TextAreaField("What was missing, or what was good?")}
HITS = [Made(slug="add-number", title=Markup("A <mark>customer</mark>"), piece=Markup("has <mark>none</mark>"))]


def article() -> Page:
    return CENTRE.page("add-number", READER)


def centre_page(**more: Any) -> Context:
    """What every page of the help centre needs."""
    return {"reader": READER, "q": "", "choices": CHOICES, **more}


def about_article(**more: Any) -> Context:
    problem = CENTRE.said(PROBLEM.code, READER)
    about = {"it": article(), "case": Case(), "topic": "Your customers", "problem": problem}
    return centre_page(**about, embed_snippet="<iframe>", **more)


def answer(helped: str = "", *, answered: bool = False, **errors: str) -> Context:
    return about_article(form=form(FEEDBACK, errors, helped=helped or False), answered=answered)


SAMPLES: Samples = {
    "help/contents.html": [lambda: centre_page(topics=CENTRE.contents(READER))],
    "help/article.html": [about_article, lambda: {**about_article(), "problem": None}],
    "help/embed.html": [lambda: {"reader": READER, "it": article(), "full_href": "https://link4web.example/help/x"}],
    "help/search.html": [lambda: {**centre_page(hits=HITS), "q": "abn"}, lambda: centre_page(hits=[])],
    "help/_hits.html": [lambda: {**centre_page(hits=HITS), "q": "abn"}, lambda: {**centre_page(hits=[]), "q": "xyz"}],
    "help/nothing.html": [lambda: centre_page(hits=HITS), lambda: centre_page(hits=[])],
    "help/feedback.html": [lambda: answer("yes"), lambda: answer("no", answered=True)],
    "help/_feedback.html": [answer, lambda: answer("no", comment="At most 1,000 characters.")],
    "help/_panel.html": [answer],
    "help/_problem.html": [lambda: {"problem": CENTRE.said(PROBLEM.code, READER)}],
}
