"""What may be in a customer's way, for the help centre: each state in the words of the pages, with its fix."""

from collections.abc import Iterator

from link4web.connections import upkeep
from link4web.customers import popup_words, states, words
from link4web.help.problems import Problem, code_of
from link4web.mail import address
from link4web.providers.base.problems import RECONNECT, WAIT
from link4web.registers import numbers

#: What to do in each state, and the article that tells more.
FIXES = {
    states.CAN_INVITE: ("Tick them and press Invite selected, or press Invite in the row.", "invite-customers", ""),
    states.NEEDS_NUMBER: ("Press Add {scheme} in the customer’s row.", "add-number", ""),
    states.NEEDS_EMAIL: ("Press Add e-mail in the customer’s row.", "add-email", ""),
    states.INVITED: ("Wait, or call them: the mail may have ended up with spam.", "after-inviting", ""),
    states.JOINED: ("Nothing. Their page says when they joined.", "after-joining", ""),
    states.BOUNCED: ("Press Fix e-mail, correct the address, then invite again.", "bounced", ""),
    states.DECLINED: (
        "Ask them why; their page shows what they said, if they said anything.",
        "declined-or-expired",
        "declined",
    ),
    states.EXPIRED: ("Press Resend to invite them again.", "declined-or-expired", "expired"),
    states.UNSUBSCRIBED: ("Call them. Only they can open this door again.", "unsubscribed", ""),
    states.NOT_CUSTOMER: ("Choose one of the three ways on their page.", "missing-customer", ""),
    states.ARCHIVED: ("Bring them back in {provider}, then press Sync now.", "archived-or-merged", ""),
    states.LEFT_LEDGER: ("Bring them back in {provider}, or leave it as it is.", "archived-or-merged", ""),
}


#: The same for a list without rows, by the queue's name in the address.
EMPTY_FIXES = {
    "can-invite": ("Look into the queues of those who need something.", "invite-customers"),
    "needs-number": ("Nothing to do here.", "customer-states"),
    "needs-email": ("Nothing to do here.", "customer-states"),
    "invited": ("Choose whom to invite.", "after-inviting"),
    "joined": ("Nothing to do but wait, or call them.", "after-joining"),
    "problems": ("Nothing to do here.", "customer-states"),
    "not-customer": ("Nothing to do here.", "missing-customer"),
    "archived": ("Nothing to do here.", "archived-or-merged"),
    "sync": ("Press Sync now to ask {provider} again.", "sync"),
    "": ("Add your first {contact} here, or in {provider} and press Sync now.", "missing-customer"),
}
GONE_FIXES = {
    "archived": "Bring this {contact} back in {provider}, then press Sync now.",
    "merged": "Invite the {contact} that is left.",
    "erased": "Nothing to do.",
    "": "Look in {provider}, or press Sync now.",
}
DRAFT_FIXES = {
    "asked": "Reload the page in a moment.",
    "made": "Press Remove the draft when you no longer need it.",
    "failed": "Read what {provider} said on the customer’s page, or choose another way there.",
}


def state_code(state: str) -> str:
    """The code of a customer's state."""
    return code_of("CUSTOMER", state)


def empty_code(queue: str) -> str:
    """The code of a list without rows; `queue` is a key of `words.EMPTY_WORDS`."""
    return code_of("EMPTY", queue or "all")


def gone_code(status: str) -> str:
    """The code of somebody no longer in use; `status` is a key of `words.GONE`."""
    return code_of("CONTACT", status or "gone")


def draft_code(state: str, message: str) -> str:
    """The code of a draft invoice in this state; `message` is what has been said about it since."""
    if state == "made" and message:
        return "DRAFT-WAITING" if message == words.DRAFT_NOT_YET else "DRAFT-KEPT"
    return code_of("DRAFT", state)


def _states() -> Iterator[Problem]:
    for state, (fix, article, at) in FIXES.items():
        word, _, why = words.STATES[state]
        yield Problem(code=state_code(state), title=word, sentence=why, fix=fix, article=article, at=at)


def _empty_lists() -> Iterator[Problem]:
    for queue, (title, sentence) in words.EMPTY_WORDS.items():
        fix, article = EMPTY_FIXES[queue]
        yield Problem(code=empty_code(queue), title=title, sentence=sentence, fix=fix, article=article)


