"""What stands in the pop-ups beside the field: the register's suggestions, doubts, and what the ledger has."""

from typing import Any

from link4web.accounts import register
from link4web.accounts.register import Finding
from link4web.customers.models import Customer
from link4web.customers.pages import Place
from link4web.registers.abn_lookup import NameMatch
from link4web.registers.names import likeness, same_business, why_likely
from link4web.registers.numbers import BusinessNumber
from link4web.web.filters import business_number

MOST_MATCHES = 4
UNANSWERED = "The business register doesn’t answer. You can save the number anyway; it shows as unchecked."


def matches_for(customer: Customer, scheme: str, typed: str) -> tuple[list[dict[str, Any]], str | None]:
    """The register's suggestions by name, and a sentence when it can't be asked."""
    if scheme != "ABN":
        return [], None
    found = register.look_up_names(customer.name)
    if found is None:
        return [], UNANSWERED
    ranked = sorted(
        found, key=lambda match: (not why_likely(typed, match), -likeness(customer.name, match), -match.score)
    )
    return [_match_view(match, typed, customer) for match in ranked[:MOST_MATCHES]], None


def _match_view(match: NameMatch, typed: str, customer: Customer) -> dict[str, Any]:
    about = [" ".join(filter(None, (match.state, match.postcode))), match.status]
    if match.state and match.state in customer.place.split():
        about.append("same state")
    return {
        "name": match.name,
        "number": match.number,
        "number_display": business_number(match.number),
        "about": " · ".join(filter(None, about)),
        "likely": why_likely(typed, match) or None,
    }


def doubt_about(name: str, finding: Finding) -> str:
    """A doubt that doesn't stop: pressing *Save* once more keeps the number. Empty when there is none."""
    if finding.status == "cancelled":
        return f"The register says this number was cancelled ({finding.name}). Press Save again to keep it anyway."
    if finding.status == "not found":
        return "The register doesn’t know this number. Press Save again to keep it anyway."
    if finding.status == "active" and not same_business(name, finding.name):
        return f"The register has “{finding.name}”; you have “{name}”. Press Save again if that is right."
    return ""


def conflict_view(theirs: str, ours: BusinessNumber | str) -> dict[str, str] | None:
    """Both values, when the ledger has another one than what is typed here."""
    display = ours.display if isinstance(ours, BusinessNumber) else ours
    if not theirs or not display or _bare(theirs) == _bare(display):
        return None
    return {"ours": display, "theirs": theirs}


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()


def write_hint(place: Place, theirs: str) -> str:
    """What the accounting system has now, under the tick box."""
    name = place.provider.name
    return f"{name} has {theirs} now." if theirs else f"{name} has nothing there for this contact."
