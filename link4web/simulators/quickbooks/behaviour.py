"""The QuickBooks simulator's switches: what Intuit doesn't document, or what a test wants different."""

from link4web.simulators.switches import Switch, Switchboard

NAME = "quickbooks"

SWITCHES = Switchboard(
    NAME,
    {
        "consent": Switch(
            default="ask",
            choices=("ask", "allow", "deny"),
            about="Show the consent page, or answer it without showing: the first company, or access_denied.",
        ),
        "user_is_admin": Switch(default=True, about="Only admins of a company may connect an app to it."),
        "pkce": Switch(
            default="ignored", choices=("ignored", "refused"), about="A code challenge, which Intuit doesn't mention."
        ),
        "loopback_address": Switch(
            default="allowed",
            choices=("allowed", "refused"),
            about="Redirects to http://127.0.0.1. Real Intuit takes no IP addresses, only http://localhost.",
        ),
        "extra_redirects": Switch(default=list[str](), about="More redirect addresses that are registered."),
        "code_lives_seconds": Switch(
            default=300, about="How long an authorisation code is good; 0 is expired at once."
        ),
        "access_token_seconds": Switch(default=3600, about="How long an access token is good."),
        "refresh_token_seconds": Switch(default=8_640_000, about="How long a refresh token is good after each use."),
        "rotate_refresh": Switch(
            default="daily",
            choices=("daily", "always", "never"),
            about="When a refresh brings a new refresh token: 24 hours after the last new one, each time, never.",
        ),
        "old_token_grace": Switch(
            default=False,
            about="A replaced refresh token works for 24 hours more, as documented; support says it dies at once.",
        ),
        "refresh_takes_seconds": Switch(
            default=0.1, about="How long a refresh is at work; a second one with the same token meanwhile is refused."
        ),
        "concurrent_refresh": Switch(
            default="second fails",
            choices=("second fails", "kills connection"),
            about="What two refreshes at once with one token do.",
        ),
        "user_access": Switch(
            default="kept", choices=("kept", "lost"), about="Whether the connecting user may still use the company."
        ),
        "subscription": Switch(
            default="active", choices=("active", "lapsed"), about="A lapsed company can be read, not written (6190)."
        ),
        "nz_tax_identifier": Switch(
            default="ignored",
            choices=("ignored", "kept", "refused"),
            about="PrimaryTaxIdentifier of a New Zealand company, for which it isn't listed.",
        ),
        "customer_country": Switch(
            default="as written",
            choices=("as written", "alpha-3"),
            about="Country in customers' addresses; since October 2025 company addresses have ISO alpha-3 codes.",
        ),
        "deleted_suffix": Switch(
            default="always",
            choices=("always", "by people", "never"),
            about="Who adds ' (deleted)' to the name of a customer made inactive: everyone, or only QuickBooks' pages.",
        ),
        "merge_leaves": Switch(
            default="a deletion",
            choices=("a deletion", "an inactive customer", "nothing"),
            about="What is left of a customer merged into another, which Intuit documents nowhere: a deletion in change"
            " data capture, an inactive one marked ' (deleted)', or nothing but the webhook.",
        ),
        "deactivation_event": Switch(
            default="Update",
            choices=("Update", "Delete"),
            about="How webhooks call it when somebody makes a customer inactive.",
        ),
        "inactive_update": Switch(
            default="refused",
            choices=("refused", "accepted"),
            about="An update of an inactive customer that doesn't make it active: 610, or done.",
        ),
        "invoice_touches_customer": Switch(
            default=False, about="An invoice moves its customer's SyncToken and LastUpdatedTime."
        ),
        "order_by_in_two_words": Switch(default=True, about="ORDER BY is understood beside ORDERBY."),
        "max_results_over_1000": Switch(
            default="clamped", choices=("clamped", "refused"), about="MAXRESULTS above 1000: 1000 rows, or fault 4001."
        ),
        "page_one_too_many": Switch(default=False, about="A full page has one row more than was asked for."),
        "cdc_order": Switch(
            default="id", choices=("id", "oldest", "newest"), about="Which objects a full change data capture holds."
        ),
        "tax_inclusive_amounts": Switch(
            default="net",
            choices=("net", "gross"),
            about="Line.Amount of invoices whose amounts include tax.",
        ),
        "fault_status": Switch(
            default=400, choices=(400, 200), about="Status of validation faults; 200 may hold one, says Intuit."
        ),
        "retry_after": Switch(default=0, about="Seconds in Retry-After of a 429; 0 leaves the header out."),
        "minute_limit": Switch(default=500, about="Requests a minute for one company."),
        "second_limit": Switch(default=10, about="Requests a second for one company and app."),
        "concurrent_limit": Switch(default=10, about="Requests at the same time for one company and app."),
        "app_minute_limit": Switch(default=800, about="Requests a minute for one company and app, batches included."),
        "batch_limit": Switch(default=40, about="Batches a minute for one company and app."),
        "batch_items": Switch(default=30, about="Items in one batch; Intuit's pages say 10, 30 and 50."),
        "webhook_format": Switch(
            default="cloudevents",
            choices=("cloudevents", "legacy"),
            about="The body of webhooks.",
        ),
        "webhook_settle_seconds": Switch(
            default=1.0, about="How long events are gathered into one webhook; production: 1, 3 or 5 minutes."
        ),
        "webhook_void": Switch(
            default="voided", choices=("voided", "void"), about="How CloudEvents name the voiding of a transaction."
        ),
    },
)
