"""Samples of the mails."""

from typing import Any

from tests.preview.samples.basics import Context, Samples


def mail(**more: Any) -> Context:
    return {
        "subject": "Sample",
        "base_url": "https://link4web.example",
        "support_email": "help@link4web.example",
        "name": "Isla Brennan",
        "link": "https://link4web.example/verify/sample-token",
        "choices": "https://link4web.example/account#mails",
        **more,
    }


def invitation_mail() -> Context:
    return mail(
        to_name="Marram Grass Café",
        inviter_name="Wattle & Wharf Coffee",
        inviter_number="ABN 52 341 672 110",
        inviter_address="14 Lee Wharf Road, Newcastle NSW 2300",
        person="Isla Brennan",
        message="Hi, we are moving to eInvoicing.\nIt saves you typing.",
        others=[],
        stop_link="https://link4web.example/stop/sample-token",
        until="19 January 2027",
    )


BANK_CHANGED = {
    "organisation_name": "Wattle & Wharf Coffee",
    "person": "Isla Brennan",
    "on_behalf_of": "",
    "at": "20 Nov 2026, 8:15 am",
    "activity_link": "https://link4web.example/org/x/settings/activity",
}
CLOSED = {
    "organisation_name": "Wattle & Wharf Coffee",
    "person": "Isla Brennan",
    "deleted_on": "20 Dec 2026",
    "home_link": "https://link4web.example/organisations",
}
SAMPLES: Samples = {
    **{
        f"email/{name}.{kind}": [mail]
        for name in ("verify", "reset", "already_registered", "password_changed")
        for kind in ("txt", "html")
    },
    **{
        f"email/{name}.{kind}": [lambda: mail(present="isla@wattlewharf.example", email="isla@newwharf.example")]
        for name in ("change_email", "email_changed")
        for kind in ("txt", "html")
    },
    **{
        f"email/digest.{kind}": [
            lambda: mail(
                organisation="Wattle & Wharf Coffee",
                lines=[("Marram Grass Café has joined.", "https://link4web.example/xero/sample")],
            )
        ]
        for kind in ("txt", "html")
    },
    **{
        f"email/security_notice.{kind}": [lambda: mail(said="From now on we ask for a code when you sign in.")]
        for kind in ("txt", "html")
    },
    **{
        f"email/access.{kind}": [
            lambda: mail(sentences=["Isla Brennan has changed what you may do in Wattle & Wharf."])
        ]
        for kind in ("txt", "html")
    },
    **{
        f"email/colleague_invitation.{kind}": [
            lambda: mail(
                organisation="Wattle & Wharf Coffee",
                inviter="Isla Brennan",
                role="an adviser",
                may="see customers, change them and send invitations",
                until="5 Dec 2026",
                stop_link="https://link4web.example/colleague/stop/sample-token",
            )
        ]
        for kind in ("txt", "html")
    },
    **{f"email/invitation.{kind}": [invitation_mail] for kind in ("txt", "html")},
    **{
        f"email/joined_notice.{kind}": [
            lambda: mail(customer_name="Marram Grass Café", number="ABN 42 649 931 524", changed=["business name"])
        ]
        for kind in ("txt", "html")
    },
    **{f"email/asked_notice.{kind}": [lambda: mail(customer_name="Marram Grass Café")] for kind in ("txt", "html")},
    **{
        f"email/connection_lost.{kind}": [
            lambda: mail(
                provider_name="Xero",
                file_name="Wattle & Wharf Coffee Pty Ltd",
                reason="Somebody ended the connection in Xero.",
                since="20 Nov 2026, 8:15 am",
            )
        ]
        for kind in ("txt", "html")
    },
    **{
        f"email/organisation_{what}.{kind}": [
            lambda: mail(**CLOSED, is_admin=True),
            lambda: mail(**CLOSED, is_admin=False),
        ]
        for kind in ("txt", "html")
        for what in ("closed", "kept")
    },
    **{
        f"email/bank_changed.{kind}": [
            lambda: mail(**BANK_CHANGED, ending="678", before="123"),
            lambda: mail(**BANK_CHANGED, ending="", before="123"),
        ]
        for kind in ("txt", "html")
    },
}
