"""The mail and the landing page as the invited business will see them, before anything is sent."""

from typing import Any

from flask import url_for
from sqlalchemy import Row

from link4web import clock
from link4web.accounts.sessions import Person
from link4web.customers.pages import Place
from link4web.invitations.batches import LIFETIME
from link4web.invitations.forms import JoinForm
from link4web.invitations.message import neutral
from link4web.invitations.sending import number_words
from link4web.web.filters import day

SOMEBODY = "Your customer"


def mail(place: Place, person: Person, to_name: str, message: str) -> dict[str, Any]:
    """The mail on the review page."""
    return {
        "to_name": neutral(to_name) or SOMEBODY,
        "from_name": neutral(place.organisation.name),
        "reply_to": person.email,
        "message": message,
        "until": day(clock.now() + LIFETIME),
        "person": neutral(person.name),
        "number_display": number_words(place.organisation),
        "address": neutral(place.organisation.address),
        "landing_href": url_for(f"{place.provider.slug}.invite_preview", connection=place.connection.id),
    }


def landing(place: Place, person: Person, first: Row[Any] | None, message: str) -> dict[str, Any]:
    """The page behind the link as the `first` of the recipients sees it, with nothing in it that acts."""
    organisation = place.organisation
    now = clock.now()
    name = first.name if first else SOMEBODY
    known = {"name": name, "number": first.number, "email": first.email} if first else {"name": name}
    form = JoinForm(formdata=None, data=known, country=organisation.country, signed_in=False)
    return {
        "invitation": {
            "inviter": inviter_view(organisation.name, number_words(organisation), organisation.address),
            "invited_name": name,
            "email": first.email if first else "their address",
            "sent": now,
            "until": now + LIFETIME,
            "message": message,
            "person": person.name,
            "others": [],
        },
        "form": form,
        "needs_password": True,
        "warn": None,
        "answer": None,
        "check_href": None,
        "scheme": (first.number_scheme if first else "") or organisation.number_scheme,
        "signed_in_as": None,
        "wrong_account": None,
        "switch_action": None,
        "action": "#",
        "decline_href": "#",
        "stop_href": "#",
        "other_provider_href": None,
        "sign_in_href": "#",
        "is_preview": True,
    }


def inviter_view(name: str, number: str, address: str) -> dict[str, str]:
    """The inviter as the landing page names it; `number` as `ABN 51 824 753 556`."""
    scheme, _, display = number.partition(" ")
    return {"name": name, "number_display": display, "number_scheme": scheme, "place": address}
