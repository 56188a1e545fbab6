"""What may be in the way of inviting and of joining, for the help centre, each with its fix."""

from collections.abc import Iterator

from link4web.help.problems import Problem
from link4web.invitations import words
from link4web.invitations.eligibility import MOST, OFTEN, RECENTLY
from link4web.providers.base.problems import WAIT

#: What an invited business can do about a link that doesn't work, and the article that tells more.
CLOSED_FIXES = {
    "joined": ("Sign in.", "join-trouble"),
    "expired": ("Press Ask for a new invitation.", "join-trouble"),
    "superseded": ("Open the latest mail and use its link.", "join-trouble"),
    "declined": ("Sign up by yourself, or ask them to invite you again.", "join-trouble"),
    "revoked": ("Ask whoever invited you.", "join-trouble"),
    "unknown": ("Copy the whole link from the mail into your browser.", "join-trouble"),
}


def _plain(code: str, title: str, sentence: str, fix: str, article: str) -> Problem:
    return Problem(code=code, title=title, sentence=sentence, fix=fix, article=article)


def _sentence(part: str) -> str:
    """A part of the review's words as a sentence."""
    return part[:1].upper() + part[1:] + "."


def _closed() -> Iterator[Problem]:
    for state, (title, sentence) in words.CLOSED.items():
        fix, article = CLOSED_FIXES[state]
        said = sentence.replace("{inviter}", "Whoever invited you")
        yield _plain(words.closed_code(state), title.rstrip("."), said, fix, article)


_INVITING = (
    _plain(
        words.left_out_code(RECENTLY),
        "Invited in the last 24 hours",
        _sentence(words.RECENTLY),
        "Wait until tomorrow; nobody likes to be asked twice a day.",
        "mail-limits",
    ),
    _plain(
        words.left_out_code(OFTEN),
        "Asked often enough",
        _sentence(words.OFTEN.format(most=MOST)),
        "Call them, or use another address of theirs.",
        "mail-limits",
    ),
    _plain(
        "INVITE-NOBODY",
        "Nobody to invite yet",
        "Everyone you selected is left out, for the reasons on the page.",
        "Press what stands beside each reason.",
        "review-and-send",
    ),
    _plain(
        "INVITE-CHANGED",
        "The numbers have changed",
        "Customers have changed since you selected them, or since the page was shown.",
        "Look at the page again, then send.",
        "review-and-send",
    ),
    _plain(
        "INVITE-OUT-OF-DATE",
        "The page is out of date",
        words.OUT_OF_DATE,
        "Look at it again, then send.",
        "review-and-send",
    ),
    _plain(
        "INVITE-SHARED",
        "Some share an address",
        "Each address gets one mail for all customers behind it.",
        "Nothing to do.",
        "same-address",
    ),
    _plain(
        "INVITE-UNCHECKED",
        "Nobody has checked who can receive already",
        "Link4web doesn’t look that up yet.",
        "Nothing to do: whoever can receive will say so on the page behind the link.",
        "already-elsewhere",
    ),
    _plain(
        "INVITE-NOTHING-LEFT",
        "Nothing is selected any more",
        words.NOTHING_LEFT,
        "Look under Invited, or select again.",
        "review-and-send",
    ),
    _plain(
        "INVITE-TOO-LATE", "Too late to undo", words.TOO_LATE, "Call whoever should not have got it.", "review-and-send"
    ),
    _plain(
        "INVITE-MESSAGE-LONG",
        "The message is too long",
        "It takes as many characters as the page says.",
        "Leave out what the mail says anyway.",
        "review-and-send",
    ),
    _plain(
        "INVITE-MESSAGE-LINK",
        "A link stands in the message",
        "Links and addresses of your own make the mail look like fraud, so they are left out.",
        "Take it out. The mail has a link of its own, and answers come to you.",
        "review-and-send",
    ),
    _plain(
        "INVITE-DEFAULTS",
        "What every invitation begins with",
        "An admin chooses once whether customers may bring their number, and which message stands ready.",
        "Save it here; each batch may still be changed on its review page.",
        "review-and-send",
    ),
    _plain(
        "INVITE-CAPPED",
        "Some invitations wait",
        "A limit holds them back; the page says which, and until when.",
        WAIT,
        "mail-limits",
    ),
    _plain(
        "INVITE-SLOW",
        "Your invitations go slowly",
        "Many came back, were stopped, or had no answer, so fewer leave a day until that is better.",
        "Check the addresses, and write a message of your own.",
        "mail-limits",
    ),
    _plain(
        "INVITE-REVIEW",
        "Before anything is sent",
        "The page shows who gets a mail, who is left out and why, and what the mail says.",
        "Look through it, then press Send.",
        "review-and-send",
    ),
    _plain(
        "INVITE-RECIPIENTS",
        "Who exactly gets a mail",
        "These are the selected customers for whom nothing stands in the way.",
        "Go back to the review to send, or to change the selection.",
        "review-and-send",
    ),
)

