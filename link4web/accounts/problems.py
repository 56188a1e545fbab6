"""What may be in the way of signing in and of one's own organisation, for the help centre, each with its fix."""

from link4web.accounts import business_problems, passwords, words
from link4web.help.problems import Problem
from link4web.registers import numbers

CHOOSE_ANEW = "Press I forgot my password."


def _plain(code: str, title: str, sentence: str, fix: str, article: str) -> Problem:
    return Problem(code=code, title=title, sentence=sentence, fix=fix, article=article)


_SIGNING_IN = (
    _plain(
        "SIGN-IN",
        "Signing in",
        "Your address and your password open all your organisations.",
        "Type both. If the password is gone, press I forgot my password.",
        "signing-in",
    ),
    _plain(
        "SIGN-UP",
        "Signing up",
        "You sign up once, as a person; your business comes next.",
        "Fill in the three fields, then open the link in our mail.",
        "set-up",
    ),
    _plain(
        "PASSWORD-FORGOTTEN",
        "A new password",
        "We send a link to the address you sign in with; it works once.",
        "Open the link in our mail and choose a new password.",
        "signing-in",
    ),
    _plain("SIGN-IN-REFUSED", "Address and password don’t fit", words.REFUSED, CHOOSE_ANEW, "signing-in"),
    _plain(
        "SIGN-IN-SLOWED",
        "Too many tries",
        words.SLOWED.format(duration="a while"),
        "Wait, or press I forgot my password.",
        "signing-in",
    ),
    _plain("SIGN-IN-CLOSED", "Too many wrong tries", words.CLOSED, CHOOSE_ANEW, "signing-in"),
    _plain(
        "SIGN-IN-EMAIL",
        "That isn’t an e-mail address",
        "The address you sign in with needs a name, an @ and a domain.",
        "Type it as it stands in our mails to you.",
        "signing-in",
    ),
    _plain(
        "PASSWORD-WRONG",
        "The present password is another one",
        words.NOT_PRESENT,
        "Try again, or choose a new one through the sign-in page.",
        "signing-in",
    ),
    _plain(
        "PASSWORD-NOT-CHOSEN",
        "That isn’t the password of the sign-up",
        words.NOT_CHOSEN,
        "Press Choose a new password.",
        "signing-in",
    ),
    _plain(
        "PASSWORD-SHORT",
        "The password is too short",
        passwords.SHORT.format(typed="fewer"),
        "Add a word or two.",
        "signing-in",
    ),
    _plain("PASSWORD-LONG", "The password is too long", passwords.LONG, "Leave the end away.", "signing-in"),
    _plain(
        "PASSWORD-COMMON",
        "That password is known",
        passwords.COMMON,
        "Put four or five unrelated words in a row.",
        "signing-in",
    ),
    _plain(
        "PASSWORD-CLOSE",
        "That password is too close to you",
        passwords.CLOSE,
        "Put four or five unrelated words in a row.",
        "signing-in",
    ),
    _plain(
        "ACCOUNT-MAIL-SENT",
        "A mail is on its way",
        "Signing up, and choosing a new password, goes on with the link in the mail.",
        "Look into your mailbox, also under spam or junk.",
        "signing-in",
    ),
    _plain(
        "ACCOUNT-MAIL-WAITING",
        "The last mail is still on its way",
        words.ON_ITS_WAY,
        "Wait a minute, then ask once more.",
        "signing-in",
    ),
    _plain(
        "ACCOUNT-LINK-OLD",
        "The link in the mail no longer works",
        "It was used already, is too old, or a newer one has been sent.",
        "Ask for a new link.",
        "signing-in",
    ),
    _plain(
        "ACCOUNT-CONFIRM",
        "Confirm your address",
        "Your address becomes your sign-in once you say on the page that it is yours.",
        "Press Yes, confirm it.",
        "signing-in",
    ),
    _plain(
        "ACCOUNT-SESSIONS",
        "Where you are signed in",
        "Each line is a browser in which you are signed in.",
        "Press Sign out everywhere else when you don’t know one of them.",
        "signing-in",
    ),
)

