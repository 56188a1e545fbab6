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
    "recovery_used": Notice(
        "A recovery code was used",
        "Somebody has signed in with your password and one of your recovery codes. That code no longer works.",
    ),
}


def tell(user_id: str, notice: str, **more: str) -> None:
    """Queue one of `NOTICES` to a person, inside ``writing()``. `more` goes into the job's payload: ids only."""
    payload = {"template": notice, "user": user_id, **more}
    outbox.add(MAIL, f"{notice}:{user_id}:{new_id()}", organisation_id=None, payload=payload, priority=1)
