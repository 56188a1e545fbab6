"""Requests of support that wait for an admin's word, for the list of organisations."""

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import select

from link4web import clock, tenancy
from link4web.database import db
from link4web.support.accesses import ASKED_FOR
from link4web.support.models import SupportAccess

WORDS = "Support asks to look in"


def requests_in(organisations: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """By organisation, the words and the address where the request is answered; once, however many wait."""
    asked = select(SupportAccess.organisation_id).distinct()
    asked = asked.where(
        SupportAccess.organisation_id.in_(organisations),
        SupportAccess.state == "waiting",
        SupportAccess.asked_at > clock.now() - ASKED_FOR,
    )
    with tenancy.system("requests of support in the organisations somebody is an admin of; the caller has them"):
        found = db.session.scalars(asked).all()
    return {one: [(WORDS, url_for("support_settings.show", organisation=one))] for one in found}
