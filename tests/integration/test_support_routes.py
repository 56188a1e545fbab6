"""Walks the route table as support: from outside of any account, looking in one, and changing in one."""

from link4web.support import staff
from tests.people import Town
from tests.supporters import Case, agent_of, case_of
from tests.test_every_route import UNSAFE, Furnished, Place, ask, counted, furnished, of_these_ids, on_sqlite, places

# what the second step opens, by the view's own name; whatever is added here is a decision
MAY_BE_CHANGED = {
    "abn",
    "email",
    "write_again",
    "save_and_go",
    "save_selection",
    "select_all",
    "clear_selection",
    "take_back_selection",
    "sync",
}
# of the console: asking for a yes, and giving one up
MAY_BE_OLD = {"ask", "withdraw"}
# views of people who are somebody, outside of any organisation, that support may look at
OPEN_TO_ALL = {"home", "customers", "current_customers", "privacy", "problem_panel", "article_panel"}
# no session is read at these, so support is nobody there
SESSIONLESS = ("/help", "/healthz", "/readyz", "/webhooks", "/static", "/metrics")
OWN = {"session", "write", "leave"}


def ready(town: Town) -> tuple[Case, Furnished]:
    case = case_of(town)
    return case, furnished(town, case.owner)


def outside(place: Place) -> bool:
    return str(place.route).startswith(SESSIONLESS)


def unsafe(place: Place) -> set[str]:
    return place.methods & set(UNSAFE)


@on_sqlite
def test_staff_outside_of_an_account_see_nothing_of_it(town: Town) -> None:
    """R-044: support without a session, on all routes of the organisation; their console is the only exception."""
    case, home = ready(town)
    for place in places(town.app, home.ids):
        if place.route.arguments & {"organisation", "connection"} and not place.rule.staff:
            for method in sorted(place.methods):
                answer = ask(case.agent, method, place.path, **({"token": "x"} if method == "POST" else {}))
                assert answer.status_code == 404, (method, place.path)


@on_sqlite
def test_the_console_is_nowhere_for_others(town: Town) -> None:
    """R-044: an admin, and support inside an account."""
    case, home = ready(town)
    consoles = [place for place in places(town.app, home.ids) if place.rule.staff]
    assert len(consoles) > 6
    for place in consoles:
        for method in sorted(place.methods):
            assert ask(case.owner, method, place.path).status_code == 404, (method, place.path)
    case.entered()
    token = case.agent.token()
    for place in consoles:
        for method in sorted(place.methods):
            more = {"token": token} if method == "POST" else {}
            assert ask(case.agent, method, place.path, **more).status_code == 404, (method, place.path)


@on_sqlite
def test_what_staff_change_needs_a_fresh_proof(town: Town) -> None:
    """R-009: a sign-in of this morning doesn't use a tool, begin a visit or decide."""
    lead = agent_of(town, "lead", "Lee Lead")
    town.later(minutes=11)
    tried = set()
    for place in places(town.app, {}):
        if place.rule.staff and unsafe(place) and place.view not in MAY_BE_OLD:
            answer = lead.post(place.path)
            assert "/confirm-it-is-you" in (answer.location or ""), place.path
            tried.add(place.view)
    assert tried == {"start", "decide", "use_tool"}


@on_sqlite
def test_no_form_of_the_console_goes_through_without_its_token(town: Town) -> None:
    """R-027: as an agent and as a lead, with no token and with that of another browser."""
    case, lead, foreign = case_of(town), agent_of(town, "lead", "Lee Lead"), town.visitor().token()
    case.ask(emergency="y")
    ids = {"organisation": case.owner.organisation_id, "access": case.access}
    forms = [place for place in places(town.app, ids) if place.rule.staff and unsafe(place)]
    assert len(forms) > 4
    before = counted(town)
    for place in forms:
        for who in (case.agent, lead) if place.rule.staff == "agent" else (lead,):
            for token in ("", foreign):
                answer = who.post(place.path, {"reason": "long enough for a reason", "answer": "yes"}, token=token)
                assert answer.status_code == 403, place.path
    assert counted(town) == before
    assert case.row().state == "waiting"


