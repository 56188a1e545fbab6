"""The consent dance and the end of a connection, with everything that can go wrong on the way."""

import json
import re
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from link4web import tenancy
from link4web.connections import authorise, services
from link4web.connections.authorise import ConsentProblem
from link4web.connections.models import Connection
from link4web.connections.words import CONSENT
from link4web.database import db
from link4web.providers.xero.provider import PROVIDER
from tests.ledger import CONTACTS, LARGE, SMALL, Books, Xero, books, colleague, simulators, words, xero
from tests.people import Person, Town, allow_at_provider
from tests.telling_apart import alike

__all__ = ["books", "simulators", "xero"]


def leave(person: Person, more: str = "") -> str:
    answer = person.get(f"/xero/connect/go?organisation={person.organisation_id}{more}")
    assert answer.status_code == 302
    return answer.location


def path(person: Person, address: str) -> str:
    return address.removeprefix(person.app.config["BASE_URL"])


def refused(person: Person, address: str, code: str) -> str:
    """Come back from the provider at `address`: a redirect to the page that explains `code`; its words."""
    answer = person.get(path(person, address))
    assert answer.status_code == 302
    assert f"problem={code}" in answer.location
    shown = person.get(answer.location)
    title = CONSENT[code][0].format(provider="Xero", file="organisation")
    assert shown.status_code == 200 and title in words(shown.text)
    return shown.text


def offer(person: Person, *, file: int = SMALL, more: str = "") -> str:
    """Consent at the provider and come back; the address of the page that asks for confirmation."""
    arrived = person.get(path(person, allow_at_provider(leave(person, more), file=file)))
    assert arrived.status_code == 302 and "/choose" in arrived.location, arrived.location
    return arrived.location


def offered_file(person: Person, address: str) -> str:
    found = re.search(r'name="file"[^>]*value="([^"]+)"', person.get(address).text)
    assert found
    return found[1]


def confirm(person: Person, address: str, **more: str) -> TestResponse:
    return person.post(address, {"file": offered_file(person, address), **more})


def test_every_trouble_has_its_own_sentence() -> None:
    assert len({title for title, _ in CONSENT.values()}) == len(CONSENT)
    assert len({text for _, text in CONSENT.values()}) == len(CONSENT)


def test_saying_no_connects_nothing(owner: Person, xero: Xero) -> None:
    refused(owner, allow_at_provider(leave(owner), cancel=True), "declined")
    assert not xero.calls("/connect/token", "POST")


def test_a_foreign_state_is_refused_and_uses_the_departure_up(owner: Person, xero: Xero) -> None:
    back = allow_at_provider(leave(owner), file=SMALL)
    refused(owner, re.sub(r"state=[^&]+", "state=made-up", back), "state")
    refused(owner, back, "not-begun")
    assert not xero.calls("/connect/token", "POST")


def test_an_expired_code_is_explained(owner: Person, xero: Xero) -> None:
    back = allow_at_provider(leave(owner), file=SMALL)
    xero.control("expire", access=False, codes=True)
    refused(owner, back, "expired-code")


def test_another_browser_or_person_can_not_use_the_answer(owner: Person, stranger: Person, xero: Xero) -> None:
    back = allow_at_provider(leave(owner), file=SMALL)
    refused(stranger, back, "not-begun")
    leave(stranger)
    refused(stranger, back, "state")
    assert not xero.calls("/connect/token", "POST")


def test_an_answer_works_once(owner: Person) -> None:
    back = allow_at_provider(leave(owner), file=SMALL)
    assert "/choose" in owner.get(path(owner, back)).location
    refused(owner, back, "not-begun")


def test_somebody_signed_out_is_told_so(owner: Person) -> None:
    back = allow_at_provider(leave(owner), file=SMALL)
    owner.post("/sign-out")
    answer = owner.get(path(owner, back))
    assert answer.status_code == 302 and "problem=" in answer.location


def test_a_late_answer_is_refused(owner: Person, town: Town) -> None:
    back = allow_at_provider(leave(owner), file=SMALL)
    town.later(minutes=11)
    refused(owner, back, "late")


def test_the_answer_of_another_provider_or_person_is_refused(owner: Person) -> None:
    with owner.app.test_request_context():
        _, kept = authorise.depart(PROVIDER, owner.organisation_id, owner.user_id)
    other = replace(PROVIDER, slug="other")
    for provider, person, code in ((other, owner.user_id, "provider"), (PROVIDER, "somebody else", "person")):
        with owner.app.app_context(), pytest.raises(ConsentProblem) as problem:
            authorise.check_return(provider, kept, person, kept["state"])
        assert problem.value.code == code