_BATCH = (
    _plain(
        "BATCH-WAITING",
        "The invitations wait for a minute",
        "Nothing has left yet, so you can still take them back.",
        "Press Undo, or Send now.",
        "review-and-send",
    ),
    _plain(
        "BATCH-SENDING",
        "The invitations are leaving",
        "They go out one after the other; the page counts them.",
        "Nothing to do. You can leave the page.",
        "after-inviting",
    ),
    _plain(
        "BATCH-DONE",
        "The invitations have left",
        "Whoever opens the mail can join in about a minute.",
        "Wait for an answer; you get a mail when somebody joins.",
        "after-inviting",
    ),
    _plain(
        "BATCH-UNDONE",
        "You took them back",
        "Nothing was sent, and the customers are as they were.",
        "Select again when you like.",
        "review-and-send",
    ),
    _plain("MAIL-REFUSED", "The address was refused", words.REFUSED, "Press Fix e-mail, then invite again.", "bounced"),
    _plain(
        "MAIL-UNREACHABLE",
        "Their mail server doesn’t answer",
        words.UNREACHABLE,
        "Check the address, then invite again.",
        "bounced",
    ),
    _plain(
        "MAIL-UNKNOWN",
        "Nobody knows whether it arrived",
        words.UNKNOWN,
        "Ask the customer before you invite again.",
        "bounced",
    ),
    _plain(
        "MAIL-STOPPED",
        "They want no more e-mails",
        words.STOPPED,
        "Call them. Only they can open this door again.",
        "unsubscribed",
    ),
    _plain(
        "MAIL-CHANGED", "The customer was changed meanwhile", words.CHANGED, "Invite them again.", "review-and-send"
    ),
    _plain(
        "MAIL-WITHDRAWN",
        "The invitation was withdrawn",
        words.WITHDRAWN,
        "If the account has been kept after all, invite them again.",
        "closing-an-account",
    ),
)

_JOINING = (
    _plain(
        "JOIN-OPEN",
        "You have been invited",
        "A supplier of yours would like to send you its invoices as data.",
        "Check what is known about you, then press Join and receive eInvoices.",
        "invitation-received",
    ),
    _plain(
        "JOIN-STEPS",
        "Your details",
        "This is what your supplier has on file about you.",
        "Change what isn’t right, choose a password, and join.",
        "join",
    ),
    _plain(
        "JOIN-NUMBER",
        "That isn’t a valid number",
        "Your business number finds you on the network, so its digits have to fit together.",
        "Compare it with your registration, digit by digit.",
        "join",
    ),
    _plain(
        "JOIN-HAS-ACCOUNT",
        "You have a sign-in already",
        words.HAS_ACCOUNT.replace("{email}", "this address"),
        "Press Sign in.",
        "join-trouble",
    ),
    _plain(
        "JOIN-OTHER-SIGN-IN",
        "You are signed in with another address",
        "The invitation went to another address than the one you are signed in with.",
        "Choose for which business you join, or switch to another sign-in.",
        "join-trouble",
    ),
    _plain(
        "JOIN-VERIFY-FIRST",
        "Confirm your address first",
        words.VERIFY_FIRST,
        "Open the link in our mail to you.",
        "join-trouble",
    ),
    _plain(
        "JOIN-OTHER-ADDRESS",
        "Another address has to be confirmed",
        "The invitation went to one address, and you typed another.",
        "Open the link in the mail to the one you typed, sign in, then open the invitation once more.",
        "join-trouble",
    ),
    _plain("JOIN-NOT-YOURS", "That business isn’t yours", words.NOT_YOURS, "Choose one of your own.", "join-trouble"),
    _plain(
        "JOIN-DONE",
        "You have joined",
        "Whoever invited you has been told.",
        "Nothing. Connect your accounting system when you like.",
        "join",
    ),
    _plain(
        "JOIN-DECLINE",
        "You would rather not",
        "Whoever invited you sees your answer, and can’t invite this address again.",
        "Press Say no, or go back.",
        "already-elsewhere",
    ),
    _plain(
        "JOIN-ASKED",
        "We have asked for a new invitation",
        "If they invite you again, the mail comes to the same address.",
        "Wait for their mail.",
        "join-trouble",
    ),
    _plain(
        "STOP-CONFIRM",
        "Stop these e-mails",
        "Opening the page changes nothing; the button does, at once and for good.",
        "Press one of the two buttons.",
        "stop-mails",
    ),
    _plain(
        "STOPPED",
        "No more of these e-mails",
        "That includes mail that was already waiting to be sent.",
        "Nothing. Undo takes it back.",
        "stop-mails",
    ),
)

PROBLEMS = (*_INVITING, *_BATCH, *_closed(), *_JOINING)
