"""What people come to do: the short addresses `/go/<task>` for articles and for other help centres.

The addresses are stable. Where each leads is `guide`'s to know; here stand the words.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task. `label` is what the button says, `hint` what to do on the page it leads to, `article` tells more.

    `by_provider`: it exists once for each accounting system, as `/go/<slug>/<provider>` too.
    """

    slug: str
    label: str
    hint: str
    article: str
    by_provider: bool = True


TASKS = (
    Task(
        slug="my-customers",
        label="Open My Customers",
        hint="These are all your customers, each with its one next step.",
        article="invite-customers",
    ),
    Task(
        slug="invite",
        label="Choose whom to invite",
        hint="Tick the customers you want, then press Invite selected.",
        article="invite-customers",
    ),
    Task(
        slug="find-customer",
        label="Search for a customer",
        hint="Type the name you miss. If it is not here, the page says why and what to do.",
        article="missing-customer",
    ),
    Task(
        slug="sync",
        label="Sync now",
        hint="Press Sync now, at the top of the page.",
        article="sync",
    ),
    Task(
        slug="add-number",
        label="Add missing numbers",
        hint="Press Add ABN or Add NZBN in a customer’s row.",
        article="add-number",
    ),
    Task(
        slug="add-email",
        label="Add missing e-mail addresses",
        hint="Press Add e-mail in a customer’s row.",
        article="add-email",
    ),
    Task(
        slug="problems",
        label="See customers with a problem",
        hint="Each of these needs a decision. Why? in the row says what happened.",
        article="customer-states",
    ),
    Task(
        slug="connect",
        label="Connect your accounting system",
        hint="Choose your accounting system. You read what it will ask before anything is connected.",
        article="connect",
    ),
    Task(
        slug="connection",
        label="See the connection’s health",
        hint="Here stands what was read last, what comes next, and how to end or renew the connection.",
        article="disconnect-and-reconnect",
    ),
    Task(
        slug="own-number",
        label="Add your own number",
        hint="Type your own ABN or NZBN here. It stands on every invitation.",
        article="own-number",
        by_provider=False,
    ),
    Task(
        slug="organisation",
        label="Open your business’s details",
        hint="Change name, address and time zone here.",
        article="own-number",
        by_provider=False,
    ),
    Task(
        slug="account",
        label="Open your account",
        hint="Change your name or password here, and see where you are signed in.",
        article="signing-in",
        by_provider=False,
    ),
    Task(
        slug="organisations",
        label="See all your organisations",
        hint="Each line is a business or a ledger of yours. Choose one to work there.",
        article="several-organisations",
        by_provider=False,
    ),
)

BY_SLUG = {task.slug: task for task in TASKS}
