"""Samples of My Customers and the customer page."""

from datetime import date
from types import SimpleNamespace as Made
from typing import Any

from wtforms import StringField

from link4web.sentences import Coded
from tests.preview.samples.basics import LOST, NOW, PROVIDER, TRAIL, Context, Samples, form, state
from tests.preview.samples.popups import email_form, number_form
from tests.preview.samples.rows import listing, queues, rows, selection, sync, todo


def customers(**more: Any) -> Context:
    return {
        "provider": PROVIDER,
        "connection": Made(
            file_name="Wattle & Wharf Coffee Pty Ltd",
            ledgers=[],
            elsewhere=[],
            href="#",
            problem=None,
            reconnect_href="#",
        ),
        "queues": queues(),
        "todo": todo(),
        "sync": sync(),
        "listing": listing(),
        "selection": selection(),
        "bulk": [("Invite selected", "#", True)],
        "miss": None,
        "search": Made(q="", queue="all"),
        "own_number": None,
        "cleared": None,
        "printed": "all contacts, printed 20 November 2026",
        **more,
    }


def elsewhere() -> list[Made]:
    """Of an adviser's other clients."""
    return [Made(organisation="Kererū Kitchens", ledger="MYOB, Kererū Kitchens", href="#")]


def ledgers() -> list[Made]:
    """An organisation that has changed its accounting system."""
    file = "Wattle & Wharf Coffee Pty Ltd"
    return [
        Made(system="MYOB", file_name=file, state="disconnected", href="#", is_current=False),
        Made(system="Xero", file_name=file, state="active", href="#", is_current=True),
    ]


def busy_customers() -> Context:
    chosen = selection(50)
    chosen.all_match = Made(action="Select all 238 in Can invite", href="#")
    return customers(
        connection=Made(
            file_name="Wattle & Wharf Coffee Pty Ltd",
            ledgers=ledgers(),
            elsewhere=elsewhere(),
            href="#",
            problem=LOST,
            reconnect_href="#",
        ),
        sync=sync("failed"),
        selection=chosen,
        cleared=Made(words="Your selection of 12 was cleared because the list changed.", undo_href="#"),
        own_number=Made(
            words="Customers see it on every invitation, so nothing can be sent yet. Xero says:",
            suggestion=Made(number="52341672110", number_display="52 341 672 110", use_href="#"),
            href="#",
        ),
        listing=listing(error=Coded("Select at least one customer, then press Invite selected.", "SELECTION-NOTHING")),
    )


NOT_CUSTOMER = Made(
    contact=Made(
        name="Marram Grass Café",
        email="hello@marramgrass.example",
        number_display="42 649 931 524",
        number_scheme="ABN",
        number_origin_words="from Xero",
        checked="checked today, 9:42 am",
    ),
    why="Xero calls a contact a customer once it has a sales invoice. A draft is enough.",
    invite_href="#",
    cannot_invite=None,
    fix_href=None,
    fix_label=None,
    draft_href="#",
    open_href="#",
    add_href="#",
    typed="marram",
)


def not_found(problem: Coded | None = None) -> Context:
    fields = {"name": StringField("Name"), "email": StringField("E-mail"), "number": StringField("ABN")}
    nothing = Made(
        title="No such contact in Xero",
        left_out=[],
        skipped_href=None,
        again_href=None,
        ask_href="#",
        ask_label="Ask Xero again",
        asks_itself=True,
        name_length=255,
        add_page_href=None,
        looked="We looked through all 787 contacts, archived ones too, and asked Xero again just now (9:44 am).",
        add_href="#",
        problem=problem,
        number_hint="Xero has no field for an NZBN, so it is saved here only.",
        form=form(fields, name="Saltbush Lane Picture House"),
        back_href="#",
        similar=[
            Made(
                name="Saltbush Linen Hire",
                href="#",
                email="office@saltbushlinen.example",
                number_display="16 631 000 292",
                number_scheme="ABN",
                state=state("Invited", "invited"),
            )
        ],
    )
    return {"provider": PROVIDER, "nothing": nothing}


def left_out() -> Context:
    made = Made(
        **{
            **vars(not_found()["nothing"]),
            "title": "In QuickBooks, but not listed here",
            "looked": "We leave it out, because:",
            "left_out": ["“Lorne Kiosk” is a sub-customer in QuickBooks. Invite Apostle Bay Cannery."],
            "skipped_href": "#",
            "add_href": None,
            "add_page_href": "#",
        }
    )
    return {"provider": PROVIDER, "nothing": made}


