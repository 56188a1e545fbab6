"""The sentences about signing in and about one's own number; each trouble has its own."""

from link4web.sentences import Coded

REFUSED = Coded("This address and password don’t belong together.", "SIGN-IN-REFUSED")
SLOWED = "Too many tries. Wait {duration}, or choose a new password."
CLOSED = Coded("Too many wrong tries. Choose a new password to get in again.", "SIGN-IN-CLOSED")
NOT_PRESENT = Coded("That isn’t your present password.", "PASSWORD-WRONG")
NOT_CHOSEN = Coded(
    "That isn’t the password chosen at sign-up. If it wasn’t you, choose a new one.", "PASSWORD-NOT-CHOSEN"
)
ON_ITS_WAY = "A mail is on its way already. If it has not come in a minute, ask once more."

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
