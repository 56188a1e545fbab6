"""Who works in an organisation: change what somebody may do, take them out, hand over. An admin stays (R-052).

Every change holds the organisation's row first, so that of two at the same moment the second sees the first.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from link4web import clock
from link4web.accounts import access_mails, words
from link4web.accounts.models import RIGHTS, Membership, Organisation, User
from link4web.accounts.sessions import end_sessions_of
from link4web.audit import record
from link4web.database import db, writing
from link4web.sentences import Coded
from link4web.web.rights import Permission, Rights


class Refused(Exception):
    """The change would be against a rule; `sentence` says which."""

    sentence: Coded


class LastAdmin(Refused):
    """Nobody would be left who could let others in."""

    sentence = words.LAST_ADMIN


class AboveOwn(Refused):
    """More than the person may do who gives it, or a change of somebody who may do more."""

    sentence = words.ABOVE_OWN


class NotThere(Refused):
    """The person is no member (any more)."""

    sentence = words.NOT_THERE


@dataclass(frozen=True)
class Colleague:
    """Somebody who works in an organisation, `since` when."""

    user_id: str
    name: str
    email: str
    rights: Rights
    since: datetime
    is_disabled: bool


def colleagues_of(organisation_id: str) -> list[Colleague]:
    """Everybody who works there, by name."""
    rows = db.session.execute(
        select(User.id, User.name, User.email, *RIGHTS, Membership.created_at, User.disabled_at)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(User.name, User.id)
    )
    return [Colleague(*row[:3], Rights(*row[3:7]), row[7], row[8] is not None) for row in rows]


def colleague(organisation_id: str, user_id: str) -> Colleague | None:
    """One of them; None for anybody else."""
    return next((one for one in colleagues_of(organisation_id) if one.user_id == user_id), None)


def hold(organisation_id: str) -> dict[str, Membership]:
    """All memberships by person, inside ``writing()``; nobody else changes them before it ends."""
    # key_share: whoever only refers to the organisation, as a sync does with each row, need not wait
    db.session.get_one(Organisation, organisation_id, with_for_update={"key_share": True}, populate_existing=True)
    all_of_it = select(Membership).where(Membership.organisation_id == organisation_id)
    found = db.session.scalars(all_of_it.execution_options(populate_existing=True))
    return {membership.user_id: membership for membership in found}


def may_give(giver: Membership | None, rights: Rights) -> bool:
    """Whether somebody may let others in, and has all of these rights."""
    held = giver.rights.permissions if giver else frozenset()
    return Permission.MANAGE_USERS in held and rights.permissions <= held


def admit(organisation_id: str, user_id: str, rights: Rights) -> None:
    """Let somebody in, inside ``writing()``; whoever is in already stays as they are."""
    if user_id not in hold(organisation_id):
        row = Membership(organisation_id=organisation_id, user_id=user_id, **rights._asdict(), created_at=clock.now())
        db.session.add(row)
        db.session.flush()


def change(organisation_id: str, user_id: str, rights: Rights, *, by: str) -> bool:
    """Give somebody another role or other rights, and tell them; False when they have exactly these.

    Raises:
        Refused: `LastAdmin`, `AboveOwn` or `NotThere`.
    """
    with writing():
        held = hold(organisation_id)
        membership = _theirs(held, user_id, by)
        if not may_give(held.get(by), rights):
            raise AboveOwn
        if membership.rights == rights:
            return False
        if rights.role != "admin":
            _keep_an_admin(held, without=user_id)
        _set(membership, rights, by)
    return True


def remove(organisation_id: str, user_id: str, *, by: str) -> None:
    """Take somebody out, and tell them.

    Raises:
        Refused: `LastAdmin`, `AboveOwn` or `NotThere`.
    """
    with writing():
        held = hold(organisation_id)
        membership = _theirs(held, user_id, by)
        _keep_an_admin(held, without=user_id)
        _take_out(membership)
        record("membership.removed", chain=organisation_id, kind="user", object_id=user_id, role=membership.role)
        access_mails.ask("removed", organisation_id, user_id, by=by)


def leave(organisation_id: str, user_id: str) -> None:
    """Leave an organisation; its admins are told.

    Raises:
        Refused: `LastAdmin` or `NotThere`.
    """
    with writing():
        held = hold(organisation_id)
        if user_id not in held:
            raise NotThere
        _keep_an_admin(held, without=user_id)
        _take_out(held[user_id])
        record("membership.left", chain=organisation_id, kind="user", object_id=user_id, role=held[user_id].role)
        for one in held.values():
            if one.role == "admin" and one.user_id != user_id:
                access_mails.ask("left", organisation_id, one.user_id, by=user_id)


def hand_over(organisation_id: str, user_id: str, *, by: str, keeps: Rights) -> None:
    """Make somebody an admin in one's own place, and be from then on what `keeps` says.

    Raises:
        Refused: `AboveOwn` or `NotThere`; `LastAdmin` when the person cannot sign in.
    """
    admin = Rights("admin", may_edit=True, may_approve=True, may_send=True)
    with writing():
        held = hold(organisation_id)
        membership = _theirs(held, user_id, by)
        if user_id == by:
            raise NotThere
        if membership.role != "admin":
            _set(membership, admin, by)
        _keep_an_admin(held, without=by)
        _set(held[by], keeps, by)


def end_sessions(organisation_id: str, user_id: str, *, by: str) -> None:
    """Sign somebody out everywhere, and tell them (R-025).

    Raises:
        Refused: `AboveOwn` or `NotThere`.
    """
    with writing():
        _theirs(hold(organisation_id), user_id, by)
        end_sessions_of(user_id)
        record("membership.sessions_ended", chain=organisation_id, kind="user", object_id=user_id)
        access_mails.ask("signed_out", organisation_id, user_id, by=by)


def _theirs(held: dict[str, Membership], user_id: str, by: str) -> Membership:
    """The membership that `by` is about to change."""
    membership = held.get(user_id)
    if membership is None:
        raise NotThere
    if not may_give(held.get(by), membership.rights):
        raise AboveOwn
    return membership


def _keep_an_admin(held: dict[str, Membership], *, without: str) -> None:
    """Refuse to lose the last admin who can sign in."""
    if held[without].role != "admin":
        return
    others = [one.user_id for one in held.values() if one.role == "admin" and one.user_id != without]
    able = select(User.id).where(User.id.in_(others), User.disabled_at.is_(None)).limit(1)
    if db.session.scalar(able) is None:
        raise LastAdmin


def _set(membership: Membership, rights: Rights, by: str) -> None:
    before, membership.role = membership.rights, rights.role
    membership.may_edit, membership.may_approve, membership.may_send = rights[1:]
    db.session.flush()
    where, who = membership.organisation_id, membership.user_id
    record("membership.changed", chain=where, kind="user", object_id=who, before=_told(before), after=_told(rights))
    access_mails.ask("changed", where, who, by=by)


def _take_out(membership: Membership) -> None:
    db.session.delete(membership)
    db.session.flush()


def _told(rights: Rights) -> str:
    """Rights as the trail keeps them."""
    ticked = [name for name, may in rights._asdict().items() if may is True]
    return " ".join([rights.role, *ticked])