def test_xero_down_while_coming_back_is_explained(owner: Person, xero: Xero) -> None:
    back = allow_at_provider(leave(owner), file=SMALL)
    xero.fail(path="/connect/token", status=503, count=3)
    refused(owner, back, "provider-down")


@pytest.mark.parametrize("query", ["", "code=x", "error=server_error&state=x", "state=%00&code=%ff", "state=ü&code=ß"])
def test_the_callback_never_renders(owner: Person, query: str) -> None:
    assert owner.get(f"/xero/callback?{query}").status_code == 302
    leave(owner)
    assert owner.get(f"/xero/callback?{query}").status_code == 302


def test_nothing_is_read_before_the_file_is_confirmed(owner: Person, town: Town, xero: Xero) -> None:
    address = offer(owner)
    town.work()
    assert {one["path"] for one in xero.log() if one["path"].startswith((API := "/api.xro", "/conn"))} <= {
        "/connect/token",
        "/connections",
    }
    assert not xero.calls(API)
    assert confirm(owner, address).status_code == 303
    town.work()
    assert xero.calls(API)


def test_a_failed_reconnect_begins_again_with_its_organisation(books: Books) -> None:
    more = f"&reconnect={books.connection}"
    answer = books.person.get(path(books.person, allow_at_provider(leave(books.person, more), cancel=True)))
    assert f"reconnect={books.connection}" in answer.location
    assert f"organisation={books.person.organisation_id}" in answer.location


def test_another_file_on_reconnect_is_asked_about(books: Books) -> None:
    person = books.person
    address = offer(person, file=LARGE, more=f"&reconnect={books.connection}")
    answer = confirm(person, address)
    assert answer.status_code == 409 and "different organisation" in answer.text
    fine = confirm(person, address, other="yes")
    assert fine.status_code == 303 and books.connection not in fine.location
    assert books.row().state == "active"


def test_confirming_twice_connects_once(owner: Person) -> None:
    address = offer(owner)
    form = {"file": offered_file(owner, address)}
    first, second = owner.post(address, form), owner.post(address, form)
    assert first.location == second.location


def test_an_unconfirmed_consent_is_forgotten_with_its_tokens(owner: Person, town: Town, xero: Xero) -> None:
    address = offer(owner)
    town.later(minutes=61)
    with town.app.app_context():
        assert [services.forget_offers(), services.forget_offers()] == [1, 0]
    town.work()
    owner.sign_in()
    assert owner.get(address).status_code == 404
    assert still_connected(xero) == 0


def not_now(person: Person, address: str) -> None:
    answer = person.post(address, {"file": offered_file(person, address), "then": "not-now"})
    assert (answer.status_code, answer.location) == (303, f"/xero/connect?organisation={person.organisation_id}")


def still_connected(xero: Xero) -> int:
    """How many connections of ours there were at Xero until now; asking ends them."""
    ended: int = xero.control("disconnect")["disconnected"]
    return ended


def test_not_now_lets_go_of_the_consent(owner: Person, town: Town, xero: Xero) -> None:
    """R-090: our tokens go at once, and Xero's list of connected apps has us no longer, though it was down first."""
    address = offer(owner)
    form = {"file": offered_file(owner, address)}
    xero.fail(path="/connections/", status=503, count=1)
    not_now(owner, address)
    with town.app.app_context(), tenancy.acting_for(owner.organisation_id):
        row = db.session.scalars(select(Connection)).one()
        assert (row.access_token, row.refresh_token) == (None, None)
    assert owner.post(address, form).location == f"/xero/connect?organisation={owner.organisation_id}", (
        "too late to take it up"
    )
    town.work()
    town.later(minutes=1)
    town.work()
    assert still_connected(xero) == 0
    assert not xero.calls("/connect/revocation")
    assert owner.get(address).status_code == 404


def test_not_now_leaves_a_file_in_use_alone(books: Books, town: Town, xero: Xero) -> None:
    """The same organisation of Xero is connected here, or about to be."""
    not_now(books.person, offer(books.person))
    first, second = offer(books.person, file=LARGE), offer(books.person, file=LARGE)
    not_now(books.person, first)
    town.work()
    books.sync()
    assert "Synced today" in books.page()
    assert confirm(books.person, second).status_code == 303
    assert still_connected(xero) == 2


def test_only_admins_connect(books: Books, town: Town) -> None:
    person = colleague(town, books.person)
    here = f"/xero/{books.connection}"
    for address in ("/xero/connect", "/xero/connect/go", f"{here}/disconnect"):
        assert person.get(address).status_code == 403
    assert person.post(f"{here}/disconnect").status_code == 403
    assert person.get(f"{here}/customers").status_code == 200


