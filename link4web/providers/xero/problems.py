"""What Xero may refuse, in our words: what its errors say, and what the help centre says about them."""

from link4web.providers.base.problems import RECONNECT, SUPPORT, THERE, WAIT, Refusals, Told

REFUSALS = Refusals(
    {
        "XERO-RATE-APP": Told(
            "Xero is answering many people at once",
            "Xero is answering many people at once. We will go on shortly.",
            WAIT,
            "sync-trouble",
        ),
        "XERO-RATE-DAY": Told(
            "Xero’s calls for today are used up",
            "Xero’s limit of calls for one day is used up. We will go on when it resets.",
            WAIT,
            "sync-trouble",
        ),
        "XERO-RATE-MINUTE": Told(
            "Xero asks us to slow down",
            "Xero asks us to slow down. We will go on within a minute or so.",
            WAIT,
            "sync-trouble",
        ),
        "XERO-RATE-CONCURRENT": Told(
            "Xero is busy with our other questions",
            "Xero is busy with our other questions. We will go on in a moment.",
            WAIT,
            "sync-trouble",
        ),
        "XERO-RATE": Told(
            "Xero asks us to slow down", "Xero asks us to slow down. We will go on shortly.", WAIT, "sync-trouble"
        ),
        "XERO-ORGANISATION-OFFLINE": Told(
            "Xero has this organisation offline",
            "Xero has taken this organisation offline for a moment. We will try again in five minutes.",
            WAIT,
            "sync-trouble",
        ),
        "XERO-MAINTENANCE": Told(
            "Xero is closed for maintenance",
            "Xero is closed for maintenance. We will go on afterwards.",
            WAIT,
            "sync-trouble",
        ),
        "XERO-SCOPE": Told(
            "A permission is missing in Xero",
            "Xero needs a permission that this connection does not have. Please connect again.",
            "Press Reconnect Xero and allow everything that it asks.",
            "permissions",
        ),
        "XERO-REJECTED": Told(
            "Xero no longer lets us in",
            "Xero no longer accepts our access. Please connect again.",
            RECONNECT,
            "connection-lost",
        ),
        "XERO-DISCONNECTED": Told(
            "This organisation was disconnected in Xero",
            "This organisation was disconnected in Xero. Connect it again to go on; nothing is lost.",
            RECONNECT,
            "connection-lost",
        ),
        "XERO-FORBIDDEN": Told(
            "Xero doesn’t let this person do it",
            "Xero does not let the person who connected do this. Their role in Xero may have changed.",
            "Give them a role that may change contacts and invoices there, or let somebody else press Reconnect Xero.",
            "who-may-connect",
        ),
        "XERO-NOT-FOUND": Told(
            "Xero doesn’t know this record any more",
            "Xero does not know this record any more.",
            "Press Sync now: what is gone there is marked here.",
            "archived-or-merged",
        ),
        "XERO-REFUSED": Told(
            "Xero refused our request", "Xero refused our request without saying why.", SUPPORT, "sync-trouble"
        ),
        "XERO-HIGH-VOLUME": Told(
            "This organisation is too large for one question",
            "This Xero organisation is too large for that question.",
            SUPPORT,
            "sync-trouble",
        ),
        "XERO-IDEMPOTENCY": Told(
            "Xero took this for an earlier request",
            "Xero took this for a different request sent before.",
            "Try it once more. If it stays, write to support with the code.",
            "saving-back",
        ),
        "XERO-VALIDATION": Told("Xero didn’t accept this", "Xero did not accept this.", THERE, "saving-back"),
        "XERO-NAME-TAKEN": Told(
            "A contact with this name is in Xero already",
            "A contact with this name is in Xero already.",
            "Search for the name, or choose another one.",
            "missing-customer",
        ),
        "XERO-ARCHIVED": Told(
            "This contact is archived in Xero",
            "This contact is archived in Xero. Restore it there first.",
            "Open the contact in Xero, choose Restore, then press Sync now here.",
            "archived-or-merged",
        ),
        "XERO-CHANGED": Told(
            "Xero has another value meanwhile",
            "This was changed in Xero since we last read it.",
            "Open the form again: it shows both values, and you choose.",
            "saving-back",
        ),
        "XERO-NOT-KEPT": Told(
            "Xero didn’t keep it",
            "Xero took the change but did not keep it. Enter it in Xero itself.",
            "Nothing is missing here. Enter it in Xero as well if you want it there.",
            "saving-back",
        ),
        "XERO-DRAFT-CHANGED": Told(
            "The draft has been worked on",
            "Somebody has worked on this draft in Xero, so we left it there. Delete it in Xero.",
            "Open the draft in Xero and delete it there, if nobody needs it.",
            "draft-invoice",
        ),
    }
)
