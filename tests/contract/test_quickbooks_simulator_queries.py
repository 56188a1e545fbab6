"""QuickBooks' query language, change data capture and batches."""

import datetime as dt
from pathlib import Path

import pytest
import requests

from tests.contract.quickbooks_fixtures import Company, demo_quickbooks, error_of, running_quickbooks
from tests.contract.simulator_fixtures import offset

__all__ = ["demo_quickbooks", "offset", "running_quickbooks"]
EVERYONE = "Active in (true, false)"


@pytest.mark.parametrize("order", ["Id", "Id DESC", "DisplayName", "Metadata.LastUpdatedTime DESC, DisplayName ASC"])
@pytest.mark.parametrize("size", [7, 40, 1000])
def test_pages_hold_every_customer_once(demo: Company, order: str, size: int) -> None:
    seen: list[str] = []
    while True:
        start = len(seen) + 1
        page = demo.rows(
            f"SELECT * FROM Customer WHERE {EVERYONE} ORDERBY {order} STARTPOSITION {start} MAXRESULTS {size}"
        )
        if not page:
            break
        assert len(page) <= size
        seen += [one["Id"] for one in page]
    assert len(seen) == len(set(seen)) == 42
    if order.startswith("Id"):
        assert seen == sorted(seen, key=int, reverse=order.endswith("DESC"))


def test_the_answer_counts_what_it_holds_and_an_empty_one_holds_nothing(demo: Company) -> None:
    response = demo.query("select * from Customer startposition 3 maxresults 5").json()["QueryResponse"]
    assert (response["startPosition"], response["maxResults"], len(response["Customer"])) == (3, 5, 5)
    assert demo.query("select * from Customer where DisplayName = 'Nobody'").json()["QueryResponse"] == {}
    counted = demo.query(f"select count(*) from Customer where {EVERYONE}").json()["QueryResponse"]
    assert counted == {"totalCount": 42}


def test_a_hundred_rows_by_default_and_a_thousand_at_most(sim: Company) -> None:
    sim.control("quickbooks/seed", contacts=1200)
    assert len(sim.rows("select * from Customer")) == 100
    assert len(sim.rows("select * from Customer maxresults 1500")) == 1000
    sim.control("quickbooks/switch", max_results_over_1000="refused", page_one_too_many=True)
    assert error_of(sim.query("select * from Customer maxresults 1500"))["code"] == "4001"
    assert len(sim.rows("select * from Customer maxresults 50")) == 51


def test_only_active_ones_unless_asked(demo: Company) -> None:
    active = demo.rows("select * from Customer maxresults 1000")
    assert {one["Active"] for one in active} == {True}
    inactive = demo.rows("select * from Customer where Active = false")
    assert inactive
    assert all(one["DisplayName"].endswith(" (deleted)") for one in inactive)
    assert len(demo.rows(f"select * from Customer where {EVERYONE} maxresults 1000")) == len(active) + len(inactive)


def test_get_and_post_speak_the_same_language(demo: Company) -> None:
    statement = "select DisplayName from Customer where DisplayName like 'Apostle%' order by DisplayName desc"
    by_get = demo.query(statement).json()["QueryResponse"]
    posted = demo.call("POST", "/query", {"Content-Type": "application/text"}, data=statement).json()["QueryResponse"]
    assert by_get == posted
    assert [set(one) for one in posted["Customer"]] == [{"DisplayName", "domain", "sparse"}]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("DisplayName = 'harbour & hearth'", ["Harbour & Hearth"]),
        ("DisplayName = 'O’Reilly \\\\ Sons Produce'", ["O’Reilly \\ Sons Produce"]),
        ("CompanyName like '%Gelato%'", ["Flinders Lane Gelato"]),
        ("DisplayName like '%_%' and DisplayName = 'Cockle Creek Smokehouse'", []),
        ("PrimaryEmailAddr = 'smoke@cocklecreek.example'", ["Cockle Creek Smokehouse"]),
        ("FullyQualifiedName like 'Apostle Bay Cannery:%'", ["Lorne Kiosk", "Torquay Kiosk"]),
        ("Id in ('1', '3')", ["Apostle Bay Cannery", "Cockle Creek Smokehouse"]),
        ("Id <= '2' and Active = true", ["Apostle Bay Cannery", "Bandicoot Books & Toys"]),
    ],
)
def test_conditions(demo: Company, where: str, names: list[str]) -> None:
    assert sorted(one["DisplayName"] for one in demo.rows(f"select * from Customer where {where}")) == sorted(names)


