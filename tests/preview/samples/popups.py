"""Samples of the number and e-mail forms."""

from types import SimpleNamespace as Made
from typing import Any

from wtforms import BooleanField, StringField

from link4web.sentences import Coded
from tests.preview.samples.basics import PROVIDER, TRAIL, Context, form


def number_form(
    error: str | None = Coded("These 11 digits don’t fit together. Check for swapped digits.", "NUMBER-CHECKSUM"),
    **more: Any,
) -> Context:
    fields = {"number": StringField("Australian Business Number"), "write": BooleanField("Also save in Xero")}
    matches = [
        Made(
            name="Dry Creek Joinery Pty Ltd",
            number_display="86 151 956 832",
            number="86151956832",
            about="SA 5253 · active",
            likely="your digits, the last two swapped",
        ),
        Made(
            name="Dry Creek Joiners & Sons",
            number_display="91 741 840 494",
            number="91741840494",
            about="SA 5094 · active",
            likely=None,
        ),
        Made(
            name="Dry Creek Joinery",
            number_display="32 136 694 672",
            number="32136694672",
            about="NT 0822 · cancelled March 2021",
            likely=None,
        ),
    ]
    return {
        "customer": Made(
            id="x" * 22, name="Dry Creek Joinery", about="accounts@drycreekjoinery.example · Murray Bridge SA"
        ),
        "scheme": "ABN",
        "form": form(fields, {"number": error} if error else None, number="86 151 956 823"),
        "action": "/x/abn",
        "back_href": "#",
        "place": "2 of 212",
        "has_next": True,
        "saved": None,
        "warn": None,
        "matches": matches,
        "register": None,
        "provider": PROVIDER,
        "can_write": True,
        "write_hint": "Xero has no number for this contact.",
        "kept_back": None,
        "conflict": None,
        "without": None,
        "places": TRAIL,
        **more,
    }


def email_form() -> Context:
    fields = {"email": StringField("E-mail address"), "write": BooleanField("Also save in Xero")}
    return {
        **number_form(),
        "form": form(fields, email="pay@eastlight"),
        "bounced": "pay@eastlightmotels.example sent the last invitation back: the mailbox is full.",
        "has_next": False,
        "place": None,
    }