def _gone() -> Iterator[Problem]:
    for status, (title, sentence) in words.GONE.items():
        title = title.replace("{name}", "This {contact}")
        fix = GONE_FIXES[status]
        yield Problem(code=gone_code(status), title=title, sentence=sentence, fix=fix, article="archived-or-merged")


def _drafts() -> Iterator[Problem]:
    for state, said in words.DRAFTS.items():
        sentence = said.replace("{name}", "them")
        title = {"asked": "The draft is on its way", "made": "There is a draft of ours"}.get(state, "No draft was made")
        yield Problem(
            code=draft_code(state, ""),
            title=title,
            sentence=sentence,
            fix=DRAFT_FIXES[state],
            article="missing-customer",
        )


def _plain(code: str, title: str, sentence: str, fix: str, article: str) -> Problem:
    return Problem(code=code, title=title, sentence=sentence, fix=fix, article=article)


_SYNC = (
    _plain("SYNC-NEVER", "Not synced yet", words.SYNC_NEVER + ".", "Press Sync now.", "sync"),
    _plain("SYNC-WAITING", "The sync waits", words.SYNC_SLOW, upkeep.CURE_WAITING.format(when=""), "sync-trouble"),
    _plain("SYNC-FAILED", "The last sync stopped", words.SYNC_FAILED, upkeep.CURE_FAILED, "sync-trouble"),
    _plain(
        "SYNC-SHORT", "{provider} sent too little", words.SYNC_SHORT, "Press Sync now in a few minutes.", "sync-trouble"
    ),
    _plain("CONNECTED-AGAIN", "Somebody has just connected again", words.CONNECTED_AGAIN, WAIT, "sync-trouble"),
    _plain(
        "SYNC-FIRST",
        "The first sync is under way",
        "The first customers show up as soon as {provider} has sent its first page.",
        "Wait a moment; the page fills by itself.",
        "sync",
    ),
    _plain(
        "CONTACT-SKIPPED",
        "Some {contact}s were skipped",
        "{provider} sent them in a way that we can’t take in, and the page says why for each.",
        "Put them right in {provider}, then press Sync now.",
        "skipped",
    ),
)

_SEARCH = (
    _plain(
        "SEARCH-NOTHING",
        "Nobody found",
        "No {contact} here fits. The page says whether {provider} itself could be asked.",
        "Check the spelling, press Ask {provider} again, or add them here.",
        "missing-customer",
    ),
    _plain(
        "ADD-REFUSED",
        "{provider} didn’t take the new {contact}",
        "The page says what {provider} said to it; nothing was added.",
        "Change what it names, then add again.",
        "missing-customer",
    ),
    _plain("SELECTION-NOTHING", "Nobody is selected", words.NOTHING_SELECTED, "Tick somebody first.", "select-many"),
    _plain(
        "SELECTION-TOO-MANY",
        "Too many single ticks",
        words.TOO_MANY,
        "Press Select all, then untick some.",
        "select-many",
    ),
    _plain(
        "SELECTION-CLEARED",
        "The selection was cleared",
        "A selection belongs to its list, and the list has changed.",
        "Press Undo to have it back.",
        "select-many",
    ),
)

