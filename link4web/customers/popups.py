"""What stands in the pop-ups beside the field: the register's suggestions, doubts, and what the ledger has."""

from typing import Any

from link4web.accounts import register
from link4web.accounts.register import Finding
from link4web.customers import popup_words, queries
from link4web.customers.models import Customer
from link4web.customers.pages import Place
from link4web.registers.abn_lookup import NameMatch
from link4web.registers.names import likeness, same_business, why_likely
from link4web.registers.numbers import BusinessNumber
from link4web.sentences import Coded
from link4web.web.filters import business_number

MOST_MATCHES = 4
MOST_SHARING = 3


def matches_for(
    customer: Customer, scheme: str, typed: str, ending: str = ""
) -> tuple[list[dict[str, Any]], str | None]:
    """The register's suggestions by name, and a sentence when it can't be asked.

    `ending` is how the ledger's own number ends, where it shows no more: a suggestion that ends alike comes first.
    """
    if scheme != "ABN":
        return [], None
    found = register.look_up_names(customer.name)
    if found is None:
        return [], popup_words.UNANSWERED
    ranked = sorted(
        found,
        key=lambda match: (not _why_likely(match, typed, ending), -likeness(customer.name, match), -match.score),
    )
    return [_match_view(match, typed, ending, customer) for match in ranked[:MOST_MATCHES]], None


def _why_likely(match: NameMatch, typed: str, ending: str) -> str:
    if ending and match.number.endswith(ending):
        return f"ends in {ending} too"
    return why_likely(typed, match)


def _match_view(match: NameMatch, typed: str, ending: str, customer: Customer) -> dict[str, Any]:
    about = [" ".join(filter(None, (match.state, match.postcode))), match.status]
    if match.state and match.state in customer.place.split():
        about.append("same state")
    return {
        "name": match.name,
        "number": match.number,
        "number_display": business_number(match.number),
        "about": " · ".join(filter(None, about)),
        "likely": _why_likely(match, typed, ending) or None,
    }


def doubt_about(place: Place, row: Customer, number: BusinessNumber, finding: Finding) -> Coded | None:
    """Doubts that don't stop: pressing *Save* once more keeps the number. None when there are none."""
    found = (_register_doubt(row.name, finding), _ending_doubt(place, row, number), _shared_doubt(row, number))
    doubts = [doubt for doubt in found if doubt]
    return Coded(" ".join((*doubts, popup_words.ANYWAY)), doubts[0].code) if doubts else None


def _register_doubt(name: str, finding: Finding) -> Coded | None:
    if finding.status == "cancelled":
        return Coded(popup_words.CANCELLED.format(name=finding.name), "NUMBER-CANCELLED")
    if finding.status == "not found":
        return Coded(popup_words.NOT_FOUND, "NUMBER-NOT-FOUND")
    if finding.status == "active" and not same_business(name, finding.name):
        return Coded(popup_words.OTHER_NAME.format(name=finding.name, ours=name), "NUMBER-OTHER-NAME")
    return None


def _ending_doubt(place: Place, row: Customer, number: BusinessNumber) -> Coded | None:
    ending = ending_there(place, row, number.scheme)
    if not ending or number.digits.endswith(ending):
        return None
    said = popup_words.OTHER_ENDING.format(provider=place.provider.name, scheme=number.scheme, ending=ending)
    return Coded(said, "NUMBER-ENDING")


def _shared_doubt(row: Customer, number: BusinessNumber) -> Coded | None:
    names = queries.sharing_number(row, number.scheme, number.digits, MOST_SHARING + 1)
    if not names or number.digits == row.number:
        return None
    have = "has" if len(names) == 1 else "have"
    said = popup_words.SHARED.format(names=listed(names), have=have, scheme=number.scheme)
    return Coded(said, "NUMBER-SHARED")


def listed(names: list[str]) -> str:
    """Up to three names in a sentence; more are “others”."""
    shown = [f"“{name}”" for name in names[:MOST_SHARING]]
    if len(names) > MOST_SHARING:
        shown.append("others")
    return " and ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else shown[0]


def ending_there(place: Place, row: Customer, scheme: str) -> str:
    """How the ledger's own number of this scheme ends, where it shows us no more of it; else empty."""
    field = place.provider.number_field(scheme)
    return row.ledger_number_ending if field and field.is_masked and not row.ledger_number else ""


def kept_back(place: Place, row: Customer, scheme: str) -> str:
    """The sentence for a number that the ledger has and keeps from us, as long as none has been entered here."""
    ending = ending_there(place, row, scheme)
    if not ending or row.number:
        return ""
    return popup_words.HIDDEN.format(provider=place.provider.name, scheme=scheme, ending=ending)


def conflict_view(theirs: str, ours: BusinessNumber | str) -> dict[str, str] | None:
    """Both values, when the ledger has another one than what is typed here."""
    display = ours.display if isinstance(ours, BusinessNumber) else ours
    if not theirs or not display or _bare(theirs) == _bare(display):
        return None
    return {"ours": display, "theirs": theirs}


def no_field(place: Place, scheme: str) -> str:
    """The sentence for a number that the accounting system has no field for; empty when it has one."""
    if place.provider.number_field(scheme):
        return ""
    return popup_words.NO_FIELD.format(provider=place.provider.name, scheme=scheme)


def number_hint(place: Place, row: Customer, scheme: str) -> str:
    """What the accounting system has now of this number, or that it has no field for it."""
    if nowhere := no_field(place, scheme):
        return nowhere
    ending = ending_there(place, row, scheme)
    return write_hint(place, f"one ending in {ending}" if ending else row.ledger_number)


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()


def write_hint(place: Place, theirs: str) -> str:
    """What the accounting system has now, under the tick box."""
    name, contact, _ = place.terms
    return f"{name} has {theirs} now." if theirs else f"{name} has nothing there for this {contact}."
