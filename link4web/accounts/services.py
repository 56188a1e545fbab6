"""What people do with their own account: sign up, verify, sign in, choose a new password."""

import hashlib
from functools import partial

from sqlalchemy import select

from link4web import clock, outbox
from link4web.accounts import codes, organisations, passwords, slowing, tokens, words
from link4web.accounts.models import User
from link4web.accounts.notices import MAIL
from link4web.accounts.sessions import end_sessions_of
from link4web.audit import record
from link4web.database import db, end_reading, insert_for, writing
from link4web.ids import new_id
from link4web.sentences import Coded

NOBODY = "nobody"


def find_user(email: str) -> User | None:
    """The person with this canonical address."""
    return db.session.scalars(select(User).where(User.email == email)).first()


def sign_up(name: str, email: str, password: str) -> str:
    """Open an account and mail the link that verifies it. An address that has one gets a mail saying so instead.

    Nothing shown to the caller's browser may tell which of the two happened (R-004). The answer is a proof to keep in
    its session: whoever holds it has typed the password that the account has now (see `verify`).

    Raises:
        WeakPassword: with a sentence for the person.
    """
    passwords.check_strength(password, name, email)
    end_reading()
    hashed = passwords.hash_password(password)
    with writing():
        user = _account_for(name, email, hashed)
        _mail("already_registered" if user.verified_at else "verify", user.id)
        record("account.sign_up", kind="user", object_id=user.id, outcome="known" if user.verified_at else "done")
    return _proof(hashed)


class AlreadyThere(Exception):
    """The address has an account; `sentence` says so. For commands only: pages never tell."""

    sentence = "This address has an account already."


def create_verified(name: str, email: str, password: str) -> User:
    """An account whose address counts as verified, made by somebody with access to the machine (R-013).

    Raises:
        WeakPassword, AlreadyThere: each with a sentence.
    """
    passwords.check_strength(password, name, email)
    hashed = passwords.hash_password(password)
    with writing():
        if find_user(email) is not None:
            raise AlreadyThere
        user = User(
            id=new_id(), email=email, name=name, password_hash=hashed, verified_at=clock.now(), created_at=clock.now()
        )
        db.session.add(user)
        record("account.created_by_command", kind="user", object_id=user.id)
    return user


def _account_for(name: str, email: str, hashed: str) -> User:
    row = {"id": new_id(), "email": email, "name": name, "password_hash": hashed, "created_at": clock.now()}
    db.session.execute(insert_for(User).values(row).on_conflict_do_nothing(index_elements=["email"]))
    user = db.session.scalars(select(User).where(User.email == email).with_for_update()).one()
    if user.verified_at is None:
        # nobody has proved the mailbox yet, so the newest sign-up is the one that counts
        user.name, user.password_hash = name, hashed
    return user


def _proof(password_hash: str) -> str:
    return hashlib.sha256(password_hash.encode()).hexdigest()


def may_verify(user: User, proof: str) -> bool:
    """Whether this browser has chosen the account's password itself, so that it need not be typed again."""
    return bool(proof) and proof == _proof(user.password_hash)


def send_verification(user_id: str) -> bool:
    """Mail a fresh verification link to somebody who has not verified yet; False when one has just been sent."""
    with writing():
        user = db.session.get_one(User, user_id)
        return user.verified_at is None and _mail("verify", user.id)


class WrongPassword(ValueError):
    """The password does not belong to the account."""


def verify(hashed: bytes, proof: str, password: str, address: str) -> User | None:
    """Mark the token's owner as verified; None when the link doesn't work any more.

    The link proves the mailbox, not who has chosen the password: somebody else may have signed up with this address
    and wait for its owner to confirm. So either the sign-up happened in this browser, or the password is asked for;
    tries count as at the sign-in (R-005).

    Raises:
        WrongPassword: it is not the one given at sign-up; the link still works.
        SignInRefused: too many tries; `wait` is not 0.
    """
    user = tokens.owner(hashed, "verify")
    if user is None:
        return None
    known_hash, is_asked = user.password_hash, not may_verify(user, proof)
    tried = partial(record, "account.verified", kind="user", object_id=user.id, by="mail")
    if is_asked and (wait := slowing.take_try(user.email, address, note=partial(tried, outcome="slowed"))):
        raise SignInRefused(wait)
    end_reading()
    if is_asked and not passwords.password_fits(password, known_hash):
        with writing():
            tried(outcome="refused")
        raise WrongPassword
    with writing():
        user = tokens.use(hashed, "verify")
        if user is None or user.password_hash != known_hash:
            return None
        if is_asked:
            slowing.succeeded(user.email, address)
        prove_mailbox(user, by="mail")
    return user


def prove_mailbox(user: User, *, by: str) -> None:
    """Mark the address as verified, inside ``writing()``. `by`: what has proved it, for the trail.

    Every session of the account ends: whoever signed up with this address before its owner must not keep one (R-104).
    """
    if user.verified_at is None:
        user.verified_at = clock.now()
        end_sessions_of(user.id)
        record("account.verified", kind="user", object_id=user.id, by=by)


class SignInRefused(Exception):
    """`wait`: seconds until the next try, 0 when address or password was simply wrong, `slowing.NEVER` for too many."""

    def __init__(self, wait: int = 0) -> None:
        super().__init__(wait)
        self.wait = wait

    @property
    def sentence(self) -> Coded:
        """What to tell the person."""
        if self.wait == slowing.NEVER:
            return words.CLOSED
        if self.wait:
            return Coded(words.SLOWED.format(duration=words.duration(self.wait)), "SIGN-IN-SLOWED")
        return words.REFUSED


