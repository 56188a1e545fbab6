"""Rows of My Customers and what stands around them."""

from datetime import UTC, datetime
from types import SimpleNamespace as Made
from typing import Any

from tests.preview.samples.basics import state


def step(label: str, kind: str = "dialog") -> Made:
    return Made(label=label, href=f"/xero/c/{label.lower().replace(' ', '-')}", kind=kind)


# name, e-mail, number (a sample), scheme, origin, word, mark, day, step
PEOPLE = [
    (
        "Banksia Row Bakehouse",
        "accounts@banksiarow.example",
        "55 184 038 854",
        "ABN",
        "ABN, from Xero",
        "Can invite",
        "can-invite",
        18,
        step("Invite", "post"),
    ),
    (
        "Bellbird Early Learning Centre",
        "office@bellbird.example",
        "71 143 044 324",
        "ABN",
        "ABN, from Xero",
        "Joined",
        "joined",
        3,
        None,
    ),
    (
        "Coorong Freight & Cold Store",
        "ap@coorongfreight.example",
        "83 569 583 510",
        "ABN",
        "ABN, typed here",
        "Can invite",
        "can-invite",
        20,
        step("Invite", "post"),
    ),
    (
        "Dry Creek Joinery",
        "accounts@drycreekjoinery.example",
        None,
        "ABN",
        "3 matches in the register",
        "Needs ABN",
        "needs-number",
        2,
        step("Add ABN"),
    ),
    (
        "Eastlight Motel Group",
        "pay@eastlightmotels.example",
        "64 440 107 488",
        "ABN",
        "ABN, from Xero",
        "E-mail bounced",
        "problem",
        17,
        step("Fix e-mail"),
    ),
    (
        "Finch & Daughters Catering",
        None,
        "57 152 316 374",
        "ABN",
        "ABN, from Xero",
        "Needs e-mail",
        "needs-email",
        2,
        step("Add e-mail"),
    ),
    (
        "Gumnut Lane Veterinary",
        "clinic@gumnutlane.example",
        "52 005 145 054",
        "ABN",
        "ABN, from Xero",
        "Invited",
        "invited",
        16,
        step("Remind", "post"),
    ),
    (
        "Hinemoa Street Deli",
        "kiaora@hinemoadeli.example",
        "9429045358876",
        "NZBN",
        "NZBN, from Xero",
        "Can invite",
        "can-invite",
        18,
        step("Invite", "post"),
    ),
    (
        "Ironbark Site Services",
        "admin@ironbarksite.example",
        "23 226 914 937",
        "ABN",
        "ABN, from the register",
        "Declined",
        "declined",
        19,
        None,
    ),
    (
        "Jacaranda Dental Rooms",
        "reception@jacarandadental.example",
        "78 246 925 905",
        "ABN",
        "ABN, from Xero",
        "Joined",
        "joined",
        12,
        None,
    ),
    (
        "Kererū Kitchens",
        "accounts@kererukitchens.example",
        "9429048654760",
        "NZBN",
        "NZBN, from Xero",
        "Invitation expired",
        "expired",
        1,
        step("Resend", "post"),
    ),
    (
        "Marram Grass Café",
        "hello@marramgrass.example",
        "42 649 931 524",
        "ABN",
        "ABN, from Xero",
        "Not a customer yet",
        "not-customer",
        5,
        step("Three ways", "link"),
    ),
]


def rows(count: int = 50) -> list[Made]:
    """Rows as the list shows them; ids are as long and as mixed as real ones."""
    made = []
    for index in range(count):
        name, email, number, scheme, origin, word, mark, day, next_step = PEOPLE[index % len(PEOPLE)]
        key = f"{(index * 7919 + 104729) ** 6:x}".ljust(22, "q")[-22:]
        href = f"/xero/Wd0v3kQqT2mYh1bZsK9aRw/customers/{key}"
        here = next_step and Made(
            label=next_step.label, kind=next_step.kind, href=f"{href}/{'abn' if 'ABN' in next_step.label else 'invite'}"
        )
        made.append(
            Made(
                id=key,
                name=name if index < 12 else f"{name} {index}",
                email=email,
                email_note="",
                number_display=number,
                number_scheme=scheme,
                number_origin_words=origin,
                state=state(word, mark),
                since=datetime(2026, 11, day, 9, 42, tzinfo=UTC),
                step=here,
                ticked=index in (0, 7),
                href=href,
                why_href=f"{href}#why",
            )
        )
    return made


def queues(at: int = 7) -> list[Made]:
    counts = [
        ("Can invite", "can-invite", 238),
        ("Needs ABN", "needs-number", 212),
        ("Needs e-mail", "needs-email", 61),
        ("Invited", "invited", 96),
        ("Joined", "joined", 134),
        ("Problems", "problem", 9),
        ("In Xero, not a customer yet", "not-customer", 37),
        ("All", "all", 787),
    ]
    return [Made(word=w, mark=m, count=c, href="#", is_current=i == at) for i, (w, m, c) in enumerate(counts)]


def todo() -> list[Made]:
    return [
        Made(
            count=212,
            sentence="customers have no ABN or NZBN, so they can’t be invited.",
            action="Find numbers",
            href="#",
            tone="todo",
            code="CUSTOMER-NEEDS-NUMBER",
        ),
        Made(
            count=7,
            sentence="invitations bounced.",
            action="Fix e-mail addresses",
            href="#",
            tone="bad",
            code="CUSTOMER-BOUNCED",
        ),
    ]


def sync(kind: str = "done") -> Made:
    words = {
        "done": "Synced today, 9:42 am",
        "running": "4,000 of about 12,400 contacts",
        "waiting": "Xero asks us to slow down. We continue by ourselves at 12:00 noon.",
        "failed": "The last sync stopped: Xero did not answer. We try again at 9:50 am.",
        "never": "Not synced yet",
    }
    return Made(
        state=kind,
        code={"waiting": "XERO-RATE-MINUTE", "failed": "SOMETHING-OLD", "never": "SYNC-NEVER"}.get(kind, ""),
        words=words[kind],
        done=4000,
        total=12400,
        counts=[("3 new", "#"), ("12 changed", "#"), ("1 gone", "#"), ("2 skipped", "#")] if kind == "done" else [],
        new=("212 new customers, show", "#") if kind == "running" else None,
        start_href=None if kind == "running" else "#",
        poll_href="/sync",
        is_stale=False,
        announce=None,
    )


def selection(count: int = 3) -> Made:
    return Made(
        count=count,
        elsewhere=max(0, count - 2),
        words=f"{count} selected",
        clear_href="#",
        all=None,
        all_match=None,
    )


def listing(**more: Any) -> Made:
    return Made(
        **{
            "rows": rows(),
            "href": "/xero/Wd0v3kQqT2mYh1bZsK9aRw/customers",
            "caption": "Customers, all, 1 to 50 of 787",
            "shown": "1–50 of 787",
            "announce": "787 contacts",
            "sort": "name",
            "is_descending": False,
            "by_name_href": "?sort=name",
            "by_since_href": "?sort=since",
            "previous_href": None,
            "next_href": "?after=x",
            "ids": " ".join(row.id for row in rows()),
            "save_href": "/selection",
            "error": None,
            "empty": None,
            **more,
        }
    )
