"""Where a pop-up was opened, and so who is next in it, what it changes below itself, and where it leads back to."""

from typing import Protocol
from urllib.parse import urlencode

from flask import Response, flash, render_template, request

from link4web.customers import lacking, queries, selection, states
from link4web.customers.listing import ListQuery
from link4web.customers.models import Customer
from link4web.customers.on_screen import is_on_screen, list_on_screen
from link4web.customers.pages import Place, known_counts, queue_views, todo_views
from link4web.customers.rows import row_of
from link4web.customers.words import queue_named
from link4web.web.responses import fragments, go_to, wants_fragment

REVIEW = "review"
#: The event that makes the review below the dialog look again; see templates/invitations/review.html.
CHANGED = "chosen-changed"
FULL = " They are not in your selection any more: it keeps at most 1,000 that were put right here."


class Origin(Protocol):
    """A page that has links to the pop-ups of customers."""

    trail: list[tuple[str, str | None]]
    back_href: str

    def address(self, path: str) -> str:
        """The address of a pop-up opened from here."""

    def waiting(self, lack: str) -> int:
        """How many customers here lack the same."""

    def following(self, lack: str, row: Customer) -> Customer | None:
        """Whose turn is next."""

    def before_change(self, row: Customer) -> str:
        """Get ready for a change of this customer; a sentence when that does not work."""

    def below_dialog(self) -> bool:
        """Whether the dialog stands over this page, whose parts can be changed; else a whole page has to follow."""

    def changed(self, row: Customer, said: str, next_form: str) -> Response:
        """The next form, or none to close the dialog, and what has changed below it."""

    def lead_back(self, row: Customer, said: str) -> Response:
        """A whole page after the last one, with the sentence on it."""


def origin_of(place: Place) -> Origin:
    """Where this request's pop-up was opened: the address says it."""
    return FromReview(place) if request.args.get("from") == REVIEW else FromList(place)


def from_review(path: str) -> str:
    """The address of a pop-up that is opened from the review."""
    return f"{path}?{urlencode({'from': REVIEW})}"


class FromList:
    """My Customers, or one of its queues; also a customer's own page."""

    def __init__(self, place: Place) -> None:
        self._place = place
        known = queue_named(request.args.get("queue", ""))
        self._queue = known.slug if known else ""
        self.back_href = self.address(place.base)
        self.trail: list[tuple[str, str | None]] = [("My Customers", place.base)]

    def address(self, path: str) -> str:
        return f"{path}?queue={self._queue}" if self._queue else path

    def waiting(self, lack: str) -> int:
        return known_counts(self._place).get(lack, 0)

    def following(self, lack: str, row: Customer) -> Customer | None:
        return queries.next_in_state(self._place.connection.id, lack, row)

    def before_change(self, row: Customer) -> str:
        del row
        return ""

    def below_dialog(self) -> bool:
        return wants_fragment() and list_on_screen(self._place.base) is not None

    def changed(self, row: Customer, said: str, next_form: str) -> Response:
        return fragments(next_form, changed_parts(self._place, row.id, said))

    def lead_back(self, row: Customer, said: str) -> Response:
        flash(said, "done")
        # over another page than the list, that page: it is the customer's own
        return go_to(f"{self._place.base}/{row.id}" if wants_fragment() else self.back_href)


class FromReview:
    """The review of an invitation: those of the chosen who lack something, by name, once through."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._chosen = selection.of_request(place.connection.id)
        self.back_href = place.href("invite")
        query = selection.query_of(self._chosen) if self._chosen else ListQuery.from_args({})
        self.trail: list[tuple[str, str | None]] = [
            ("My Customers", place.list_href(query)),
            ("Review", self.back_href),
        ]

    def address(self, path: str) -> str:
        return from_review(path)

    def waiting(self, lack: str) -> int:
        return lacking.count_chosen(self._chosen, lack) if self._chosen else 0

    def following(self, lack: str, row: Customer) -> Customer | None:
        # once through: somebody whose refused address is left as it is would come back for ever
        return lacking.first_chosen(self._chosen, lack, behind=row) if self._chosen else None

    def before_change(self, row: Customer) -> str:
        return "" if selection.keep(self._place.connection.id, row.id) else FULL

    def below_dialog(self) -> bool:
        return wants_fragment() and is_on_screen(self.back_href)

    def changed(self, row: Customer, said: str, next_form: str) -> Response:
        del row
        status = {"words": said, "undo_href": None, "undo_seconds": None, "code": ""}
        return fragments(next_form, render_template("customers/_status.html", status=status), trigger=CHANGED)

    def lead_back(self, row: Customer, said: str) -> Response:
        del row
        flash(said, "done")
        return go_to(self.back_href)


def lack_of_email(row: Customer) -> str:
    """Why the e-mail pop-up is open for this customer: the address was refused, or there is none."""
    return states.BOUNCED if row.state == states.BOUNCED else states.NEEDS_EMAIL


def changed_parts(
    place: Place,
    customer_id: str,
    said: str,
    *,
    undo_href: str | None = None,
    undo_seconds: int | None = None,
    code: str = "",
) -> str:
    """What changes on the list after a row's action: the row, the queues, to do, and the status sentence.

    `code` is that of the problem, where the sentence tells of one.
    """
    fresh = row_of(place.connection.id, customer_id)
    known = known_counts(place)
    query = list_on_screen(place.base) or ListQuery.from_args({})
    chosen = selection.of_request(place.connection.id)
    ticked = selection.fits(chosen, query) and selection.is_ticked(chosen, customer_id)
    return render_template(
        "customers/_changed.html",
        next_form=None,
        rows=place.row_maker().make_all([fresh] if fresh else [], lambda _: ticked),
        queues=queue_views(place, None if query.change else query.queue, known),
        todo=todo_views(place, known) if query.is_everything else [],
        status={"words": said, "undo_href": undo_href, "undo_seconds": undo_seconds, "code": code},
    )
