"""What the help says in numbers and words is what the application does and shows."""

import pytest

from link4web import problems
from link4web.customers import states, words
from link4web.help.centre import Centre
from link4web.help.markup import Setting, html_of, plain_of
from link4web.help.problems import Problem
from link4web.help.reader import Reader
from link4web.invitations import batches, caps, eligibility, forms, message, sending, tokens
from link4web.invitations import words as invitation_words
from link4web.settings import CAPS
from link4web.web.filters import number

CENTRE = Centre(problems.ALL)
READERS = CENTRE.readers()
ANYBODY = Reader()


def text(slug: str, reader: Reader = ANYBODY) -> str:
    return plain_of(CENTRE.desk.write(CENTRE.articles[slug], reader).body)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: f"{reader.slug}-{reader.country}")
def test_every_state_has_its_mark_its_word_and_its_meaning(reader: Reader) -> None:
    body, said = CENTRE.desk.write(CENTRE.articles["customer-states"], reader).body, text("customer-states", reader)
    has_others = reader.provider is None or reader.provider.marks_customers_itself
    for state in states.ALL:
        word, mark, why = words.STATES[state]
        if state != states.NOT_CUSTOMER or has_others:
            assert f"![{reader.fill(word)}](state:{mark})" in body
            assert reader.fill(why) in said
    assert ("Not a customer yet" in said) == has_others


def test_a_state_is_drawn() -> None:
    drawn = html_of("It is ![Can <invite>](state:can-invite).", Setting())
    assert drawn == '<p>It is <span class="tag" data-state="can-invite">Can &lt;invite&gt;</span>.</p>\n'


@pytest.mark.parametrize("problem", [one for one in problems.ALL if one.at], ids=lambda problem: problem.code)
def test_a_problem_that_means_a_part_of_an_article_leads_to_it(problem: Problem) -> None:
    assert problem.at in {heading.id for heading in CENTRE.page(problem.article, ANYBODY).headings}


def test_limits_of_mails() -> None:
    said = text("mail-limits")
    for most in (CAPS.per_person, CAPS.per_organisation, CAPS.per_new_organisation):
        assert f"{number(most)} a day" in said
    for most in (CAPS.per_domain, CAPS.in_all):
        assert f"{number(most)} an hour" in said
    assert f"first {caps.NEW_FOR.days} days" in said
    assert f"{eligibility.PAUSE.total_seconds() / 3600:.0f} hours" in said
    assert eligibility.MOST == 3
    assert "At most three in all" in said
    assert invitation_words.CHANGED in said


@pytest.mark.parametrize("slug", ["invite-customers", "after-inviting", "declined-or-expired", "invitation-received"])
def test_how_long_an_invitation_lives(slug: str) -> None:
    assert f"{batches.LIFETIME.days} days" in text(slug)


def test_how_long_a_stop_link_works() -> None:
    assert tokens.STOP_LIFETIME.days > 366
    assert "for more than a year" in text("stop-mails")


def test_reasons_of_a_no_are_those_of_the_form() -> None:
    assert all(reason in text("declined-or-expired") for reason in forms.REASONS.values())
    assert forms.REASONS["has-one"] in text("already-elsewhere")


def test_reasons_of_a_bounce_are_those_of_the_page() -> None:
    assert all(reason in text("bounced") for reason in sending.PROBLEMS.values())


def test_a_message_has_its_length() -> None:
    assert f"up to {message.MAX_LENGTH} characters" in text("review-and-send")
