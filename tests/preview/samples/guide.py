"""Samples of the pages behind links to tasks."""

from types import SimpleNamespace as Made

from tests.preview.samples.basics import Samples
from tests.preview.samples.help_pages import HITS, READER, article, centre_page

SAMPLES: Samples = {
    "guide/task.html": [
        lambda: centre_page(
            it=article(),
            label="Add missing numbers",
            leads="My Customers, at those without a valid ABN",
            sign_in_href="#",
            sign_up_href="#",
        )
    ],
    "guide/only_admins.html": [
        lambda: {
            "label": "See who has access",
            "reader": READER,
            "it": article(),
            "hint": Made(sentence="Here stands who may enter.", href="#", leave_href="#"),
        }
    ],
    "guide/nothing.html": [lambda: centre_page(hits=HITS), lambda: centre_page(hits=[])],
}
