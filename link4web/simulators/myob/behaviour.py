"""The MYOB simulator's switches: what MYOB doesn't document, or what a test wants different."""

from link4web.simulators.switches import Switch, Switchboard

NAME = "myob"

_CONSENT = {
    "consent": Switch(
        default="ask",
        choices=("ask", "allow", "deny"),
        about="Show the consent page, or answer it without showing: the first business, or access_denied.",
    ),
    "business_without_prompt": Switch(
        default="missing",
        choices=("missing", "given"),
        about="Whether the way back names the business when prompt=consent was left out.",
    ),
    "not_administrator": Switch(
        default="redirect",
        choices=("redirect", "page"),
        about="Somebody who isn't an administrator allows: back with access_denied, or MYOB's own error page.",
    ),
    "loopback_address": Switch(
        default="allowed",
        choices=("allowed", "refused"),
        about="Redirects to http://127.0.0.1; MYOB doesn't say whether an IP address can be registered.",
    ),
    "extra_redirects": Switch(default=list[str](), about="More redirect addresses that are registered."),
    "code_lives_seconds": Switch(default=120, about="How long an authorisation code is good; 0 is expired at once."),
    "access_token_seconds": Switch(default=1200, about="How long an access token is good."),
    "expires_in": Switch(
        default="text", choices=("text", "number"), about="How the token answer writes expires_in: text or a number."
    ),
    "refresh_token_days": Switch(default=7.0, about="How long a refresh token is good; reports say 7 to 30 days."),
    "consent_days": Switch(default=365, about="How long a consent is good before the person must renew it."),
    "refresh_rotation": Switch(
        default="new",
        choices=("new", "same"),
        about="A refresh gives a new refresh token and ends the old one, or gives the same one again.",
    ),
    "token_error": Switch(
        default="invalid_grant",
        choices=("invalid_grant", "invalid_request"),
        about="What the token address says of a code or refresh token that is no good.",
    ),
}
_CALLS = {
    "file_list": Switch(
        default="empty",
        choices=("empty", "listed", "refused"),
        about="GET /accountright/: an empty list for keys made since 12 March 2025, all files for older keys.",
    ),
    "company_file_login": Switch(
        default="ignored",
        choices=("ignored", "required"),
        about="Whether a call without x-myobapi-cftoken (base64 of Administrator:) is refused with 401.",
    ),
    "missing_scope": Switch(
        default=403, choices=(403, 401), about="Status of a call for which the consent has no scope."
    ),
    "access_denied_body": Switch(
        default="errors",
        choices=("errors", "bare"),
        about="AccessDenied in the Errors envelope, or as a bare Message and ErrorCode.",
    ),
    "rate_limit_status": Switch(default=403, choices=(403, 429), about="Status of a call over a limit."),
    "second_limit": Switch(default=8, about="Calls a second for one key, all its businesses together."),
    "day_limit": Switch(default=1_000_000, about="Calls a day for one key, all its businesses together."),
    "gzip": Switch(default=True, about="Compress answers, errors too, for callers that accept it."),
}
_DATA = {
    "moments_zone": Switch(
        default="UTC",
        choices=("UTC", "Australia/Sydney", "Pacific/Auckland"),
        about="The zone in which LastModified, which carries none, is written and compared.",
    ),
    "unknown_filter_field": Switch(
        default="ignored",
        choices=("ignored", "refused"),
        about="A $filter over a field that doesn't exist (names are case-sensitive): everything is listed, or 400.",
    ),
    "top_over_maximum": Switch(
        default="clamped", choices=("clamped", "refused"), about="$top over 1000: treated as 1000, or 400."
    ),
    "times_out_above": Switch(
        default=1000, about="Lists with a $top above this answer 504, as large pages of busy files do."
    ),
    "count_off_by": Switch(default=0, about="How many records more (or less) a list's Count says than there are."),
    "links_origin": Switch(
        default="", about="Origin of the links in answers, NextPageLink too, such as https://ar1.api.myob.example."
    ),
    "put_semantics": Switch(
        default="replace",
        choices=("replace", "merge"),
        about="A PUT without a field empties it, or leaves it as it was.",
    ),
    "unchanged_abn_checked": Switch(
        default=True, about="A PUT is refused for an ABN that is malformed, even when it already was before."
    ),
    "reads_of_deleted": Switch(default=404, choices=(404, 410), about="Status of a read of a deleted record."),
    "must_reverse": Switch(
        default=False, about="The preference that transactions can't be deleted but must be reversed (25003)."
    ),
}
SWITCHES = Switchboard(NAME, {**_CONSENT, **_CALLS, **_DATA})
