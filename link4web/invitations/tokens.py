"""The links of an invitation: random, stored hashed, replaced by the next mail's (R-100)."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, update

from link4web import clock
from link4web.database import db
from link4web.invitations.models import CustomerInvitation, InvitationToken

# Longer than any mail is likely to be kept; the law asks for 30 days after sending.
STOP_LIFETIME = timedelta(days=400)


def token_hash(token: str) -> bytes:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).digest()


def mint(invitation: CustomerInvitation, *, expires_at: datetime) -> tuple[str, str]:
    """The *join* and the *stop* token for a mail about to leave, inside ``writing()``.

    Earlier ones of this invitation are deleted: their mail was refused and never arrived.
    """
    db.session.execute(delete(InvitationToken).where(_of([invitation.id], invitation.organisation_id)))
    return (
        _add("join", invitation, expires_at),
        _add("stop", invitation, clock.now() + STOP_LIFETIME),
    )


def _add(purpose: str, invitation: CustomerInvitation, expires_at: datetime) -> str:
    token = secrets.token_urlsafe(32)
    db.session.add(
        InvitationToken(
            token_hash=token_hash(token),
            purpose=purpose,
            organisation_id=invitation.organisation_id,
            invitation_id=invitation.id,
            email_key=invitation.email_key,
            expires_at=expires_at,
        )
    )
    return token


def supersede(organisation_id: str, invitation_ids: Sequence[str]) -> None:
    """End the join links of older invitations, inside ``writing()``; their stop links go on working."""
    db.session.execute(
        update(InvitationToken)
        .where(
            _of(invitation_ids, organisation_id),
            InvitationToken.purpose == "join",
            InvitationToken.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def find(hashed: bytes, purpose: str) -> InvitationToken | None:
    """The token behind a link, whatever its condition."""
    found = db.session.get(InvitationToken, hashed)
    return found if found is not None and found.purpose == purpose else None


def _of(invitation_ids: Sequence[str], organisation_id: str) -> ColumnElement[bool]:
    return (InvitationToken.organisation_id == organisation_id) & InvitationToken.invitation_id.in_(invitation_ids)
