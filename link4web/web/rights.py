"""What somebody may do in an organisation: a role, what is ticked beside it, and the permissions these come to."""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Permission(StrEnum):
    """What a role may do in an organisation."""

    VIEW_CUSTOMERS = "view customers"
    EDIT_CUSTOMERS = "edit customers"
    INVITE = "invite customers"
    APPROVE_INVOICES = "approve invoices"
    CONNECT = "connect and disconnect"
    MANAGE_ORGANISATION = "manage the organisation"
    MANAGE_USERS = "let people in and out"


class Rights(NamedTuple):
    """A role (*admin*, *user* or *adviser*) and what is ticked beside it; an admin may everything, ticked or not."""

    role: str
    may_edit: bool = False
    may_approve: bool = False
    may_send: bool = False

    @property
    def permissions(self) -> frozenset[Permission]:
        """What they come to."""
        return _permissions(self)


@lru_cache
def _permissions(rights: Rights) -> frozenset[Permission]:
    if rights.role == "admin":
        return frozenset(Permission)
    ticked = (
        (Permission.EDIT_CUSTOMERS, rights.may_edit),
        (Permission.APPROVE_INVOICES, rights.may_approve),
        (Permission.INVITE, rights.may_send),
    )
    return frozenset({Permission.VIEW_CUSTOMERS, *(permission for permission, may in ticked if may)})