def note_sign_out(user_id: str) -> None:
    """Somebody has ended their session by themselves."""
    with writing():
        record("account.sign_out", kind="user", object_id=user_id)


def authenticate(email: str, password: str, address: str) -> User:
    """The person with this address and password, for `entering.begin`: who has codes is half signed in by it (R-006).

    Raises:
        SignInRefused: alike for an unknown address and a wrong password.
    """

    def slowed() -> None:
        user = find_user(email)
        record("account.sign_in", kind="user", object_id=user.id if user else "", outcome="slowed")

    if wait := slowing.take_try(email, address, note=slowed):
        raise SignInRefused(wait)
    user, decoy = find_user(email), passwords.decoy()
    known_as = user.id if user else ""
    end_reading()
    fits = passwords.password_fits(password, user.password_hash if user else decoy)
    if user is None or not fits or user.disabled_at is not None:
        with writing():
            record("account.sign_in", kind="user", object_id=known_as, outcome="refused")
        raise SignInRefused
    newer_hash = passwords.hash_password(password) if passwords.needs_rehash(user.password_hash) else ""
    with writing():
        slowing.succeeded(email, address)
        if newer_hash:
            user.password_hash = newer_hash
        if codes.standing(user.id) is not None:
            record("account.sign_in", kind="user", object_id=user.id, outcome="half")
    return user


def check_password(user_id: str, password: str, address: str) -> None:
    """Whether this is the signed-in person's password; tries count as at the sign-in (R-005).

    Raises:
        WrongPassword: it is not.
        SignInRefused: too many tries; `wait` is not 0.
    """
    user = db.session.get_one(User, user_id)
    tried = partial(record, "account.confirmed", kind="user", object_id=user_id)
    if wait := slowing.take_try(user.email, address, note=partial(tried, outcome="slowed")):
        raise SignInRefused(wait)
    end_reading()
    if not passwords.password_fits(password, user.password_hash):
        with writing():
            tried(outcome="refused")
        raise WrongPassword
    with writing():
        slowing.succeeded(user.email, address)


def confirmed(user_id: str) -> None:
    """Note that somebody has proved once more that it is them (R-009)."""
    with writing():
        record("account.confirmed", kind="user", object_id=user_id)


def ask_for_reset(email: str) -> None:
    """Mail a link to choose a new password when the address has an account; do as much work when it has none."""
    with writing():
        user = find_user(email)
        may_reset = user is not None and user.disabled_at is None
        user_id = user.id if user and may_reset else ""
        _mail("reset" if may_reset else NOBODY, user_id)
        record("account.reset_asked", kind="user", object_id=user_id, outcome="done" if may_reset else "unknown")


def reset_password(hashed: bytes, password: str) -> User | None:
    """Set a new password, end every session, tell the owner; None when the link doesn't work any more.

    The link proves the mailbox as well, so an address that was not verified yet is from now on.

    Raises:
        WeakPassword: with a sentence for the person; the link still works.
    """
    owner = tokens.owner(hashed, "reset")
    if owner is None:
        return None
    _check_strength(password, owner)
    end_reading()
    new_hash = passwords.hash_password(password)
    with writing():
        user = tokens.use(hashed, "reset")
        if user is not None:
            prove_mailbox(user, by="mail")
            _set_password(user, new_hash)
            end_sessions_of(user.id)
    return user


def change_password(user_id: str, password: str, *, keep_session: bytes) -> None:
    """Set a new password for somebody who has just proved that it is them; every other session ends, a mail says so.

    Raises:
        WeakPassword: with a sentence for the person.
    """
    _check_strength(password, db.session.get_one(User, user_id))
    end_reading()
    new_hash = passwords.hash_password(password)
    with writing():
        _set_password(db.session.get_one(User, user_id), new_hash)
        end_sessions_of(user_id, but=keep_session)


def change_name(user_id: str, name: str) -> None:
    """Set the name that colleagues and invited customers see."""
    with writing():
        user = db.session.get_one(User, user_id)
        user.name = name
        record("account.name", kind="user", object_id=user_id)


def _check_strength(password: str, user: User) -> None:
    known = [organisation.name for organisation, _ in organisations.organisations_of(user.id)]
    passwords.check_strength(password, user.name, user.email, *known)


def _set_password(user: User, new_hash: str) -> None:
    user.password_hash = new_hash
    tokens.forget_all(user.id)
    slowing.forgive(user.email)
    slowing.forgive(codes.guessed(user.id))
    outbox.add(
        MAIL,
        f"password_changed:{user.id}:{new_id()}",
        organisation_id=None,
        payload={"template": "password_changed", "user": user.id},
        priority=1,
    )
    record("account.password_changed", kind="user", object_id=user.id)


def _mail(template: str, user_id: str) -> bool:
    """Queue a mail to a person, at most one of a kind in a minute: our forms must not flood anybody's mailbox."""
    minute = int(clock.timestamp() // 60)
    who = user_id or new_id()
    return outbox.add(
        MAIL,
        f"{template}:{who}:{minute}",
        organisation_id=None,
        payload={"template": template, "user": user_id},
        priority=1,
    )