def test_a_quote_is_escaped_by_a_backslash(sim: Company) -> None:
    sim.save("Customer", {"DisplayName": "Ned's \\ Shed"})
    assert sim.customer("Ned's \\ Shed")["DisplayName"] == "Ned's \\ Shed"
    broken = sim.query("select * from Customer where DisplayName = 'Ned's Shed'")
    assert (broken.status_code, error_of(broken)["code"]) == (400, "4000")
    assert error_of(broken)["Detail"].startswith("QueryParserError: ")


def test_changed_since_is_a_moment_with_offset(demo: Company) -> None:
    rows = demo.rows(f"select * from Customer where {EVERYONE} orderby MetaData.LastUpdatedTime maxresults 1000")
    moments = [dt.datetime.fromisoformat(one["MetaData"]["LastUpdatedTime"]) for one in rows]
    assert moments == sorted(moments)
    middle = moments[20].astimezone(dt.timezone(dt.timedelta(hours=11)))
    since = f"MetaData.LastUpdatedTime >= '{middle.isoformat()}'"
    later = demo.rows(f"select * from Customer where {EVERYONE} and {since} maxresults 1000")
    assert len(later) == len(rows) - 20
    assert error_of(demo.query("select * from Customer where MetaData.LastUpdatedTime > 'soon'"))["code"] == "4001"


@pytest.mark.parametrize(
    ("statement", "code", "words"),
    [
        ("select * from Customer startposition 0", "4001", "value 0 is too small"),
        ("select * from Customer where PrimaryTaxIdentifier = '51824753556'", "4001", "is not queryable"),
        ("select * from Customer where Colour = 'red'", "4001", "Property Colour not found for Entity Customer"),
        ("select * from Spaceship", "4001", "Spaceship"),
        ("select * from Customer where Active = 'true'", "4001", "Active"),
        ("select * from Customer where Id = '1' or Id = '2'", "4000", "Encountered"),
        ("select * from Customer where not Active = true", "4000", "Encountered"),
        ("select * from Customer where Balance != 0", "4000", "Lexical error"),
        ("select * from Customer, Vendor", "4000", "Encountered"),
        ("update Customer set Active = false", "4000", "Encountered"),
        ("", "4000", "Encountered"),
    ],
)
def test_faults_of_the_language(demo: Company, statement: str, code: str, words: str) -> None:
    answer = demo.query(statement)
    assert answer.status_code == 400
    assert answer.json()["Fault"]["type"] == "ValidationFault"
    assert error_of(answer)["code"] == code
    assert words in error_of(answer)["Detail"]


def test_cdc_tells_changes_inactive_ones_and_deletions(sim: Company) -> None:
    sim.control("quickbooks/touch", do="deactivate", customer="Harbour & Hearth")
    made = sim.control("quickbooks/touch", do="draft", customer="Bandicoot Books & Toys")
    sim.control("quickbooks/touch", do="delete", invoice=made["Id"])
    sim.control("quickbooks/touch", do="merge", customer="Drover’s Rest Motel", into="Flinders Lane Gelato")
    since = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)).isoformat()
    answer = sim.call("GET", "/cdc", params={"entities": "Customer,Invoice,CreditMemo", "changedSince": since}).json()
    customers, invoices, memos = answer["CDCResponse"][0]["QueryResponse"]
    by_name = {one.get("DisplayName", one.get("status")): one for one in customers["Customer"]}
    assert by_name.keys() == {"Harbour & Hearth (deleted)", "Flinders Lane Gelato", "Deleted"}
    assert by_name["Harbour & Hearth (deleted)"]["Active"] is False
    gone = invoices["Invoice"][0]
    assert gone.keys() == {"domain", "status", "Id", "MetaData"}
    assert (gone["status"], gone["Id"]) == ("Deleted", made["Id"])
    assert memos == {}
    assert sim.call("GET", f"/invoice/{made['Id']}").status_code == 400


