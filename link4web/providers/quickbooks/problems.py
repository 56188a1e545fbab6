"""What QuickBooks may refuse, in our words: what its errors say, and what the help centre says about them."""

from link4web.providers.base.problems import RECONNECT, SUPPORT, THERE, WAIT, Refusals, Told

_ONCE = "QuickBooks takes each name once only, so choose another one, such as the name with its town."
_OTHER_NAME = "Type another name, such as the name with its town, and add it again."

REFUSALS = Refusals(
    {
        "QBO-RATE": Told(
            "QuickBooks asks us to slow down",
            "QuickBooks asks us to slow down. We will go on in a minute or so.",
            WAIT,
            "sync-trouble",
        ),
        "QBO-BUSY": Told(
            "Somebody is changing this customer",
            "Somebody is changing this customer in QuickBooks right now. We will try again.",
            WAIT,
            "saving-back",
        ),
        "QBO-USER-LOST": Told(
            "Whoever connected QuickBooks has no access any more",
            "The person who connected QuickBooks no longer has access to this company. Another admin has to connect"
            " it.",
            "An admin of the company presses Reconnect QuickBooks and signs in there as themselves.",
            "who-may-connect",
        ),
        "QBO-NOT-AUTHORISED": Told(
            "QuickBooks doesn’t let us into this company",
            "QuickBooks does not allow us into this company. An admin has to connect it again.",
            RECONNECT,
            "connection-lost",
        ),
        "QBO-REJECTED": Told(
            "QuickBooks no longer lets us in",
            "QuickBooks no longer accepts our access. Please connect again.",
            RECONNECT,
            "connection-lost",
        ),
        "QBO-FORBIDDEN": Told(
            "QuickBooks doesn’t let this person do it",
            "QuickBooks does not let the person who connected do this. Their role there may have changed.",
            "Somebody who is an admin of the company presses Reconnect QuickBooks.",
            "who-may-connect",
        ),
        "QBO-LAPSED": Told(
            "The QuickBooks subscription has ended",
            "QuickBooks has made this company read-only: its subscription has ended. Renew it in QuickBooks first.",
            "Renew the subscription in QuickBooks, then press Sync now here.",
            "sync-trouble",
        ),
        "QBO-UNSUPPORTED": Told(
            "QuickBooks doesn’t offer this", "QuickBooks does not offer this.", SUPPORT, "sync-trouble"
        ),
        "QBO-NOT-FOUND": Told(
            "QuickBooks doesn’t know this customer any more",
            "QuickBooks does not know this customer any more.",
            "Press Sync now: what is gone there is marked here.",
            "archived-or-merged",
        ),
        "QBO-QUERY": Told(
            "QuickBooks didn’t understand our question",
            "QuickBooks did not understand our question. Our support can help.",
            SUPPORT,
            "sync-trouble",
        ),
        "QBO-REFUSED": Told(
            "QuickBooks refused our request",
            "QuickBooks refused our request without saying why.",
            SUPPORT,
            "sync-trouble",
        ),
        "QBO-VALIDATION": Told(
            "QuickBooks didn’t accept this", "QuickBooks did not accept this.", THERE, "saving-back"
        ),
        "QBO-NAME-TAKEN": Told(
            "A customer with this name is in QuickBooks already",
            "A customer with this name is in QuickBooks already.",
            "Search for the name, or choose another one.",
            "missing-customer",
        ),
        "QBO-NAME-SUPPLIER": Told(
            "A supplier has this name already",
            f"A supplier in QuickBooks has this name. {_ONCE}",
            _OTHER_NAME,
            "missing-customer",
        ),
        "QBO-NAME-EMPLOYEE": Told(
            "An employee has this name already",
            f"An employee in QuickBooks has this name. {_ONCE}",
            _OTHER_NAME,
            "missing-customer",
        ),
        "QBO-NAME-PART": Told(
            "A sub-customer or project has this name already",
            f"A sub-customer or project in QuickBooks has this name. {_ONCE}",
            _OTHER_NAME,
            "missing-customer",
        ),
        "QBO-NAME-COLON": Told(
            "A colon stands in the name",
            "QuickBooks takes no colon in a name. Leave it out.",
            "Type the name without the colon.",
            "missing-customer",
        ),
        "QBO-NOT-WRITABLE": Told(
            "This customer is a part of another one",
            "QuickBooks keeps this as a part of another customer, so we do not change it.",
            "Open the customer it belongs to, and change that one.",
            "skipped",
        ),
        "QBO-ARCHIVED": Told(
            "This customer is inactive in QuickBooks",
            "This customer is inactive in QuickBooks. Make it active there first.",
            "Make it active in QuickBooks, then press Sync now here.",
            "archived-or-merged",
        ),
        "QBO-CHANGED": Told(
            "QuickBooks has another value meanwhile",
            "This was changed in QuickBooks since we last read it.",
            "Open the form again: it shows both values, and you choose.",
            "saving-back",
        ),
        "QBO-EMAIL-NOT-KEPT": Told(
            "QuickBooks didn’t keep it",
            "QuickBooks took the address but did not keep it. Enter it in QuickBooks itself.",
            "Nothing is missing here. Enter it in QuickBooks as well if you want it there.",
            "saving-back",
        ),
        "QBO-NOT-KEPT": Told(
            "QuickBooks has no place for the number",
            "QuickBooks took the ABN but did not keep it: companies outside Australia have no field for it there. It is"
            " saved here.",
            "Nothing to do: the number is kept here, and that is where it is needed.",
            "saving-back",
        ),
        "QBO-NO-FIELD": Told(
            "QuickBooks has no field for an NZBN",
            "QuickBooks has no field for an NZBN. It is saved here.",
            "Nothing to do: the number is kept here, and that is where it is needed.",
            "saving-back",
        ),
        "QBO-EMAILS-FULL": Told(
            "Too many addresses for one field",
            "QuickBooks keeps several addresses for this customer, and with this one they no longer fit. Change them in"
            " QuickBooks itself.",
            "Take an address away in QuickBooks, then save this one again.",
            "saving-back",
        ),
        "QBO-NO-DRAFTS": Told(
            "QuickBooks has no draft invoices",
            "QuickBooks has no draft invoices: everyone in its list is a customer.",
            "Nothing to do: press Sync now, and the customer shows up.",
            "missing-customer",
        ),
    }
)
