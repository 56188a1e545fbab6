"""What people come to do: the short addresses `/go/<task>` for articles and for other help centres.

The addresses are stable. Where each leads is `guide`'s to know; here stand the words, which may hold the names of
`help.reader.Reader.words`, such as `{provider}`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task. `label` is what the button says, `hint` what to do on the page it leads to, `article` tells more.

    `leads`: which page that is, for whoever is not signed in. `by_provider`: it is done in one accounting system, so
    that `/go/<slug>/<provider>` leads to that one. `hint_there`: the hint where the page is already one system's own,
    when it differs.
    """

    slug: str
    label: str
    hint: str
    article: str
    leads: str
    by_provider: bool = True
    hint_there: str = ""


TASKS = (
    Task(
        slug="my-customers",
        label="Open My Customers",
        hint="These are all your customers, each with its one next step.",
        article="invite-customers",
        leads="My Customers, the list of everybody you invoice",
    ),
    Task(
        slug="invite",
        label="Choose whom to invite",
        hint="Tick the customers you want, then press Invite selected.",
        article="invite-customers",
        leads="My Customers, at those who can be invited",
    ),
    Task(
        slug="find-customer",
        label="Search for a customer",
        hint="Type the name you miss. If it is not here, the page says why and what to do.",
        article="missing-customer",
        leads="My Customers, with the search ready to type in",
    ),
    Task(
        slug="sync",
        label="Sync now",
        hint="Press Sync now, at the top of the page.",
        article="sync",
        leads="My Customers, where you read from {provider} again at once",
    ),
    Task(
        slug="add-number",
        label="Add missing numbers",
        hint="Press Add ABN or Add NZBN in a customer’s row.",
        article="add-number",
        leads="My Customers, at those without a valid {scheme}",
    ),
    Task(
        slug="add-email",
        label="Add missing e-mail addresses",
        hint="Press Add e-mail in a customer’s row.",
        article="add-email",
        leads="My Customers, at those without an e-mail address",
    ),
    Task(
        slug="problems",
        label="See customers with a problem",
        hint="Each of these needs a decision. Why? in the row says what happened.",
        article="customer-states",
        leads="My Customers, at those with a problem",
    ),
    Task(
        slug="connect",
        label="Connect {provider}",
        hint="Choose your accounting system. You read what it will ask before anything is connected.",
        hint_there="Read what {provider} will ask, then press Go on to {provider} at the end of the page.",
        article="connect",
        leads="the page that says what {provider} will ask you, before anything is connected",
    ),
    Task(
        slug="connection",
        label="See the connection’s health",
        hint="Here stands what was read last, what comes next, and how to end or renew the connection.",
        article="sync",
        leads="the page of your connection to {provider}, with its state and its last sync",
    ),
    Task(
        slug="disconnect",
        label="Disconnect {provider}",
        hint="Read what stays and what stops. Nothing ends before you press the button.",
        article="disconnect-and-reconnect",
        leads="the page that says what stays and what stops, and asks once more",
    ),
    Task(
        slug="own-number",
        label="Add your own number",
        hint="Type your own ABN or NZBN here. It stands on every invitation.",
        article="own-number",
        leads="Settings, at your own {scheme}",
        by_provider=False,
    ),
    Task(
        slug="organisation",
        label="Open your business’s details",
        hint="Change name, address and time zone here.",
        article="own-number",
        leads="Settings, at your business’s name, address and time zone",
        by_provider=False,
    ),
    Task(
        slug="users",
        label="See who has access",
        hint="Here stands who may enter this organisation, and what each of them may do.",
        article="users",
        leads="the people of your organisation, and what each of them may do",
        by_provider=False,
    ),
    Task(
        slug="account",
        label="Open your account",
        hint="Change your name or password here, and see where you are signed in.",
        article="signing-in",
        leads="your own account, with your name, your password and where you are signed in",
        by_provider=False,
    ),
    Task(
        slug="organisations",
        label="See all your organisations",
        hint="Each line is a business or a ledger of yours. Choose one to work there.",
        article="several-organisations",
        leads="the list of your organisations and their ledgers",
        by_provider=False,
    ),
)

BY_SLUG = {task.slug: task for task in TASKS}
