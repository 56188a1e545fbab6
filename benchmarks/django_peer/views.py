"""My Customers, without search: what `benchmarks` asks for, in the same words as Link4web's own page."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from benchmarks.django_peer.models import Connection, Customer, CustomerCount, Selection
from benchmarks.django_peer.rows import TERMS, row_view
from benchmarks.django_peer.templatetags.writing import day
from link4web.customers import states
from link4web.customers.problems import state_code
from link4web.customers.words import QUEUES, filled
from link4web.web.assets import read_assets
from link4web.web.filters import number, plural

PAGE = 50
HELP_FOR = "?for=xero&country=AU"
COLUMNS = (
    "id",
    "name",
    "name_key",
    "email",
    "email_key",
    "country",
    "number",
    "number_scheme",
    "number_origin",
    "ledger_number_ending",
    "state",
    "state_since",
    "ledger_status",
    "is_customer",
)
ASSETS = read_assets()
FILES = {name: {"url": asset.url, "integrity": asset.integrity} for name, asset in ASSETS.items()}


@login_required
def customers(request: HttpRequest, connection: str) -> HttpResponse:
    """The list in the order of names, from the start or behind a customer."""
    place = get_object_or_404(
        Connection.objects.select_related("organisation"),
        id=connection,
        organisation__membership__user_id=request.user.get_username(),
    )
    with timezone.override(ZoneInfo(place.organisation.timezone)):
        return render(request, "customers/index.html", _context(request, place))


def _context(request: HttpRequest, place: Connection) -> dict[str, Any]:
    known = _counts(place)
    found = _rows(place, request.GET.get("after", ""))
    more, shown = len(found) > PAGE, found[:PAGE]
    total = sum(known.values())
    base = reverse("customers", kwargs={"connection": place.id})
    ids = [row["id"] for row in shown]
    chosen = _chosen(request, place)
    scheme = "NZBN" if place.file_country == "NZ" else "ABN"
    previous = bool(request.GET.get("after"))
    return {
        "files": FILES,
        "organisation": place.organisation,
        "times": place.organisation.timezone.split("/")[-1].replace("_", " "),
        "nav": _navigation(place, base),
        "help_href": f"/help{HELP_FOR}",
        "contact_href": f"/contact{HELP_FOR}&connection={place.id}",
        "no_answer_href": f"/help/p/PAGE-NO-ANSWER{HELP_FOR}&connection={place.id}",
        "connection": {"file_name": place.file_name, "href": reverse("connection", kwargs={"connection": place.id})},
        "ledgers": _ledgers(place),
        "queues": _queues(base, known, scheme),
        "todo": _todo(base, place.id, known, scheme),
        "sync": _sync(place, base),
        "printed": f"All, printed {day(timezone.now())}",
        "listing": {
            "rows": [row_view(row, base, scheme, ticked=row["id"] in chosen) for row in shown],
            "href": base,
            "caption": f"Customers, {plural(total, 'contact')}",
            "announce": plural(total, "contact"),
            "shown": _shown_words(len(shown), total, previous=previous, more=more),
            "by_name_href": f"{base}?order=down",
            "by_since_href": f"{base}?sort=since&order=down",
            "previous_href": f"{base}?before={ids[0]}" if previous else None,
            "next_href": f"{base}?after={ids[-1]}" if more else None,
            "ids": " ".join(ids),
        },
        "selection": {
            "words": f"{number(len(chosen))} selected",
            "count": len(chosen),
            "elsewhere": len(chosen) - sum(one in chosen for one in ids),
            "save_href": reverse("save_selection", kwargs={"connection": place.id}),
        },
        "bulk": [{"label": "Invite", "href": reverse("act_on_selection", kwargs={"connection": place.id})}],
    }


def _rows(place: Connection, after: str) -> list[dict[str, Any]]:
    mine: QuerySet[Customer] = Customer.objects.filter(organisation_id=place.organisation_id, connection_id=place.id)
    if after:
        start = mine.values_list("name_key", "id").get(id=after)
        mine = mine.extra(where=["(name_key, id) > (%s, %s)"], params=list(start))
    return list(mine.order_by("name_key", "id").values(*COLUMNS)[: PAGE + 1])


def _counts(place: Connection) -> dict[str, int]:
    mine = CustomerCount.objects.filter(organisation_id=place.organisation_id, connection_id=place.id)
    return dict(mine.values_list("state", "number"))


def _ledgers(place: Connection) -> list[dict[str, Any]]:
    """All ledgers of the organisation, to move between; none when this is its only one, as it is here."""
    mine = Connection.objects.filter(organisation_id=place.organisation_id).exclude(state="choosing")
    ledgers = list(mine.order_by("id").values("id", "provider", "file_name", "state"))
    return ledgers if len(ledgers) > 1 else []


def _chosen(request: HttpRequest, place: Connection) -> set[str]:
    mine = Selection.objects.filter(
        organisation_id=place.organisation_id, connection_id=place.id, session_key=request.session.session_key
    )
    found = mine.values_list("ids", flat=True).first()
    return set(found or ())


def _navigation(place: Connection, base: str) -> list[dict[str, Any]]:
    organisation = {"organisation": place.organisation_id}
    return [
        {"label": "My Customers", "href": base, "is_current": True},
        {"label": "Connections", "href": reverse("connections", kwargs=organisation), "is_current": False},
        {"label": "Settings", "href": reverse("business", kwargs=organisation), "is_current": False},
    ]


def _queues(base: str, known: dict[str, int], scheme: str) -> list[dict[str, Any]]:
    views = []
    for queue in QUEUES:
        total = sum(known.get(state, 0) for state in queue.states)
        if queue.slug == "archived" and not total:
            continue
        href = f"{base}?queue={queue.slug}" if queue.slug else base
        word = filled(queue.word, TERMS, scheme)
        views.append({"word": word, "mark": queue.mark, "count": total, "href": href, "is_current": not queue.slug})
    return views


def _todo(base: str, connection: str, known: dict[str, int], scheme: str) -> list[dict[str, Any]]:
    lines = [
        (states.NEEDS_NUMBER, "todo", f"no valid {scheme}, so they can’t be invited.", "Add numbers", "needs-number"),
        (states.NEEDS_EMAIL, "todo", "no e-mail address, so they can’t be invited.", "Add addresses", "needs-email"),
        (states.BOUNCED, "bad", "an e-mail address that refused our mail.", "Fix addresses", "problems"),
    ]
    return [
        {
            "count": known[state],
            "sentence": f"{'customer has' if known[state] == 1 else 'customers have'} {sentence}",
            "action": action,
            "href": f"{base}?queue={queue}",
            "tone": tone,
            "help_href": f"/help/p/{state_code(state)}{HELP_FOR}&connection={connection}",
        }
        for state, tone, sentence, action, queue in lines
        if known.get(state)
    ]


def _sync(place: Connection, base: str) -> dict[str, Any]:
    now, synced = timezone.now(), place.synced_at
    changes = (("new", place.last_new), ("changed", place.last_changed), ("gone", place.last_gone))
    there = timezone.localtime(synced)
    clock = f"{there.hour % 12 or 12}:{there.minute:02} {'am' if there.hour < 12 else 'pm'}"
    return {
        "words": f"Synced {'today' if day(synced) == day(now) else day(synced)}, {clock}",
        "counts": [{"words": f"{number(n)} {what}", "href": f"{base}?sync={what}"} for what, n in changes if n],
        "start_href": reverse("sync", kwargs={"connection": place.id}),
        "is_stale": now - synced > timedelta(minutes=15),
    }


def _shown_words(rows: int, total: int, *, previous: bool, more: bool) -> str:
    if not previous:
        return f"1–{rows} of {number(total)}"
    if not more:
        return f"{number(total - rows + 1)}–{number(total)} of {number(total)}"
    return f"{rows} shown of {number(total)}"