def reading() -> Context:
    made = Made(
        **{
            **vars(not_found()["nothing"]),
            "title": "Xero is just being read",
            "looked": "It is none of the 400 contacts that are here so far.",
            "again_href": "#",
            "asks_itself": False,
            "add_href": None,
            "add_page_href": "#",
        }
    )
    return {"provider": PROVIDER, "nothing": made}


GONE = Made(
    name="Old Mill Bakery",
    title="Old Mill Bakery is archived in Xero",
    text="Archived contacts get no invoices, so they can’t be invited.",
    code="CONTACT-ARCHIVED",
    steps=["Open it in Xero.", "Choose Options, then Restore.", "Come back and press Sync now."],
    other=None,
    open_href="#",
    href="#",
)


def changed() -> Context:
    return {
        "next_form": None,
        "rows": rows(1),
        "queues": queues(),
        "todo": [],
        "status": Made(words="Invitation to Banksia Row Bakehouse is queued.", undo_href="#", undo_seconds=60, code=""),
    }


EVENTS = [
    Made(
        at=None,
        when="Monday, 9:00 am",
        words="We try the same address once more",
        detail=None,
        tone=None,
        is_next=True,
        code=None,
    ),
    Made(at=NOW, when=None, words="Bounced: mailbox full", detail="third try", tone="bad", is_next=False, code=None),
    Made(
        at=NOW,
        when=None,
        words="Invitation sent to pay@eastlightmotels.example",
        detail="by Isla Brennan, with 37 others",
        tone="wait",
        is_next=False,
        code=None,
    ),
    Made(
        at=NOW,
        when=None,
        words="The business number could not be written to Xero",
        detail="Xero took the change but did not keep it.",
        tone=None,
        is_next=False,
        code="WRITE-BACK-FAILED",
    ),
]


REMARKS = [
    Made(
        words="This ABN stands only here: it could not be written to Xero. Xero took the change but did not keep it.",
        code="WRITE-BACK-FAILED",
        tone="bad",
        what="number",
        again_href="#",
        open_href="#",
    ),
    Made(
        words="Xero doesn’t have this e-mail address yet. It waits to be written there.",
        code="WRITE-BACK-WAITS",
        tone="wait",
        what="email",
        again_href=None,
        open_href=None,
    ),
]


def customer() -> Context:
    return {
        "remarks": REMARKS,
        "provider": PROVIDER,
        "customer": Made(
            name="Eastlight Motel Group", state=state("E-mail bounced", "problem"), since=date(2026, 11, 17)
        ),
        "places": [("My Customers", "#"), ("Problems", "#")],
        "why": Made(
            title="The mailbox pay@eastlightmotels.example is full",
            text="Their mail system refused the invitation. They have not seen it.",
            tone="bad",
            code="CUSTOMER-BOUNCED",
        ),
        "actions": [
            Made(label="Fix e-mail", href="#", kind="dialog", is_main=True),
            Made(label="Try the same address again", href="#", kind="post", is_main=False),
        ],
        "facts": [
            Made(
                term="ABN",
                value="64 440 107 488",
                note="from Xero, in the register as Eastlight Motel Group Pty Ltd",
                is_number=True,
                link=("Show them", "#"),
                action=("Change", "#"),
            ),
            Made(
                term="E-mail",
                value="pay@eastlightmotels.example",
                note="typed here on 2 November; Xero has none",
                is_number=False,
                link=None,
                action=("Change", "#"),
            ),
            Made(term="Can receive?", value="Not checked yet", note=None, is_number=False, action=None, link=None),
            Made(
                term="Who has to act", value="Wattle & Wharf Coffee", note=None, is_number=False, action=None, link=None
            ),
        ],
        "events": EVENTS,
        "open_href": "#",
        "found": None,
        "gone": None,
        "draft": Made(words="We made a draft invoice in Xero.", code="DRAFT-MADE", remove_href="#"),
    }


def organisations() -> Context:
    """An adviser's, one of them without a ledger."""
    ledger = Made(
        system="MYOB",
        file_name="Kererū Kitchens",
        state="active",
        href="#",
        attention=[("the last sync stopped", "#"), ("3 without NZBN", "#")],
    )
    quiet = Made(system="Xero", file_name="Kererū Kitchens, old", state="disconnected", href="#", attention=[])
    ours = Made(id="o" * 22, name="Wattle & Wharf Coffee", number="52341672110", country="AU")
    theirs = Made(id="p" * 22, name="Kererū Kitchens", number=None, country="NZ")
    return {
        "entries": [
            Made(
                organisation=theirs,
                role_words="an admin",
                ledgers=[ledger, quiet],
                number_href="#",
                waiting=[("Support asks to look in", "#")],
                deleted_on=None,
            ),
            Made(organisation=ours, role_words="an adviser", ledgers=[], number_href="", waiting=[], deleted_on=None),
        ]
    }


