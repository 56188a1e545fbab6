"""What the page shows of one customer, as dictionaries: the lookup that Django's templates try first."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from link4web.customers import states
from link4web.customers.words import Terms, origin_words, state_words
from link4web.web.filters import business_number

Row = dict[str, Any]
TERMS = Terms("Xero", "contact", "archived")


def row_view(row: Mapping[str, Any], base: str, scheme: str, *, ticked: bool) -> Row:
    """The row for the template."""
    scheme = row["number_scheme"] or {"NZ": "NZBN", "AU": "ABN"}.get(row["country"], scheme)
    href = f"{base}/{row['id']}"
    return {
        "id": row["id"],
        "name": row["name"],
        "email": row["email"],
        "number_display": business_number(row["number"]),
        "number_scheme": scheme,
        "number_origin_words": _origin(row["number_origin"], scheme) if row["number"] else "",
        "state": _words(row["state"], scheme),
        "since": row["state_since"],
        "since_utc": row["state_since"].strftime("%Y-%m-%dT%H:%MZ"),
        "ticked": ticked,
        "href": href,
        "why_href": f"{href}#why",
        "step": _step(row["state"], href, scheme),
    }


@lru_cache(256)
def _origin(origin: str, scheme: str) -> str:
    return origin_words(origin, scheme, TERMS.provider)


@lru_cache(256)
def _words(state: str, scheme: str) -> Row:
    words = state_words(state, TERMS, scheme)
    return {"word": words.word, "mark": words.mark}


def _step(state: str, href: str, scheme: str) -> Row | None:
    step = STEPS.get(state)
    if step is None:
        return None
    label, path, kind = step
    return {"label": label.format(scheme=scheme), "href": href + path, "kind": kind}


STEPS = {
    states.NEEDS_NUMBER: ("Add {scheme}", "/abn", "dialog"),
    states.NEEDS_EMAIL: ("Add e-mail", "/email", "dialog"),
    states.BOUNCED: ("Fix e-mail", "/email", "dialog"),
    states.CAN_INVITE: ("Invite", "/invite", "post"),
    states.EXPIRED: ("Resend", "/invite", "post"),
    states.NOT_CUSTOMER: ("See ways", "", "link"),
}
