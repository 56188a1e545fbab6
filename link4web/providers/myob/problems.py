"""What MYOB may refuse, in our words: what its errors say, and what the help centre says about them."""

from link4web.providers.base.problems import RECONNECT, SUPPORT, THERE, WAIT, Refusals, Told

REFUSALS = Refusals(
    {
        "MYOB-RATE": Told(
            "MYOB asks us to slow down", "MYOB asks us to slow down. We will go on in a moment.", WAIT, "sync-trouble"
        ),
        "MYOB-RATE-DAY": Told(
            "MYOB’s calls for today are used up",
            "MYOB’s limit of calls for one day is used up. We will go on tomorrow.",
            WAIT,
            "sync-trouble",
        ),
        "MYOB-OFFLINE": Told(
            "This business is offline at MYOB",
            "MYOB has this business offline for the moment, perhaps for an update. We will try again.",
            WAIT,
            "sync-trouble",
        ),
        "MYOB-STALE": Told(
            "Somebody was faster in MYOB",
            "This was changed in MYOB at the same moment. We will try again.",
            WAIT,
            "saving-back",
        ),
        "MYOB-FILE-LOGIN": Told(
            "MYOB asks for the company file’s own password",
            "MYOB asks for the company file’s own user name and password. We never ask for those, and MYOB no longer"
            " needs them for services like ours; our support can help.",
            SUPPORT,
            "changed-file-password",
        ),
        "MYOB-REJECTED": Told(
            "MYOB no longer lets us in",
            "MYOB no longer accepts our access. Please connect again.",
            RECONNECT,
            "connection-lost",
        ),
        "MYOB-KEY-INACTIVE": Told(
            "MYOB doesn’t accept the key of this service",
            "MYOB does not accept the key of this service. Our support can help.",
            SUPPORT,
            "sync-trouble",
        ),
        "MYOB-ACCESS-DENIED": Told(
            "MYOB no longer lets us into this business",
            "MYOB no longer lets us into this business. One of its administrators has to connect it again.",
            "An administrator of the business presses Reconnect MYOB and agrees there.",
            "who-may-connect",
        ),
        "MYOB-FORBIDDEN": Told(
            "MYOB doesn’t let this person do it",
            "MYOB does not let the person who connected do this.",
            "An administrator of the business presses Reconnect MYOB and agrees there.",
            "who-may-connect",
        ),
        "MYOB-READ-ONLY": Told(
            "MYOB lets us read, but not change",
            "MYOB lets us read this business but not change it. Its administrator can look into it.",
            "Nothing is missing here. An administrator may connect MYOB again if it should stand there too.",
            "who-may-connect",
        ),
        "MYOB-NOT-FOUND": Told(
            "MYOB doesn’t know this record any more",
            "MYOB does not know this record any more.",
            "Press Sync now: what is gone there is marked here.",
            "archived-or-merged",
        ),
        "MYOB-REFUSED": Told(
            "MYOB refused our request", "MYOB refused our request without saying why.", SUPPORT, "sync-trouble"
        ),
        "MYOB-VALIDATION": Told("MYOB didn’t accept this", "MYOB did not accept this.", THERE, "saving-back"),
        "MYOB-NAME-TAKEN": Told(
            "A customer with this name is in MYOB already",
            "A customer with this name is in MYOB already.",
            "Search for the name, or choose another one.",
            "missing-customer",
        ),
        "MYOB-NO-TAX-CODE": Told(
            "The business has no tax code for GST",
            "MYOB wants a tax code for GST on a new customer, and this business has none.",
            "Add the customer in MYOB itself, then press Sync now here.",
            "missing-customer",
        ),
        "MYOB-ARCHIVED": Told(
            "This customer is inactive in MYOB",
            "This customer is inactive in MYOB. Make it active there first.",
            "Make it active in MYOB, then press Sync now here.",
            "archived-or-merged",
        ),
        "MYOB-CHANGED": Told(
            "MYOB has another value meanwhile",
            "This was changed in MYOB since we last read it.",
            "Open the form again: it shows both values, and you choose.",
            "saving-back",
        ),
        "MYOB-NOT-KEPT": Told(
            "MYOB didn’t keep it",
            "MYOB took the change but did not keep it. Enter it in MYOB itself.",
            "Nothing is missing here. Enter it in MYOB as well if you want it there.",
            "saving-back",
        ),
        "MYOB-FIELD-TAKEN": Told(
            "Another number stands in that field",
            "MYOB’s field for a tax ID number holds another number, such as a GST number, so we left it alone.",
            "Nothing is missing here: the number is kept, and MYOB keeps its own.",
            "saving-back",
        ),
        "MYOB-NO-DRAFTS": Told(
            "MYOB needs no draft invoice",
            "MYOB needs no draft: everybody in its list is a customer.",
            "Nothing to do: press Sync now, and the customer shows up.",
            "missing-customer",
        ),
    }
)
