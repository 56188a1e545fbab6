"""Samples of writing to support, and of the mails that follow."""

from types import SimpleNamespace as Made
from typing import Any

from wtforms import BooleanField, StringField, TextAreaField

from tests.preview.samples.basics import Context, Samples, form

FIELDS = {
    "message": TextAreaField("What happened?", description="What did you want to do?"),
    "email": StringField("Where do we answer?"),
    "attach": BooleanField("Attach this"),
}
FINDINGS = [("Problem", "Needs ABN (CUSTOMER-NEEDS-NUMBER)"), ("Last sync", "20 Nov 2026, 8:42 pm, Sydney time")]
WRITTEN = Made(
    reference="L4W-7F3K-92QD",
    subject="Needs ABN",
    email="isla@wattlewharf.example",
    message="I press Save\nand nothing happens.",
    findings=FINDINGS,
    copied=True,
)
BARE = Made(**{**WRITTEN.__dict__, "subject": "", "findings": [], "copied": False})


def page(findings: list[tuple[str, str]], errors: dict[str, str] | None = None, **data: Any) -> Context:
    return {"form": form(FIELDS, errors, **data), "findings": findings, "asked": Made(args={"code": "CUSTOMER-JOINED"})}


def mail(written: Made, **more: Any) -> Context:
    return {
        "subject": "Needs ABN",
        "base_url": "https://link4web.example",
        "support_email": "help@link4web.example",
        "written": written,
        **more,
    }


ISLA = Made(name="Isla Brennan", email="isla@wattlewharf.example")
TO_SUPPORT = [lambda: mail(WRITTEN, person=ISLA), lambda: mail(BARE, person=None)]
COPY = [lambda: mail(WRITTEN)]

SAMPLES: Samples = {
    "contact/write.html": [
        lambda: page(FINDINGS, email="isla@wattlewharf.example"),
        lambda: page([], {"message": "Write what happened.", "email": "Enter an e-mail address."}),
    ],
    "contact/sent.html": [lambda: {"written": WRITTEN}, lambda: {"written": BARE}],
    "email/contact.html": [*TO_SUPPORT],
    "email/contact.txt": [*TO_SUPPORT],
    "email/contact_copy.html": [*COPY],
    "email/contact_copy.txt": [*COPY],
}
