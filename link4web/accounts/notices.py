"""What a person is told by mail when something about their own sign-in has changed. None of it can be switched off."""

from dataclasses import dataclass

from link4web import outbox
from link4web.ids import new_id

MAIL = "accounts.mail"


@dataclass(frozen=True)
class Notice:
    """One such mail: its subject, and what has happened in a sentence or two."""

    subject: str
    said: str


NOTICES = {
    "codes_on": Notice(
        "Security codes are set up",
        "From now on we ask for a code from your authenticator app when you sign in."
        " Every other session was signed out.",
    ),
    "codes_off": Notice(
        "Security codes are turned off",
        "Your password alone signs you in from now on. Every other session was signed out.",
    ),
    "codes_reset": Notice(
        "Your security codes were taken away",
        "You asked us for it, since you had neither your phone nor your recovery codes. Every session was signed out."
        " Sign in with your password, and set up security codes anew.",
    ),
    "recovery_renewed": Notice(
        "You have new recovery codes",
        "Ten new recovery codes were made for your sign-in. The old ones no longer work.",
    ),
    "address_wanted": Notice(
        "This address has a sign-in already",
        "Somebody, perhaps you, wanted to move another sign-in to this address. It has a sign-in of its own, so nothing"
        " was changed. To use it for the other one, delete this account first.",
    ),
    "address_back": Notice(
        "Your sign-in has its old address back",
        "The change of your e-mail address was undone, and every session was signed out. If you did not change the"
        " address, somebody knows your password: choose a new one now.",
    ),
    "account_exported": Notice(
        "Your data was downloaded",
        "A copy of what we keep about you was downloaded from the page of your account.",
    ),
    "recovery_used": Notice(
        "A recovery code was used",
        "Somebody has signed in with your password and one of your recovery codes. That code no longer works.",
    ),
}


def tell(user_id: str, notice: str, *, once: str = "") -> None:
    """Queue one of `NOTICES` to a person, inside ``writing()``; no more than one for each `once`."""
    payload = {"template": notice, "user": user_id}
    outbox.add(MAIL, f"{notice}:{user_id}:{once or new_id()}", organisation_id=None, payload=payload, priority=1)
