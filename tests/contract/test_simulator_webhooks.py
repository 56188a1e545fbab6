"""Webhooks that the simulated Xero and QuickBooks send: signed, gathered, tried again, judged by published shapes."""

import base64
import datetime as dt
import hmac
import json
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.quickbooks_fixtures import AU, Company, running_quickbooks
from tests.contract.simulator_fixtures import Caller, judges, offset
from tests.contract.webhook_receiver import Posted, Receiver, running_receiver

__all__ = ["offset", "running_quickbooks", "running_receiver"]
KEY = "a key of this test"
HEADERS = {"xero": "x-xero-signature", "quickbooks": "intuit-signature"}


def signed(body: bytes, key: str = KEY) -> str:
    return base64.b64encode(hmac.new(key.encode(), body, sha256).digest()).decode()


@pytest.fixture(name="told")
def with_targets(sim: Company, receiver: Receiver) -> Company:
    """Both services send to the receiver, and Xero's first organisation is connected, too."""
    sim.control("xero/token")
    for service in HEADERS:
        sim.control(f"{service}/webhook", url=receiver.url, key=KEY)
        sim.control(f"{service}/switch", webhook_settle_seconds=30.0)
    return sim


def delivered(sim: Caller, service: str, receiver: Receiver) -> list[Any]:
    """What has arrived so far, once everything that waits was sent."""
    sim.control(f"{service}/deliver")
    return [json.loads(one.body) for one in receiver.posted]


def test_quickbooks_tells_changes_as_cloud_events(told: Company, receiver: Receiver) -> None:
    made = told.save("Customer", {"DisplayName": "Told"}).json()["Customer"]
    told.sparse(made, Notes="changed")
    invoice = told.control("quickbooks/touch", do="draft", customer="Told")
    told.control("quickbooks/touch", do="void", invoice=invoice["Id"])
    told.control("quickbooks/touch", do="merge", customer="Harbour & Hearth", into="Told")
    (events,) = delivered(told, "quickbooks", receiver)
    assert [one["type"] for one in events] == [
        "qbo.customer.created.v1", "qbo.customer.updated.v1", "qbo.invoice.created.v1", "qbo.invoice.voided.v1",
        "qbo.customer.merged.v1",
    ]  # fmt: skip
    assert {one["intuitaccountid"] for one in events} == {AU}
    assert (events[0]["intuitentityid"], events[4]["intuitentityid"]) == (made["Id"], made["Id"])
    assert events[4]["data"] == {"deletedid": "8"}
    assert len({one["id"] for one in events}) == 5
    age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(events[0]["time"])
    assert dt.timedelta(0) <= age < dt.timedelta(minutes=2)


def test_cloud_events_have_the_published_members(told: Company, receiver: Receiver) -> None:
    samples = json.loads((judges() / "quickbooks" / "webhook-payloads.json").read_text(encoding="utf-8"))
    published = next(one["body"][0] for one in samples if "CloudEvents)" in one["source"] and "blog" in one["source"])
    told.save("Customer", {"DisplayName": "Told"})
    (events,) = delivered(told, "quickbooks", receiver)
    assert events[0].keys() == published.keys()
    assert len(events[0]["time"]) == len(published["time"])


def test_quickbooks_speaks_the_older_form_if_told_to(told: Company, receiver: Receiver) -> None:
    samples = json.loads((judges() / "quickbooks" / "webhook-payloads.json").read_text(encoding="utf-8"))
    published = next(one["body"]["eventNotifications"][0] for one in samples if isinstance(one["body"], dict))
    told.control("quickbooks/switch", webhook_format="legacy")
    made = told.save("Customer", {"DisplayName": "Told"}).json()["Customer"]
    (body,) = delivered(told, "quickbooks", receiver)
    (notification,) = body["eventNotifications"]
    assert notification.keys() == published.keys()
    (entity,) = notification["dataChangeEvent"]["entities"]
    assert entity.keys() == published["dataChangeEvent"]["entities"][0].keys()
    assert (notification["realmId"], entity["name"], entity["id"]) == (AU, "Customer", made["Id"])
    assert entity["operation"] == "Create"


