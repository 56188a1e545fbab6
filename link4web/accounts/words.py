"""The sentences about signing in and about one's own number; each trouble has its own."""

from link4web.sentences import Coded
from link4web.web.rights import Rights

REFUSED = Coded("This address and password don’t belong together.", "SIGN-IN-REFUSED")
SLOWED = "Too many tries. Wait {duration}, or choose a new password."
CLOSED = Coded("Too many wrong tries. Choose a new password to get in again.", "SIGN-IN-CLOSED")
NOT_PRESENT = Coded("That isn’t your present password.", "PASSWORD-WRONG")
NOT_CHOSEN = Coded(
    "That isn’t the password chosen at sign-up. If it wasn’t you, choose a new one.", "PASSWORD-NOT-CHOSEN"
)
ON_ITS_WAY = "A mail is on its way already. If it has not come in a minute, ask once more."

CODE_REFUSED = Coded("That code doesn’t work. It may be too old, or used already.", "CODE-REFUSED")
CODE_SLOWED = "Too many codes were wrong. Wait {duration}, then try the next one."
CODE_CLOSED = Coded("Too many codes were wrong. Choose a new password to get in again.", "CODE-CLOSED")
CODE_NOT_YET = Coded(
    "That isn’t the code of this key. Wait for the next one, and look at your phone’s clock.", "CODE-NOT-YET"
)
RECOVERY_LEFT = "That recovery code is used up; {left} are left. New ones are made on the page of your account."
RECOVERY_LAST = "That recovery code is used up; one is left. New ones are made on the page of your account."
CODES_REQUIRED = Coded("This service asks codes of everybody, so they can’t be turned off.", "CODES-REQUIRED")
HALF_OVER = Coded(
    "That took too long, or something has changed meanwhile. Begin with your password once more.", "SIGN-IN-HALF"
)

SAME_ADDRESS = Coded("That is the address you sign in with already.", "ADDRESS-SAME")
ADDRESS_OFTEN = Coded("That was asked for several times already. Try again in an hour.", "ADDRESS-OFTEN")
ADDRESS_ASKED = "A mail with a link is on its way to {email}. Until you open it, nothing changes."
ADDRESS_CHANGED = "You sign in with {email} from now on. A mail to the old address says so."
ADDRESS_BACK = "{email} is your address again, and everybody is signed out. Now choose a new password."
STAYS_LAST = Coded(
    "You are the last admin of {names}. Make somebody else an admin or close it first.", "ACCOUNT-LAST-ADMIN"
)

OWN_NUMBER_MISSING = "Customers see your {scheme} on every invitation, so nothing can be sent before it is here."
#: What is said when one's own number has been saved, by what the register says to it.
OWN_NUMBER_SAVED = {
    "active": "Your {scheme} is saved. The register knows it as {name}.",
    "cancelled": "Your {scheme} is saved, but the register says it was cancelled. Please check it.",
    "not found": "Your {scheme} is saved, but the register doesn’t know it. Please check it.",
    "unchecked": "Your {scheme} is saved. The register couldn’t be asked; we will check it later.",
}
#: What stands under the number's field as soon as it is left, by the register's answer.
NUMBER_ANSWERS = {
    "cancelled": "In the register as {name}, cancelled",
    "not found": "The register doesn’t know this number.",
    "unchecked": "The register can’t be asked now; you can go on.",
    "nzbn": "Its check digit is right. The New Zealand register isn’t asked yet.",
}


def last_admin(names: list[str]) -> Coded:
    """Why an account can't be deleted yet."""
    return Coded(STAYS_LAST.format(names=" and ".join(names)), STAYS_LAST.code)


def duration(seconds: int) -> str:
    """`40 seconds`, `15 minutes`."""
    if seconds < 90:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    return f"{round(seconds / 60)} minutes"


def code_refused(wait: int) -> Coded:
    """What to say about a code that was not taken, by what `codes.CodeRefused` says."""
    if wait < 0:
        return CODE_CLOSED
    return Coded(CODE_SLOWED.format(duration=duration(wait)), "CODE-SLOWED") if wait else CODE_REFUSED


LAST_ADMIN = Coded(
    "An organisation needs an admin, and there is no other one. Make somebody else an admin first.", "USER-LAST-ADMIN"
)
ABOVE_OWN = Coded("You can’t give more than you may do yourself, nor change whoever may do more.", "USER-ABOVE-OWN")
NOT_THERE = Coded("They don’t work here any more.", "USER-NOT-THERE")
ROLES = {
    "admin": "Admin",
    "user": "User",
    "adviser": "Adviser",
}
ROLES_IN_SENTENCES = {"admin": "an admin", "user": "a user", "adviser": "an adviser"}


def may_words(rights: Rights) -> str:
    """What somebody may do, to stand behind “may”."""
    if rights.role == "admin":
        return "do everything"
    ticked = (
        (rights.may_edit, "change them"),
        (rights.may_approve, "approve invoices"),
        (rights.may_send, "send invitations"),
    )
    *others, last = ["see customers", *(words for may, words in ticked if may)]
    return f"{', '.join(others)} and {last}" if others else "see customers, and change nothing"


def own_number_code(status: str) -> str:
    """The code of what the register says to one's own number."""
    return f"OWN-NUMBER-{status.upper().replace(' ', '-')}"


ADDRESS_LINE = Coded("Enter the street and number, or the box.", "ADDRESS-PART")
ADDRESS_CITY = Coded("Enter the suburb or town.", "ADDRESS-PART")
ADDRESS_STATE = Coded("Choose the state or territory.", "ADDRESS-PART")
ADDRESS_POSTCODE = Coded("A postcode has four digits.", "ADDRESS-POSTCODE")
BANK_BSB = Coded("A BSB has six digits.", "BANK-NUMBER")
BANK_ACCOUNT = Coded("An account number has four to nine digits.", "BANK-NUMBER")
#: What is wrong with a New Zealand account, by `registers.bank_accounts`.
BANK_NZ = {
    "length": Coded("Type all four parts: bank, branch, account and suffix.", "BANK-NUMBER"),
    "digits": Coded("The digits don’t fit together. Compare them with a statement of the bank.", "BANK-DIGITS"),
}
