"""What may be in a customer's way, for the help centre: each state in the words of the pages, with its fix."""

from link4web.customers import states, words
from link4web.help.problems import Problem, code_of

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


def state_code(state: str) -> str:
    """The code of a customer's state."""
    return code_of("CUSTOMER", state)


PROBLEMS = tuple(
    Problem(
        code=state_code(state),
        title=words.STATES[state][0],
        sentence=words.STATES[state][2],
        fix=fix,
        article=article,
        at=at,
    )
    for state, (fix, article, at) in FIXES.items()
)
