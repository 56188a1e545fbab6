"""The Xero simulator's switches: what Xero doesn't document, or what a test wants different."""

from link4web.simulators.switches import Switch, Switchboard

NAME = "xero"

SWITCHES = Switchboard(
    NAME,
    {
        "draft_makes_customer": Switch(
            default=True, about="A draft sales invoice is enough to make its contact a customer."
        ),
        "deleted_draft_clears_customer": Switch(
            default=False, about="Deleting a contact's only sales invoice takes IsCustomer away again."
        ),
        "confidential_pkce": Switch(
            default="accepted",
            choices=("accepted", "refused"),
            about="A code challenge from an app that also has a secret.",
        ),
        "after_disconnect": Switch(
            default=403, choices=(403, 401), about="Status of calls to an organisation that is no longer connected."
        ),
        "nzbn_field": Switch(
            default="CompanyNumber", choices=("CompanyNumber", "nowhere"), about="Where demo contacts carry an NZBN."
        ),
        "concurrent_retry_after": Switch(
            default=False, about="Whether a 429 for too many calls at once carries Retry-After."
        ),
        "code_lives_seconds": Switch(
            default=300, about="How long an authorisation code is good; 0 is expired at once."
        ),
        "access_token_seconds": Switch(default=1800, about="How long an access token is good."),
        "consent": Switch(
            default="ask",
            choices=("ask", "allow", "deny"),
            about="Show the consent page, or answer it without showing: the first organisation, or access_denied.",
        ),
        "loopback_address": Switch(
            default="allowed",
            choices=("allowed", "refused"),
            about="Redirects to http://127.0.0.1. Real Xero refuses them and takes only http://localhost.",
        ),
        "extra_redirects": Switch(default=list[str](), about="More redirect addresses that are registered."),
        "granular_scopes_only": Switch(
            default=True, about="The app is newer than 2 March 2026: accounting.transactions is an invalid scope."
        ),
        "high_volume_threshold": Switch(
            default=100_000, about="More records than this make unoptimised reads fail with HighVolumeException."
        ),
        "day_limit": Switch(default=5_000, about="Calls a day for one organisation; 1,000 on the Starter tier."),
        "customer_flip_sends_event": Switch(
            default=False, about="A contact that becomes a customer is told by a webhook, though nobody changed it."
        ),
        "webhooks_need_intent": Switch(
            default=False, about="A new webhook address gets nothing until POST _control/intent has gone well."
        ),
        "webhook_settle_seconds": Switch(default=0.2, about="How long events are gathered into one webhook."),
        "minute_limit": Switch(default=60, about="Calls a minute for one organisation."),
        "concurrent_limit": Switch(default=5, about="Calls at the same time for one organisation."),
    },
)