@on_sqlite
def test_an_answer_counts_in_its_own_organisation_alone(town: Town) -> None:
    """R-045, R-061: an admin elsewhere, through the path of their own organisation and through the other's."""
    case, stranger = case_of(town), town.owner("Sam Stranger", "Kauri Point Marine")
    case.ask()
    own = f"/org/{stranger.organisation_id}/settings/support/{case.access}"
    for path in (own, f"{case.settings}/{case.access}"):
        assert stranger.post(path, {"answer": "no"}).status_code == 404
        assert stranger.post(f"{path}/allow").status_code == 404
    assert case.row().state == "waiting"


@on_sqlite
def test_a_lead_who_is_one_no_more_decides_nothing(town: Town) -> None:
    """R-024: from the very next request on."""
    case, lead = case_of(town), agent_of(town, "lead", "Lee Lead")
    case.ask(emergency="y")
    with town.app.app_context():
        staff.appoint(lead.user_id, "agent")
    assert lead.post(f"{case.page}/decide", {"answer": "yes"}).status_code == 404
    assert case.row().state == "waiting"


@on_sqlite
def test_whoever_looks_changes_nothing(town: Town) -> None:
    """R-063, R-064: every unsafe method of every route, as a page and by htmx, with a good token."""
    case, home = ready(town)
    case.entered()
    token, before, tried = case.agent.token(), counted(town), 0
    for place in of_these_ids(town.app, home.ids):
        if place.view in OWN or outside(place):
            continue
        for method in sorted(unsafe(place)):
            for headers in ({}, {"HX-Request": "true"}):
                more = {"token": token} if method == "POST" else {}
                answer = ask(case.agent, method, place.path, headers=headers, **more)
                assert answer.status_code in (403, 404, 405), (method, place.path)
                tried += 1
    assert tried > 60
    assert counted(town) == before


@on_sqlite
def test_what_the_second_step_opens_is_on_a_list(town: Town) -> None:
    """R-064: the deny list is everything else."""
    for place in places(town.app, {}):
        if place.rule.on_behalf == "write":
            assert place.view in MAY_BE_CHANGED, place.view
        if not place.rule.permission and place.rule.on_behalf == "read":
            assert place.view in OPEN_TO_ALL, place.view
    case, home = ready(town)
    case.entered()
    assert case.may_write().status_code == 303
    token, before = case.agent.token(), counted(town)
    for place in of_these_ids(town.app, home.ids):
        if place.view in OWN | MAY_BE_CHANGED or outside(place):
            continue
        for method in sorted(unsafe(place)):
            more = {"token": token} if method == "POST" else {}
            assert ask(case.agent, method, place.path, **more).status_code in (403, 404, 405), (method, place.path)
    assert counted(town) == before


@on_sqlite
def test_what_may_be_looked_at_has_the_banner(town: Town) -> None:
    """R-068, R-064: on every page that opens; downloads, consents and ways to connect do not open at all."""
    case, home = ready(town)
    case.entered()
    shown = 0
    for place in of_these_ids(town.app, home.ids):
        if "GET" not in place.methods or outside(place) or str(place.route).startswith("/panel"):
            continue
        answer = case.agent.get(place.path)
        if place.view in {"batch_csv", "connect", "go", "choose", "disconnect", "confirm", "switch"}:
            assert answer.status_code in (403, 404), place.path
        if answer.status_code == 200 and "<html" in answer.text:
            shown += 1
            assert case.banner(), place.path
        if answer.status_code == 200:
            assert "attachment" not in answer.headers.get("Content-Disposition", ""), place.path
    assert shown >= 8


@on_sqlite
def test_forged_forms_do_nothing(town: Town) -> None:
    """R-027: another site, no token, a token of another browser; for start, second step, leaving and the answers."""
    case, stranger = case_of(town), town.visitor()
    case.ask()
    theirs = stranger.token()
    for token in ("", theirs):
        answer = case.owner.post(f"{case.settings}/{case.access}/allow", token=token)
        assert answer.status_code == 403
    cross = case.owner.post(f"{case.settings}/{case.access}/allow", headers={"Sec-Fetch-Site": "cross-site"})
    assert cross.status_code == 403
    case.allow()
    assert case.agent.post(f"{case.page}/start", token=theirs).status_code == 403
    assert case.start().status_code == 303
    for path in ("/on-behalf/write", "/on-behalf/leave"):
        assert case.agent.post(path, token=theirs).status_code == 403
    assert case.row().state == "started"
