"""Every problem with its code and its article: what the help centre knows, feature by feature."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from link4web import providers
from link4web.accounts import problems as accounts
from link4web.activity import problems as activity
from link4web.closing import problems as closing
from link4web.colleagues import problems as colleagues
from link4web.connections import problems as connections
from link4web.customers import problems as customers
from link4web.help import everywhere
from link4web.help.problems import Problem
from link4web.invitations import problems as invitations
from link4web.support import problems as support

_OF_ALL = {
    "all pages": everywhere.PROBLEMS,
    "accounts": accounts.PROBLEMS,
    "colleagues": colleagues.PROBLEMS,
    "connections": connections.PROBLEMS,
    "customers": customers.PROBLEMS,
    "invitations": invitations.PROBLEMS,
    "support": support.PROBLEMS,
    "activity": activity.PROBLEMS,
    "closing": closing.PROBLEMS,
}


def _of_one(slug: str, told: tuple[Problem, ...], articles: Mapping[str, str]) -> Iterator[Problem]:
    """What only a provider's own refusals cause, and what its own articles say about problems that all share."""
    yield from (replace(problem, only=slug) for problem in told)
    for problems in _OF_ALL.values():
        for problem in problems:
            if problem.code in articles and not problem.only and (problem.code, slug) not in _TOLD:
                yield replace(problem, only=slug, article=articles[problem.code])


_TOLD = {(problem.code, problem.only) for problems in _OF_ALL.values() for problem in problems if problem.only}

#: By where they come from.
BY_ORIGIN: dict[str, tuple[Problem, ...]] = {
    **_OF_ALL,
    **{one.name: tuple(_of_one(one.slug, one.problems, one.articles)) for one in providers.ALL},
}
ALL: tuple[Problem, ...] = tuple(problem for problems in BY_ORIGIN.values() for problem in problems)
