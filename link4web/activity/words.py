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
    """A `group` of the filter, and what was done, as it follows the name of whoever did it."""

    group: str
    words: str


ACTIONS: dict[str, Act] = {
    "account.created_by_command": Act("people", "set up a sign-in on the server"),
    "account.name": Act("people", "changed their name"),
    "account.password_changed": Act("people", "changed their password"),
    "account.reset_asked": Act("people", "asked for a new password"),
    "account.sign_in": Act("people", "signed in"),
    "account.sign_out": Act("people", "signed out"),
    "account.signed_out_others": Act("people", "signed out everywhere else"),
    "account.sign_up": Act("people", "signed up"),
    "account.verified": Act("people", "confirmed their address"),
    "activity.exported": Act("data", "downloaded the activity log"),
    "connection.connected": Act("connections", "connected"),
    "connection.consented": Act("connections", "gave consent at the accounting system"),
    "connection.declined": Act("connections", "took up nothing of a consent"),
    "connection.disconnected": Act("connections", "disconnected"),
    "connection.lost": Act("connections", "noticed that the connection had ended"),
    "contact.added": Act("customers", "added a contact to the accounting system"),
    "contact.written": Act("support", "wrote to support"),
    "customer.draft_asked": Act("customers", "asked for a draft invoice"),
    "customer.draft_removed": Act("customers", "removed the draft invoice"),
    "customer.email": Act("customers", "entered an e-mail address"),
    "customer.invite_anyway": Act("customers", "chose to invite, whatever the ledger says"),
    "customer.number": Act("customers", "entered a business number"),
    "customer.write_back": Act("customers", "wrote back to the accounting system"),
    "customer.write_back_failed": Act("customers", "could not write back to the accounting system"),
    "invitation.bounced": Act("invitations", "learnt that the mail was refused"),
    "invitation.declined": Act("invitations", "was told no"),
    "invitation.joined": Act("invitations", "joined through the invitation"),
    "invitation.queued": Act("invitations", "queued an invitation"),
    "invitation.resumed": Act("invitations", "was asked for e-mails again"),
    "invitation.sent": Act("invitations", "sent the invitation"),
    "invitation.stopped": Act("invitations", "was asked for no more e-mails"),
    "invitation.undone": Act("invitations", "took the invitation back"),
    "invitation.unknown": Act("invitations", "doesn’t know whether the mail arrived"),
    "invitations.asked": Act("invitations", "pressed Send for a batch of invitations"),
    "invitations.exported": Act("data", "downloaded a batch of invitations"),
    "invitations.undone": Act("invitations", "took a batch back before it left"),
    "invitations.withdrawn": Act("invitations", "withdrew invitations, because the account was closed"),
    "mail.sent": Act("support", "sent a mail"),
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
    "tenancy.refused": Act("support", "was kept out of another organisation"),
}


def words_of(action: str) -> str:
    """What was done; an action of a newer or older release stands for itself."""
    act = ACTIONS.get(action)
    return act.words if act else action.replace(".", " ").replace("_", " ")


def actions_of(group: str) -> list[str]:
    """The actions that a value of the filter leaves."""
    return [action for action, act in ACTIONS.items() if act.group == group]
