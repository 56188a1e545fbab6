"""What an event says beside who, what and about what, in words, where its details are more than the trail's own."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from link4web.accounts.words import ROLES_IN_SENTENCES, may_words
from link4web.activity.pages import page_words
from link4web.web.filters import moment
from link4web.web.rights import Rights


def details_words(action: str, details: str) -> str:
    """From what to what somebody's rights changed, what they had, which page support opened, until when support is let
    in; empty for the rest.
    """
    told: dict[str, Any] = json.loads(details)
    if action in ("support.viewed", "support.did"):
        return page_words(told)
    if action == "membership.changed":
        return f"before: {_rights_words(told, 'before')}; now: {_rights_words(told, 'after')}"
    if action in ("membership.left", "membership.removed") and told.get("role"):
        return f"was {_role_words(told['role'])}"
    if action == "support.allowed" and told.get("until"):
        return f"until {moment(datetime.fromisoformat(told['until']))}"
    return ""


def _rights_words(told: Mapping[str, Any], when: str) -> str:
    """A role and what is ticked beside it, as `accounts.memberships` keeps them: *user may_edit may_send*."""
    role, *ticked = str(told.get(when, "")).split() or [""]
    known = Rights(role, **{name: True for name in ticked if name in Rights._fields})
    return f"{_role_words(role)}, may {may_words(known)}"


def _role_words(role: str) -> str:
    return ROLES_IN_SENTENCES.get(role, role)