def test_xero_tells_contacts_and_documents_in_sequence(told: Company, receiver: Receiver) -> None:
    made = told.control("xero/touch", do="add", fields={"Name": "Told"})
    told.control("xero/touch", do="archive", contact="Told")
    (first,) = delivered(told, "xero", receiver)
    told.control("xero/touch", do="draft", contact="Marram Grass Café")
    second = delivered(told, "xero", receiver)[1]
    assert [(one["eventCategory"], one["eventType"]) for one in first["events"]] == [
        ("CONTACT", "CREATE"), ("CONTACT", "UPDATE"),
    ]  # fmt: skip
    assert {one["resourceId"] for one in first["events"]} == {made["ContactID"]}
    assert first["events"][0]["resourceUrl"].endswith(f"/api.xro/2.0/Contacts/{made['ContactID']}")
    assert [one["eventCategory"] for one in second["events"]] == ["INVOICE"], "the contact's flag tells nothing"
    sequences = [(one["firstEventSequence"], one["lastEventSequence"]) for one in (first, second)]
    assert sequences == [(1, 2), (3, 3)]


def test_xero_tells_whoever_is_seeded_into_a_connected_organisation(told: Company, receiver: Receiver) -> None:
    before = dt.datetime.now(dt.UTC)
    xero = Caller(told.running, told.session)
    xero.connect()
    added = told.control("xero/seed", contacts=1500)["added"]
    bodies = delivered(told, "xero", receiver)
    events = [event for body in bodies for event in body["events"]]
    assert (len(events), max(len(body["events"]) for body in bodies)) == (added, 500)
    assert {(one["eventCategory"], one["eventType"]) for one in events} == {("CONTACT", "CREATE")}
    assert [body["lastEventSequence"] for body in bodies][-1] == added
    since = {"If-Modified-Since": f"{before:%Y-%m-%dT%H:%M:%S}"}
    new = xero.contacts(since, page=1, pageSize=1000, includeArchived="true")
    assert new["pagination"]["itemCount"] == added == len({one["resourceId"] for one in events})


def test_quickbooks_tells_whoever_is_seeded_into_a_connected_company(told: Company, receiver: Receiver) -> None:
    before = dt.datetime.now(dt.UTC).replace(microsecond=0).isoformat()
    added = told.control("quickbooks/seed", contacts=1300)["added"]
    bodies = delivered(told, "quickbooks", receiver)
    assert max(map(len, bodies)) == 500
    assert {event["type"] for body in bodies for event in body} == {"qbo.customer.created.v1"}
    told_of = {event["intuitentityid"] for body in bodies for event in body}
    for moment in ("CreateTime", "LastUpdatedTime"):
        new = f"from Customer where MetaData.{moment} >= '{before}' and Active in (true, false)"
        assert told.query(f"select count(*) {new}").json()["QueryResponse"]["totalCount"] == added == len(told_of)


def test_xeros_webhooks_fit_the_published_description(told: Company, receiver: Receiver) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    loaded = yaml.safe_load((judges() / "xero" / "xero-webhooks.yaml").read_text(encoding="utf-8"))
    schema = loaded["components"]["schemas"]["WebhookEvent"]
    told.control("xero/touch", do="add", fields={"Name": "Told"})
    (body,) = delivered(told, "xero", receiver)
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(body)) == []
    assert body.keys() == schema["properties"].keys()
    assert body["events"][0].keys() == schema["properties"]["events"]["items"]["properties"].keys()


@pytest.mark.parametrize("service", HEADERS)
def test_the_signature_is_over_the_raw_bytes(told: Company, receiver: Receiver, service: str) -> None:
    fields = {"Name": "Told"} if service == "xero" else {"DisplayName": "Told"}
    told.control(f"{service}/touch", do="add", fields=fields)
    delivered(told, service, receiver)
    (posted,) = receiver.posted
    assert posted.headers[HEADERS[service]] == signed(posted.body)
    assert posted.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("service", HEADERS)