SAMPLES: Samples = {
    "customers/organisations.html": [organisations, lambda: {"entries": []}],
    "customers/index.html": [
        customers,
        busy_customers,
        lambda: customers(
            search=Made(q="marram", queue="all"), miss="customers/_not_customer.html", found=NOT_CUSTOMER
        ),
        lambda: customers(
            search=Made(q="Saltbush Lane Picture House", queue="all"),
            miss="customers/_not_found.html",
            nothing=not_found()["nothing"],
        ),
        lambda: customers(search=Made(q="old mill", queue="all"), miss="customers/_gone.html", gone=GONE),
        lambda: customers(todo=[], miss="customers/_first_sync.html", sync=sync("running")),
        lambda: customers(
            todo=[],
            queues=queues(1),
            listing=listing(
                rows=[],
                empty=Made(
                    title="Nobody needs an ABN",
                    text="All 787 customers have a business number.",
                    mark="joined",
                    tone="done",
                    href="#",
                    action="Go to Can invite, 238",
                    code="EMPTY-NEEDS-NUMBER",
                ),
            ),
        ),
    ],
    "customers/_list.html": [customers],
    "customers/add.html": [lambda: {**not_found(), "title": "Saltbush Lane", "places": TRAIL}],
    "customers/skipped.html": [
        lambda: {
            "provider": PROVIDER,
            "back_href": "#",
            "skipped": [Made(external_id="8c2f1f6e-90b7-4c2c-8b0a-0a6a4f3f6a11", reason="It has no name.")],
            "shown": "1–50 of 120",
            "previous_href": None,
            "next_href": "#",
        },
        lambda: {"provider": PROVIDER, "back_href": "#", "skipped": []},
    ],
    "customers/_rows.html": [lambda: {"rows": rows(2)}],
    "customers/_row.html": [lambda: {"row": rows(1)[0]}],
    "customers/_queues.html": [lambda: {"queues": queues()}],
    "customers/_todo.html": [lambda: {"todo": todo()}, lambda: {"todo": []}],
    "customers/_status.html": [
        changed,
        lambda: {
            "status": Made(
                words="It was not invited: no ABN.", undo_href=None, undo_seconds=None, code="CUSTOMER-NEEDS-NUMBER"
            )
        },
    ],
    "customers/_changed.html": [
        changed,
        lambda: {
            **number_form(None),
            **changed(),
            "next_form": "customers/_number_form.html",
            "saved": "Saved for Coorong Freight.",
        },
    ],
    "customers/_sync_status.html": [
        lambda: {"sync": sync()},
        lambda: {"sync": sync("running")},
        lambda: {"sync": sync("waiting")},
        lambda: {"sync": sync("failed")},
    ],
    "customers/_picked.html": [lambda: {"selection": selection()}, lambda: {"selection": selection(0)}],
    "customers/_not_customer.html": [
        lambda: {"provider": PROVIDER, "found": NOT_CUSTOMER},
        lambda: {
            "provider": PROVIDER,
            "found": Made(
                **{
                    **vars(NOT_CUSTOMER),
                    "invite_href": None,
                    "cannot_invite": "There is no e-mail address yet.",
                    "fix_href": "#",
                    "fix_label": "Add e-mail",
                }
            ),
        },
    ],
    "customers/_not_found.html": [
        not_found,
        lambda: not_found(Coded("A contact with this name is in Xero already.", "XERO-NAME-TAKEN")),
        left_out,
        reading,
    ],
    "customers/_first_sync.html": [lambda: {"provider": PROVIDER}],
    "customers/_gone.html": [lambda: {"provider": PROVIDER, "gone": GONE}],
    "customers/customer.html": [customer],
    "customers/_number_form.html": [
        number_form,
        lambda: number_form(
            None,
            warn=Coded(
                "The register has “Coorong Cold Store Pty Ltd”; you have “Coorong Freight”.", "NUMBER-OTHER-NAME"
            ),
            conflict=Made(ours="86 151 956 832", theirs="91 741 840 494"),
            register="The business register does not answer.",
            matches=[],
            without=("Invite without ABN", "Then we can’t tell whether they can already receive eInvoices."),
        ),
    ],
    "customers/number.html": [number_form],
    "customers/_email_form.html": [email_form],
    "customers/email.html": [email_form],
}