def test_foreign_ids_look_like_missing_ones(books: Books, stranger: Person) -> None:
    missing = "A" * 22
    customer = next(iter(books.customers().values())).id
    for tail in ("", "/customers", "/choose", "/disconnect", f"/customers/{customer}", f"/customers/{customer}/abn"):
        foreign = stranger.get(f"/xero/{books.connection}{tail}")
        unknown = stranger.get(f"/xero/{missing}{tail}")
        assert foreign.status_code == 404
        assert alike(foreign, unknown)


def test_disconnecting_lets_go_of_this_organisation_alone(books: Books, town: Town, xero: Xero) -> None:
    other = books.person.connect_xero(file=LARGE)
    town.work()
    xero.forget_log()
    answer = books.person.post(f"/xero/{books.connection}/disconnect")
    assert answer.status_code == 303
    row = books.row()
    assert (row.state, row.access_token, row.refresh_token) == ("disconnected", None, None)
    town.work()
    deleted = [one["path"] for one in xero.log() if one["method"] == "DELETE"]
    assert len(deleted) == 1 and deleted[0].startswith("/connections/")
    assert not xero.calls("/connect/revocation")
    assert books.row().farewell is None
    assert "is disconnected" in books.page()
    books.person.post(f"/xero/{other}/customers/sync")
    town.work()
    assert "Synced today" in books.person.get(f"/xero/{other}/customers").text


def test_xero_down_while_disconnecting_is_tried_again(books: Books, town: Town, xero: Xero) -> None:
    xero.fail(path="/connections", status=503, count=2)
    books.person.post(f"/xero/{books.connection}/disconnect")
    town.work()
    row = books.row()
    assert (row.state, row.access_token, row.refresh_token) == ("disconnected", None, None)
    assert row.farewell is not None
    for _ in range(3):
        town.later(minutes=30)
        town.work()
    assert books.row().farewell is None
    assert [one["status"] for one in xero.log() if one["method"] == "DELETE"][-1] == 204


def test_a_renewal_while_letting_go_is_kept_for_the_next_attempt(
    books: Books, town: Town, xero: Xero, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It spends the pair before it: with that one Xero would stay connected, and we would think it was not."""
    monkeypatch.setenv("LINK4WEB_TEST_CLOCK", str(tmp_path / "clock"))  # for Xero too: our access runs out
    town.later(hours=1)
    books.person.sign_in()
    xero.fail(path="/connections", status=503, count=2)
    books.person.post(f"/xero/{books.connection}/disconnect")
    town.work()
    assert xero.calls("/connect/token") and books.row().farewell is not None
    for _ in range(3):
        town.later(minutes=40)
        town.work()
    assert [one["status"] for one in xero.log() if one["method"] == "DELETE"][-1] == 204
    assert books.row().farewell is None


def test_reconnecting_keeps_what_was_entered(books: Books, town: Town) -> None:
    customer = books.one("needs-number")
    books.person.post(f"{books.base}/{customer.id}/abn", {"number": "51 824 753 556", "sure": "51824753556"})
    books.person.post(f"/xero/{books.connection}/disconnect")
    assert "Reconnect Xero" in books.page()
    again = confirm(books.person, offer(books.person, more=f"&reconnect={books.connection}"))
    assert books.connection in again.location
    town.work()
    kept = books.customer(customer.name)
    assert (kept.id, kept.number, kept.number_origin) == (customer.id, "51824753556", "typed")
    assert books.row().state == "active" and "Synced today" in books.page()


def test_reconnecting_calls_a_waiting_farewell_off(books: Books, town: Town, xero: Xero) -> None:
    xero.fail(path="/connections/", status=503, count=1)
    books.person.post(f"/xero/{books.connection}/disconnect")
    town.work()
    confirm(books.person, offer(books.person))
    town.later(hours=1)
    town.work()
    books.person.sign_in()
    books.sync()
    assert books.row().state == "active" and "Synced today" in books.page()


def test_a_late_refusal_does_not_end_a_connection_that_was_made_again(owner: Person, town: Town, xero: Xero) -> None:
    """What Xero answers to a call of the consent before says nothing about the new one."""
    books = Books(town, owner, owner.connect_xero(file=SMALL), xero)
    again = offer(owner)
    xero.fail(path=CONTACTS, status=403, body=json.dumps({"Detail": "AuthenticationUnsuccessful"}), delay=2)
    worker = threading.Thread(target=town.work)
    worker.start()
    while worker.is_alive() and books.row().sync_state != "running":
        time.sleep(0.02)
    confirm(owner, again)
    assert worker.is_alive()  # the refusal is still on its way
    worker.join()
    assert books.row().state == "active"
    town.later(seconds=10)
    town.work()
    assert books.row().sync_state == "idle" and books.customers()
    assert "Xero is disconnected from Link4web" not in [mail["subject"] for mail in town.mails_to(owner.email)]
