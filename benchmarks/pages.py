"""What one view of My Customers costs: beside an empty response, beside Django, and with more and more customers.

A list that is asked for again unchanged is not built again (`link4web/web/unchanged.py`). So each goal is measured on
the list shown again, as somebody sees it who goes back and forth, and told for the list built anew, too.
"""

import html
import itertools
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import filling
from benchmarks.django_peer import wsgi as django_peer
from benchmarks.installation import BASE_URL, Installation, install, sign_in
from benchmarks.measure import medians
from benchmarks.results import Line, at_least, at_most, for_comparison
from benchmarks.serving import Peer, serving

EMPTY_LIMIT, DJANGO_LIMIT, GROWTH_LIMIT = 15, 6, 1.15


@dataclass(frozen=True)
class Size:
    """How much is measured: customers in the large installations, and requests in a round."""

    customers: int
    many: int
    requests: int


FULL, QUICK = Size(100_000, 1_000_000, 300), Size(10_000, 20_000, 100)


@dataclass(frozen=True)
class Filled:
    """An installation with customers, and a browser signed in to it."""

    installation: Installation
    cookie: str

    @property
    def first(self) -> str:
        return self.installation.list_path

    @property
    def last(self) -> str:
        return f"{self.first}?after={filling.last_page_after(self.installation)}"

    def serving(self, stack: ExitStack, name: str) -> Peer:
        environ = {
            "BENCH_PEER": "link4web",
            "LINK4WEB_MODE": "home",
            "LINK4WEB_DATA_DIR": str(self.installation.folder),
            "LINK4WEB_BASE_URL": BASE_URL,
        }
        return stack.enter_context(serving(name, self.first, cookie=self.cookie, **environ))


def filled(folder: Path, number: int) -> Filled:
    """An installation with so many customers."""
    installation = install(folder)
    filling.fill(installation, number)
    return Filled(installation, sign_in(installation))


def beside_peers(folder: Path, size: Size) -> list[Line]:
    """Goal 1: the page beside an empty Flask response of its size, and beside the same page on Django."""
    ours = filled(folder / "ours", size.customers)
    with ExitStack() as stack:
        page = ours.serving(stack, "Link4web")
        django = _django(stack, ours, folder / "django.db")
        _must_be_same(page.get(), django.get())
        empty = stack.enter_context(serving("empty", "/", BENCH_PEER="empty", BENCH_SIZE=str(len(page.get()))))
        peers = {"page": page, "django": django, "empty": empty}
        rounds = {name: _warm(peer, size.requests) for name, peer in peers.items()}
        cost = medians(rounds | {"anew": _anew(page, size.requests)})
        bytes_sent = len(page.get())
    milliseconds = {name: f"{seconds * 1000:.2f} ms" for name, seconds in cost.items()}
    what = f"My Customers, 50 of {size.customers:,}, signed in"
    return [
        at_most(
            f"{what}, beside an empty Flask response of the same {bytes_sent:,} bytes",
            cost["page"] / cost["empty"],
            EMPTY_LIMIT,
            detail=f"{milliseconds['page']} beside {milliseconds['empty']}",
        ),
        at_least(
            "The same page on Django, beside ours",
            cost["django"] / cost["page"],
            DJANGO_LIMIT,
            detail=f"{milliseconds['django']} beside {milliseconds['page']}",
        ),
        at_most(
            f"{what}, built anew, beside an empty response",
            cost["anew"] / cost["empty"],
            EMPTY_LIMIT,
            detail=f"{milliseconds['anew']} beside {milliseconds['empty']}",
        ),
        for_comparison(
            "The same page on Django, beside ours built anew",
            cost["django"] / cost["anew"],
            detail=f"{milliseconds['django']} beside {milliseconds['anew']}",
        ),
    ]


def as_it_grows(folder: Path, size: Size) -> list[Line]:
    """Goal 2: first and last page with many customers, beside the first page with a thousand."""
    few, many = filled(folder / "few", filling.PROTOTYPES), filled(folder / "many", size.many)
    with ExitStack() as stack:
        small, large = few.serving(stack, "few"), many.serving(stack, "many")
        cost = medians(
            {
                "few": _anew(small, size.requests),
                "first": _anew(large, size.requests),
                "last": _anew(large, size.requests, many.last),
            }
        )
    count = f"{size.many:,}"
    return [
        at_most(f"First page of {count} beside that of 1,000", cost["first"] / cost["few"], GROWTH_LIMIT),
        at_most(f"Last page of {count} beside the first of 1,000", cost["last"] / cost["few"], GROWTH_LIMIT),
        at_most(f"Last page of {count} beside its first", cost["last"] / cost["first"], GROWTH_LIMIT),
    ]


def _warm(peer: Peer, requests: int, path: str = "") -> "partial[float]":
    for _ in range(20):
        peer.get(path)
    return partial(peer.cost, requests, path)


def _anew(peer: Peer, requests: int, path: str = "") -> Callable[[], float]:
    """Another address each time, which means the same list: nothing can be shown again."""
    path = path or peer.path
    counted = itertools.count()

    def cost() -> float:
        mark = "&" if "?" in path else "?"
        return peer.cost_of(f"{path}{mark}seen={next(counted)}" for _ in range(requests))

    for _ in range(20):
        peer.get(path)
    return cost


def _django(stack: ExitStack, ours: Filled, database: Path) -> Peer:
    made = ours.installation
    cookie = django_peer.prepare(made.database, database, made.user_id, made.list_path)
    return stack.enter_context(
        serving("Django", made.list_path, cookie=cookie, BENCH_PEER="django", BENCH_DATABASE=str(database))
    )


def _must_be_same(ours: bytes, theirs: bytes) -> None:
    """Both pages are the same but for tokens, blanks between elements and spellings of character references.

    Raises:
        RuntimeError: they differ, so a comparison of their costs would mean nothing.
    """
    left, right = _essence(ours), _essence(theirs)
    if left != right:
        place = next((n for n, (one, other) in enumerate(zip(left, right, strict=False)) if one != other), 0)
        raise RuntimeError(f"The pages differ:\n{left[place : place + 200]}\n{right[place : place + 200]}")


def _essence(page: bytes) -> str:
    text = re.sub(r'name="csrf_token" value="[^"]+"', "", html.unescape(page.decode()))
    return re.sub(r"\s*([<>])\s*", r"\1", re.sub(r"\s+", " ", text))