def test_nothing_is_told_of_failures_nor_of_companies_that_are_not_connected(
    told: Company, receiver: Receiver, service: str
) -> None:
    field = "Name" if service == "xero" else "DisplayName"
    other = {"organisation": "1"} if service == "xero" else {"company": "1"}
    taken = "Dry Creek Joinery" if service == "xero" else "Apostle Bay Cannery"
    told.control(f"{service}/touch", do="add", fields={field: "Elsewhere"}, **other)
    body = {"do": "add", "fields": {field: taken}}
    answer = told.session.post(f"{told.root}/{service}/_control/touch", json=body, timeout=30)
    assert answer.status_code == 400
    told.control(f"{service}/seed", contacts=900, old=True)
    assert delivered(told, service, receiver) == []


@pytest.mark.parametrize(("service", "first_pause"), [("xero", 900), ("quickbooks", 10)])
def test_a_refused_one_is_tried_at_once_then_later_and_holds_back_the_rest(
    told: Company, receiver: Receiver, offset: Path, service: str, first_pause: int
) -> None:
    fields = {"Name": "One"} if service == "xero" else {"DisplayName": "One"}
    receiver.answer = lambda _: 503
    told.control(f"{service}/touch", do="add", fields=fields)
    told.control(f"{service}/deliver")
    assert len(receiver.posted) == 2
    receiver.answer = lambda _: 200
    told.control(f"{service}/switch", webhook_settle_seconds=0.0)
    told.control(f"{service}/touch", do="add", fields=dict.fromkeys(fields, "Two"))
    assert len(receiver.posted) == 2
    offset.write_text(str(first_pause + 1))
    deadline = time.monotonic() + 10
    while len(receiver.posted) < 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    bodies = [one.body for one in receiver.posted]
    assert len(bodies) == 4
    assert bodies[0] == bodies[1] == bodies[2] != bodies[3]


def test_xero_gives_up_after_a_day_and_quickbooks_does_not(told: Company, receiver: Receiver) -> None:
    receiver.answer = lambda _: 500
    for service, name in (("xero", "Name"), ("quickbooks", "DisplayName")):
        told.control(f"{service}/touch", do="add", fields={name: "Unheard"})
        for _ in range(14):
            told.control(f"{service}/deliver")
    states = {service: told.control(f"{service}/webhook")["targets"][0]["active"] for service in HEADERS}
    assert states == {"xero": False, "quickbooks": True}


def test_xero_sends_only_after_the_intent_was_proven_if_told_to(sim: Company, receiver: Receiver) -> None:
    sim.control("xero/token")
    sim.control("xero/switch", webhooks_need_intent=True)
    sim.control("xero/webhook", url=receiver.url, key=KEY)
    sim.control("xero/touch", do="add", fields={"Name": "Too early"})
    assert sim.control("xero/intent")["ok"] is False, "an address that takes every signature is none"

    def careful(one: Posted) -> int:
        return 200 if one.headers["x-xero-signature"] == signed(one.body) else 401

    receiver.answer = careful
    asked = sim.control("xero/intent")
    assert asked["ok"] is True
    assert [one["status"] for one in asked["answers"]] == [200, 401, 200, 401]
    empty = json.loads(receiver.posted[-1].body)
    assert (empty["events"], empty["firstEventSequence"], empty["lastEventSequence"]) == ([], 0, 0)
    receiver.posted.clear()
    sim.control("xero/touch", do="add", fields={"Name": "Heard"})
    assert len(delivered(sim, "xero", receiver)) == 1


@pytest.mark.parametrize("service", HEADERS)
def test_one_made_by_hand_may_be_signed_wrong_and_the_target_survives_a_reset(
    told: Company, receiver: Receiver, service: str
) -> None:
    told.control(f"{service}/reset")
    assert told.control(f"{service}/notify", body={"made": "by hand"})["status"] == 200
    told.control(f"{service}/notify", body="no JSON {", key="another key")
    told.control(f"{service}/notify", body=[], signature="nonsense")
    right, other, nonsense = receiver.posted
    assert (json.loads(right.body), right.headers[HEADERS[service]]) == ({"made": "by hand"}, signed(right.body))
    assert (other.body, other.headers[HEADERS[service]]) == (b"no JSON {", signed(other.body, "another key"))
    assert nonsense.headers[HEADERS[service]] == "nonsense"
    listed = told.session.get(f"{told.root}/{service}/_control", timeout=30).json()
    assert listed["webhook_targets"] == [{"url": receiver.url, "key": KEY, "active": True}]