_CODES = (
    _plain(
        "SIGN-IN-CODE",
        "The security code",
        "After the password we ask for the code that your authenticator app shows, or for a recovery code.",
        "Open the app and type the six digits, or press Use a recovery code.",
        "security-codes",
    ),
    _plain(
        "SIGN-IN-HALF",
        "Begin with the password once more",
        words.HALF_OVER,
        "Sign in, and have your phone at hand.",
        "signing-in",
    ),
    _plain(
        "CODE-REFUSED",
        "The code is refused",
        words.CODE_REFUSED,
        "Wait for the next code and type it.",
        "security-codes",
    ),
    _plain(
        "CODE-SLOWED",
        "Too many wrong codes",
        words.CODE_SLOWED.format(duration="a while"),
        "Wait as long as it says.",
        "security-codes",
    ),
    _plain("CODE-CLOSED", "Too many wrong codes", words.CODE_CLOSED, CHOOSE_ANEW, "security-codes"),
    _plain(
        "CODE-NOT-YET",
        "The first code doesn’t fit",
        words.CODE_NOT_YET,
        "Compare the key, let the phone set its time by itself, and type the next code.",
        "security-codes",
    ),
    _plain(
        "CODES-SET-UP",
        "Setting up security codes",
        "An app on your phone makes a code for each sign-in; it needs a key once.",
        "Bring the key into your app, and type the six digits that it shows.",
        "security-codes",
    ),
    _plain(
        "CODES-RECOVERY",
        "Recovery codes",
        "Each of the ten codes signs you in once when your phone isn’t there.",
        "Print them, or keep them where you keep passwords.",
        "security-codes",
    ),
    _plain(
        "CODES-FEW-LEFT",
        "A recovery code is used up",
        "Each of the ten recovery codes works once.",
        "Strike it out. When few are left, press New recovery codes on the page of your account.",
        "security-codes",
    ),
    _plain(
        "CODES-REQUIRED",
        "Codes can’t be turned off here",
        words.CODES_REQUIRED,
        "With a new phone, press Set up anew.",
        "security-codes",
    ),
    _plain(
        "ADDRESS-CHANGE",
        "Another address to sign in with",
        "It counts once you have opened the link that we mail to the new address, where you are signed in.",
        "Look into the new mailbox, also under spam or junk.",
        "signing-in",
    ),
    _plain(
        "ADDRESS-SAME",
        "That is your address already",
        words.SAME_ADDRESS,
        "Type the one you want instead.",
        "signing-in",
    ),
    _plain(
        "ADDRESS-OFTEN",
        "Too many changes of address",
        words.ADDRESS_OFTEN,
        "Wait an hour, and look for our mails under spam or junk meanwhile.",
        "signing-in",
    ),
    _plain(
        "ADDRESS-UNDO",
        "Taking your address back",
        "Whoever has the old mailbox can undo a change of address for seven days.",
        "Press Take it back, then choose a new password.",
        "signing-in",
    ),
    _plain(
        "ACCOUNT-LAST-ADMIN",
        "You are the last admin",
        words.STAYS_LAST.format(names="your organisation"),
        "Let somebody else be an admin there first.",
        "closing-an-account",
    ),
    _plain(
        "ACCOUNT-DELETE",
        "Deleting your account",
        "Your sign-in, your name and address go at once; organisations stay with those who remain.",
        "Download your data first if you want to keep it.",
        "closing-an-account",
    ),
    _plain(
        "ACCOUNT-NOTICES",
        "Which mails you get",
        "Each kind of news comes at once, once a day together, or not at all. Mails about your sign-in always come.",
        "Choose, and press Save.",
        "signing-in",
    ),
    _plain(
        "CONFIRM-IT-IS-YOU",
        "Confirming that it is you",
        "Before what could do harm in other hands we ask for your password once more, and for a code if you have them.",
        "Type both, and what you had begun goes on.",
        "signing-in",
    ),
)

_OWN_NUMBER = (
    _plain(
        "OWN-NUMBER-MISSING",
        "Your own business number isn’t on file",
        words.OWN_NUMBER_MISSING,
        "Press Add your number. An admin can.",
        "own-number",
    ),
    _plain(
        "OWN-NUMBER-INVALID",
        "That isn’t a valid number of yours",
        numbers.NOT_VALID,
        "Compare it with your registration, digit by digit.",
        "own-number",
    ),
    _plain(
        "OWN-NUMBER-ACTIVE",
        "The register knows your number",
        "It stands in the {register} under the name that the page shows.",
        "Nothing to do.",
        "own-number",
    ),
    _plain(
        "OWN-NUMBER-CANCELLED",
        "The register says your number was cancelled",
        "A cancelled number finds nobody on the network.",
        "Look it up in the {register}. If you have a new one, save it here.",
        "register-says",
    ),
    _plain(
        "OWN-NUMBER-NOT-FOUND",
        "The register doesn’t know your number",
        "It passes its check, but the {register} has nobody under it.",
        "Compare it with your registration, then save it once more.",
        "register-says",
    ),
    _plain(
        "OWN-NUMBER-UNCHECKED",
        "Your number isn’t checked yet",
        "The register couldn’t be asked; nothing waits for it.",
        "Go on. Saving the number once more asks the register again.",
        "register-says",
    ),
)

_ORGANISATION = (
    _plain(
        "ORGANISATION-NONE",
        "No organisation yet",
        "The name and number of your business stand on every invitation you send.",
        "Press Add your business.",
        "set-up",
    ),
    _plain(
        "ORGANISATION-CLOSED",
        "This organisation is closed",
        "An admin has ended it; its data is deleted 30 days after that.",
        "An admin can keep it until then: Your organisations, Export or keep.",
        "closing-an-account",
    ),
    _plain(
        "ORGANISATION-NEW",
        "Which business sends the invoices?",
        "Its name and number stand on every invitation; the number may follow later.",
        "Type both, and press Save and go on.",
        "set-up",
    ),
    _plain(
        "ORGANISATION-SEVERAL",
        "Several organisations",
        "Each line is a business of yours, with its ledgers and what they need.",
        "Press the ledger you want to work in.",
        "several-organisations",
    ),
)

PROBLEMS = (*_SIGNING_IN, *_CODES, *_OWN_NUMBER, *_ORGANISATION, *business_problems.PROBLEMS)