_NUMBERS = (
    _plain(
        "NUMBER-ASKED",
        "Their {scheme}",
        "The network finds businesses by it.",
        "Take one of the suggestions, or type it, then press Save.",
        "add-number",
    ),
    _plain(
        "NUMBER-MISSING",
        "No number was typed",
        numbers.ask(None),
        "Type it, or press Cancel.",
        "add-number",
    ),
    _plain("NUMBER-MALFORMED", "That isn’t the shape of a number", numbers.shape(None), "Type {digits}.", "add-number"),
    _plain(
        "NUMBER-CHECKSUM",
        "The digits don’t fit together",
        numbers.NOT_VALID,
        "Compare it with their invoice, digit by digit.",
        "add-number",
    ),
    _plain(
        "NUMBER-OTHER-NAME",
        "The register has another name",
        "The number is valid, but the {register} has it under another name than you.",
        "Look at both names, then press Save again if it is right.",
        "register-says",
    ),
    _plain(
        "NUMBER-SHARED",
        "Another customer has this number",
        "Two customers of yours have the same {scheme}. Branches of one business may share it.",
        "Look whether one of them is there twice, then press Save again if it is right.",
        "register-says",
    ),
    _plain(
        "NUMBER-CANCELLED",
        "The number was cancelled",
        popup_words.CANCELLED.replace(" ({name})", ""),
        "Ask the customer for the one they have now.",
        "register-says",
    ),
    _plain(
        "NUMBER-NOT-FOUND",
        "The register doesn’t know it",
        popup_words.NOT_FOUND,
        "Compare it with their invoice, then press Save again if it is right.",
        "register-says",
    ),
    _plain(
        "NUMBER-REGISTER-DOWN",
        "The register doesn’t answer",
        popup_words.UNANSWERED,
        "Save it all the same.",
        "register-says",
    ),
    _plain(
        "NUMBER-HIDDEN",
        "{provider} shows only the end of the number",
        "{provider} has an {scheme} and shows us no more of it than its end.",
        "Enter it once. It is compared by its ending.",
        "add-number",
    ),
    _plain(
        "NUMBER-ENDING",
        "The number ends otherwise in {provider}",
        "{provider} has an {scheme} that ends otherwise than the one you typed.",
        "Compare both, then press Save again if yours is right.",
        "add-number",
    ),
    _plain(
        "NUMBER-CONFLICT",
        "{provider} has another number",
        "{provider} has one number for this {contact}, and you typed another.",
        "Tick Also save in {provider} to replace it there, or leave it: then yours is used here only.",
        "saving-back",
    ),
    _plain(
        "NUMBER-NO-FIELD",
        "{provider} has no field for it",
        popup_words.NO_FIELD,
        "Nothing to do: it is kept here, and that is where it is needed.",
        "saving-back",
    ),
    _plain(
        "NUMBER-WITHOUT",
        "Invite without a number",
        popup_words.WITHOUT,
        "They are asked for it when they join.",
        "add-number",
    ),
)

_EMAILS = (
    _plain(
        "EMAIL-ASKED",
        "Their e-mail address",
        "The invitation goes there, and so does what they answer to.",
        "Type the address where they deal with invoices, then press Save.",
        "add-email",
    ),
    _plain("EMAIL-MISSING", "No address was typed", address.MISSING, "Type it, or press Cancel.", "add-email"),
    _plain(
        "EMAIL-LONG",
        "The address is too long",
        address.TOO_LONG,
        "Look for a blank or a second address in it.",
        "add-email",
    ),
    _plain(
        "EMAIL-MALFORMED",
        "That isn’t an e-mail address",
        address.MALFORMED,
        "Compare it with one of their mails.",
        "add-email",
    ),
    _plain(
        "EMAIL-CONFLICT",
        "{provider} has another address",
        "{provider} has one address for this {contact}, and you typed another.",
        "Tick Also save in {provider} to replace it there, or leave it: then yours is used here only.",
        "saving-back",
    ),
)

_LEDGER = (
    _plain(
        "DRAFT-WAITING",
        "Not a customer yet, in spite of the draft",
        words.DRAFT_NOT_YET,
        "Press Invite, or wait for the next sync.",
        "missing-customer",
    ),
    _plain(
        "DRAFT-KEPT",
        "The draft is still there",
        "We could not take the draft out of {provider}; the page says why.",
        "Delete it in {provider} itself.",
        "missing-customer",
    ),
    _plain(
        "WRITE-BACK-WAITS",
        "Not in {provider} yet",
        words.WAITS.replace("{what}", "value"),
        "Wait a moment; the page of the {contact} says how it ended.",
        "saving-back",
    ),
    _plain("WRITE-BACK-ENDED", "Not saved in {provider}", words.ENDED, RECONNECT, "saving-back"),
    _plain(
        "WRITE-BACK-FAILED",
        "Not saved in {provider}",
        words.TIRED,
        "Press Try again on the customer’s page, or put it right in {provider}. Here it is kept.",
        "saving-back",
    ),
)

PROBLEMS = (
    *_states(),
    *_empty_lists(),
    *_gone(),
    *_drafts(),
    *_SYNC,
    *_SEARCH,
    *_NUMBERS,
    *_EMAILS,
    *_LEDGER,
)
