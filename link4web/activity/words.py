"""Every action of the trail in plain words. A test reads the sources for one that has none."""

from typing import NamedTuple

#: What the log can be narrowed to; the value of the filter and its label.
GROUPS = {
    "business": "Business and settings",
    "people": "People and access",
    "connections": "Connections",
    "customers": "Customers",
    "invitations": "Invitations",
    "support": "Support",
    "data": "Exports and closing",
}


class Act(NamedTuple):
    """A `group` of the filter, and what was done, as it follows the name of whoever did it.

    `{ledger}` in it is the accounting system.
    """

    group: str
    words: str


ACTIONS: dict[str, Act] = {
    "account.code": Act("people", "typed a security code"),
    "account.codes_set_up": Act("people", "set up security codes"),
    "account.codes_taken_away": Act("people", "took security codes away"),
    "account.confirmed": Act("people", "proved once more who they are"),
    "account.created_by_command": Act("people", "set up a sign-in on the server"),
    "account.deleted": Act("people", "deleted their sign-in"),
    "account.email_asked": Act("people", "asked for another e-mail address"),
    "account.email_changed": Act("people", "changed their e-mail address"),
    "account.email_undone": Act("people", "went back to their earlier e-mail address"),
    "account.exported": Act("data", "downloaded their own data"),
    "account.name": Act("people", "changed their name"),
    "account.notices": Act("people", "chose which mails they get"),
    "account.password_changed": Act("people", "changed their password"),
    "account.recovery_codes": Act("people", "made new recovery codes"),
    "account.reset_asked": Act("people", "asked for a new password"),
    "account.restored": Act("people", "let somebody sign in again"),
    "account.session_ended": Act("people", "signed out one of their browsers"),
    "account.sessions_ended": Act("people", "signed out everywhere else"),
    "account.sign_in": Act("people", "signed in"),
    "account.sign_out": Act("people", "signed out"),
    "account.sign_up": Act("people", "signed up"),
    "account.suspended": Act("people", "suspended somebody"),
    "account.verified": Act("people", "confirmed their address"),
    "activity.exported": Act("data", "downloaded the activity log"),
    "audit.anchored": Act("data", "wrote down how far each organisation’s trail has got"),
    "colleague.accepted": Act("people", "accepted the invitation to work here"),
    "colleague.declined": Act("people", "said no to the invitation to work here"),
    "colleague.invited": Act("people", "invited somebody to work here"),
    "colleague.resumed": Act("people", "was asked for invitations to work here again"),
    "colleague.stopped": Act("people", "was asked for no more invitations to work here"),
    "colleague.superseded": Act("people", "replaced an earlier invitation to work here"),
    "colleague.withdrawn": Act("people", "took an invitation to work here back"),
    "connection.connected": Act("connections", "connected"),
    "connection.consented": Act("connections", "gave consent at the accounting system"),
    "connection.declined": Act("connections", "took up nothing of a consent"),
    "connection.disconnected": Act("connections", "disconnected"),
    "connection.lost": Act("connections", "noticed that the connection had ended"),
    "contact.added": Act("customers", "added somebody new to {ledger}"),
    "contact.written": Act("support", "wrote to support"),
    "customer.draft_asked": Act("customers", "asked for a draft invoice"),
    "customer.draft_removed": Act("customers", "removed the draft invoice"),
    "customer.email": Act("customers", "entered an e-mail address"),
    "customer.invite_anyway": Act("customers", "chose to invite, whatever the ledger says"),
    "customer.number": Act("customers", "entered a business number"),
    "customer.write_back": Act("customers", "asked for a value to be written to {ledger}"),
    "customer.write_back_failed": Act("customers", "could not write a value to {ledger}"),
    "customer.written_back": Act("customers", "wrote a value to {ledger}"),
    "invitation.bounced": Act("invitations", "learnt that the mail was refused"),
    "invitation.declined": Act("invitations", "was told no"),
    "invitation.joined": Act("invitations", "joined through the invitation"),
    "invitation.resumed": Act("invitations", "was asked for e-mails again"),
    "invitation.sent": Act("invitations", "sent the invitation"),
    "invitation.stopped": Act("invitations", "was asked for no more e-mails"),
    "invitation.unknown": Act("invitations", "doesn’t know whether the mail arrived"),
    "invitations.asked": Act("invitations", "pressed Send for a batch of invitations"),
    "invitations.exported": Act("data", "downloaded a batch of invitations"),
    "invitations.hastened": Act("invitations", "let a batch leave at once"),
    "invitations.undone": Act("invitations", "took a batch back before it left"),
    "invitations.withdrawn": Act("invitations", "withdrew invitations, because the account was closed"),
    "mail.sent": Act("support", "sent a mail"),
    "membership.changed": Act("people", "changed what somebody may do"),
    "membership.left": Act("people", "left the organisation"),
    "membership.removed": Act("people", "took somebody out of the organisation"),
    "membership.sessions_ended": Act("people", "signed somebody out everywhere"),
    "network.joined": Act("invitations", "joined the network by invitation of"),
    "organisation.addresses": Act("business", "changed the addresses"),
    "organisation.bank": Act("business", "changed the bank account"),
    "organisation.bank_removed": Act("business", "removed the bank account"),
    "organisation.bank_seen": Act("business", "looked at the bank account"),
    "organisation.closed": Act("data", "closed the account"),
    "organisation.created": Act("business", "set up the organisation"),
    "organisation.deleted": Act("data", "deleted the organisation’s data"),
    "organisation.details": Act("business", "changed name or time zone"),
    "organisation.export_asked": Act("data", "asked for an export of all data"),
    "organisation.export_failed": Act("data", "could not make the export"),
    "organisation.export_ready": Act("data", "made the export"),
    "organisation.exported": Act("data", "downloaded the export of all data"),
    "organisation.invitations": Act("business", "changed what invitations begin with"),
    "organisation.kept": Act("data", "kept the account after all"),
    "organisation.number": Act("business", "entered the own business number"),
    "support.allowed": Act("support", "let support in until a day"),
    "support.appointed": Act("support", "was appointed to support"),
    "support.asked": Act("support", "asked to be let in"),
    "support.decided": Act("support", "answered support’s request"),
    "support.did": Act("support", "used a control"),
    "support.disallowed": Act("support", "no longer lets support in without asking"),
    "support.dismissed": Act("support", "was dismissed from support"),
    "support.ended": Act("support", "ended the visit of support"),
    "support.looked": Act("support", "looked at it in the support console"),
    "support.may_write": Act("support", "took the step that allows changes"),
    "support.searched": Act("support", "searched in the support console"),
    "support.started": Act("support", "began a visit"),
    "support.taken_back": Act("support", "took support’s permission back"),
    "support.tool.lift": Act("support", "let mails go to an address again"),
    "support.tool.release": Act("support", "released a ledger file that was disconnected"),
    "support.tool.requeue": Act("support", "gave a failed job another try"),
    "support.tool.sync": Act("support", "started a sync"),
    "support.tool.verification": Act("support", "sent the mail to confirm an address again"),
    "support.viewed": Act("support", "looked at a page"),
    "tenancy.refused": Act("support", "was kept out of another organisation"),
}


def words_of(action: str, ledger: str = "the accounting system") -> str:
    """What was done, in the name of the `ledger` where it is known; an action of another release stands for itself."""
    act = ACTIONS.get(action)
    return act.words.format(ledger=ledger) if act else action.replace(".", " ").replace("_", " ")


def actions_of(group: str) -> list[str]:
    """The actions that a value of the filter leaves."""
    return [action for action, act in ACTIONS.items() if act.group == group]
