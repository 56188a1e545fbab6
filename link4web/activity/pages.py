"""What pages and controls are called where the trail says that support opened or pressed them."""

import re
from collections.abc import Mapping
from typing import Any

from link4web.providers import by_slug

#: By endpoint. A test asks for words for everything that support may open or press.
PAGES = {
    "account.privacy": "What we keep about you",
    "activity.show": "Settings, activity",
    "closing.export_state": "Settings, state of the export",
    "closing.show": "Settings, export and closing",
    "colleagues.index": "People who work here",
    "colleagues.leave": "Leaving the organisation",
    "entry.connections": "Connections",
    "entry.customers": "My Customers, whichever the ledger",
    "entry.home": "Start page",
    "help.article_panel": "Help beside the page",
    "help.problem_panel": "Help beside the page",
    "invitation_defaults.show": "Settings, what invitations begin with",
    "on_behalf.leave": "Leave",
    "on_behalf.session": "This support access",
    "on_behalf.write": "Second step: may change things",
    "organisations.addresses": "Settings, addresses",
    "organisations.business": "Settings, your business",
    "organisations.details": "Settings, name and time zone",
    "organisations.settings": "Settings",
}
#: The pages that each accounting system has, by the last part of their endpoints.
OF_PROVIDERS = {
    "abn": "A customer’s number",
    "add_contact": "Adding a contact",
    "batch": "Invitations that were sent",
    "clear_selection": "All ticks taken away",
    "connection": "The connection",
    "current_customers": "My Customers, whichever the connection",
    "customer": "A customer",
    "customers": "My Customers",
    "email": "A customer’s e-mail address",
    "invite": "Review of invitations",
    "invite_list": "Review of invitations, the list",
    "invite_preview": "Preview of an invitation",
    "save_and_go": "Ticks kept from page to page",
    "save_selection": "Customers ticked",
    "select_all": "All customers ticked",
    "skipped": "Contacts that couldn’t be read",
    "sync": "Sync now",
    "sync_status": "State of the sync",
    "write_again": "A value written to the accounting system once more",
    "take_back_selection": "Ticks brought back",
}


def page_words(told: Mapping[str, Any]) -> str:
    """What the page of a *support.viewed* or *support.did* is called, from the event's details.

    What support may not open has its address, without ids.
    """
    blueprint, _, view = str(told.get("page", "")).rpartition(".")
    # an older event has the last part alone
    of_provider = not blueprint or by_slug(blueprint)
    words = OF_PROVIDERS.get(view) if of_provider else PAGES.get(f"{blueprint}.{view}")
    return words or re.sub(r"<[^>]*>", "…", str(told.get("route", "")).rpartition(" ")[2])