def test_cdc_gives_a_thousand_objects_in_all_and_looks_back_thirty_days(sim: Company, offset: Path) -> None:
    first = sim.control("quickbooks/touch", do="add", fields={"DisplayName": "Changed 0"})
    batch = [{"bId": str(n), "Customer": {"DisplayName": f"Changed {n}"}} for n in range(1, 1100)]
    sim.control("quickbooks/switch", batch_items=2000)
    assert sim.call("POST", "/batch", json={"BatchItemRequest": batch}).status_code == 200
    sim.control("quickbooks/touch", do="draft", customer="Changed 1099")
    since = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)).isoformat()
    parameters = {"entities": "Customer,Invoice", "changedSince": since}
    customers, invoices = sim.call("GET", "/cdc", params=parameters).json()["CDCResponse"][0]["QueryResponse"]
    assert (len(customers["Customer"]), invoices) == (1000, {})
    assert customers["Customer"][0]["Id"] == first["Id"]
    old = (dt.datetime.now(dt.UTC) - dt.timedelta(days=31)).isoformat()
    refused = sim.call("GET", "/cdc", params={**parameters, "changedSince": old})
    assert (refused.status_code, "30 days" in refused.text) == (400, True)


def test_batch_items_fail_each_for_itself(sim: Company) -> None:
    items = [
        {"bId": "a", "operation": "create", "Customer": {"DisplayName": "First of two"}},
        {"bId": "b", "operation": "create", "Customer": {"DisplayName": "First of two"}},
        {"bId": "c", "Query": "select count(*) from Customer where DisplayName = 'First of two'"},
    ]
    done = sim.call("POST", "/batch", json={"BatchItemRequest": items}).json()["BatchItemResponse"]
    assert [one["bId"] for one in done] == ["a", "b", "c"]
    assert done[0]["Customer"]["SyncToken"] == "0"
    assert done[1]["Fault"]["Error"][0]["code"] == "6240"
    assert done[2]["QueryResponse"] == {"totalCount": 1}
    many = [{"bId": str(n), "Query": "select * from Customer"} for n in range(31)]
    assert error_of(sim.call("POST", "/batch", json={"BatchItemRequest": many}))["code"] == "1040"


def test_a_walk_over_active_ones_skips_a_row_when_an_earlier_one_leaves(sim: Company) -> None:
    def page(condition: str, start: int) -> list[str]:
        statement = f"select * from Customer where {condition} orderby Id startposition {start} maxresults 10"
        return [one["Id"] for one in sim.rows(statement)]

    active, everyone = page("Active = true", 11), page(EVERYONE, 11)
    sim.control("quickbooks/touch", do="deactivate", customer="Apostle Bay Cannery")
    assert page("Active = true", 11)[:9] == active[1:]
    assert page(EVERYONE, 11) == everyone


def test_xml_unless_json_is_accepted(demo: Company) -> None:
    headers = {"Authorization": f"Bearer {demo.token['access_token']}"}
    answer = requests.get(f"{demo.base}/customer/1", headers=headers, timeout=30)
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert '<Customer domain="QBO" sparse="false">' in answer.text
    refused = requests.get(f"{demo.base}/query?query=nonsense", headers=headers, timeout=30)
    assert '<Error code="4000"' in refused.text
    anonymous = requests.get(f"{demo.base}/customer/1", timeout=30)
    assert (anonymous.status_code, '<Fault type="AUTHENTICATION">' in anonymous.text) == (401, True)
