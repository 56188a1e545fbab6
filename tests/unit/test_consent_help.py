"""Every trouble on the way back from a consent page has its own heading in the article about them."""

import pytest

from link4web import problems, providers
from link4web.connections.words import CONSENT, consent_code, consent_words
from link4web.help.centre import Centre
from link4web.help.markup import heading_id
from link4web.help.reader import Reader
from link4web.providers.base.provider import Provider


@pytest.mark.parametrize("provider", providers.ALL, ids=lambda provider: provider.slug)
def test_whoever_meets_a_trouble_finds_its_title_in_the_article(provider: Provider) -> None:
    page = Centre(problems.ALL).page("connecting-fails", Reader(provider.slug, "AU"))
    found = {heading.id for heading in page.headings}
    titles = [consent_words(code, provider).title for code in {*CONSENT, *provider.consent_words}]
    assert [title for title in titles if heading_id(title) not in found] == []


@pytest.mark.parametrize("provider", providers.ALL, ids=lambda provider: provider.slug)
def test_the_address_of_a_trouble_leads_to_its_heading(provider: Provider) -> None:
    centre, reader = Centre(problems.ALL), Reader(provider.slug, "AU")
    told = [centre.problem(consent_code(code), reader) for code in {*CONSENT, *provider.consent_words}]
    here = [problem for problem in told if problem and problem.article == "connecting-fails"]
    assert len(here) >= len(CONSENT) - 2
    assert [problem.code for problem in here if not centre.heading_of(problem, reader)] == []


@pytest.mark.parametrize("provider", providers.ALL, ids=lambda provider: provider.slug)
def test_nobody_reads_about_the_troubles_of_another_accounting_system(provider: Provider) -> None:
    page = Centre(problems.ALL).page("connecting-fails", Reader(provider.slug, "AU"))
    others = [other for other in providers.ALL if other is not provider]
    assert not [heading.words for heading in page.headings for other in others if other.name in heading.words]
