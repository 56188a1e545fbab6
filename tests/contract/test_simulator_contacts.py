"""The contacts resource: paging, filters, writing and Xero's own messages."""

import random

import pytest

from tests.contract.simulator_fixtures import Caller, demo_simulators, offset, running_simulators

__all__ = ["demo_simulators", "offset", "running_simulators"]
ZERO = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize("order", ["ContactID", "UpdatedDateUTC", "Name", "ContactID DESC", "Name DESC", ""])
@pytest.mark.parametrize("size", [37, 100, 1000])
def test_pages_hold_every_contact_once(demo: Caller, order: str, size: int) -> None:
    seen: list[str] = []
    page, pages = 1, 1
    while page <= pages:
        answer = demo.contacts(page=page, pageSize=size, order=order, includeArchived="true")
        pages = answer["pagination"]["pageCount"]
        assert answer["pagination"]["itemCount"] == 801
        seen += [one["ContactID"] for one in answer["Contacts"]]
        page += 1
    assert len(seen) == len(set(seen)) == 801
    if order.startswith("ContactID"):
        assert seen == sorted(seen, reverse=order.endswith("DESC"))
    assert demo.contacts(page=pages + 1, pageSize=size, includeArchived="true")["Contacts"] == []


@pytest.mark.parametrize(("asked", "got"), [(0, 1), (-5, 1), (5000, 1000), (7, 7)])
def test_page_size_is_clamped(demo: Caller, asked: int, got: int) -> None:
    assert demo.contacts(page=1, pageSize=asked)["pagination"]["pageSize"] == got


def test_archived_only_when_asked(demo: Caller) -> None:
    active = demo.contacts(page=1, pageSize=1000)
    assert {one["ContactStatus"] for one in active["Contacts"]} == {"ACTIVE"}
    everyone = demo.contacts(page=1, pageSize=1000, includeArchived="true")["Contacts"]
    assert {one["ContactStatus"] for one in everyone} == {"ACTIVE", "ARCHIVED", "GDPRREQUEST"}
    assert any("MergedToContactID" in one for one in everyone)


def test_ids_ask_for_a_set(demo: Caller) -> None:
    everyone = [one["ContactID"] for one in demo.contacts(page=1, pageSize=1000, includeArchived="true")["Contacts"]]
    chosen = random.Random(7).sample(everyone, 60)
    wanted = [*chosen, ZERO, chosen[0].upper()]
    got = demo.contacts(IDs=",".join(wanted), includeArchived="true", page=1, pageSize=1000)["Contacts"]
    assert sorted(one["ContactID"] for one in got) == sorted(chosen)


def test_modified_since_is_to_the_second_and_inclusive(demo: Caller) -> None:
    contact = demo.contacts(page=3, pageSize=100)["Contacts"][0]
    since = demo.session.get(demo.root + "/", timeout=30)
    assert since.ok
    milliseconds = int(contact["UpdatedDateUTC"][6:19])
    stamps = {
        "2026-11-19T00:00:00": 0,
        "2023-12-31T00:00:00": 801,
        "Sun, 31 Dec 2023 00:00:00 GMT": 801,
    }
    for text, count in stamps.items():
        got = demo.contacts({"If-Modified-Since": text}, page=1, pageSize=1000, includeArchived="true")
        assert got["pagination"]["itemCount"] == count
    assert milliseconds > 1_700_000_000_000


def test_a_change_moves_the_contact_into_modified_since(sim: Caller) -> None:
    since = {"If-Modified-Since": "2026-11-20T00:00:00"}
    contact = sim.named("Dry Creek Joinery")
    answer = sim.call("POST", f"/Contacts/{contact['ContactID']}", json={"TaxNumber": "86 151 956 832"})
    assert answer.json()["Contacts"][0]["TaxNumber"] == "86 151 956 832"
    changed = sim.contacts(since, page=1)["Contacts"]
    assert [one["Name"] for one in changed] == ["Dry Creek Joinery"]
    assert changed[0]["EmailAddress"] == contact["EmailAddress"]


def test_search_term_and_where(demo: Caller) -> None:
    assert [one["Name"] for one in demo.contacts(searchTerm="marram")["Contacts"]] == ["Marram Grass Café"]
    assert [one["Name"] for one in demo.contacts(searchTerm="KERERU")["Contacts"]][:1] == ["Kererū Kitchens"]
    for where in ('Name=="marram grass cafe"', 'EmailAddress == "hello@marramgrass.example"',
                  'Name.Contains("rram Gr")', 'Name.ToLower().StartsWith("marram") AND IsCustomer==false',
                  '(Name="Marram Grass Café" OR Name=="nobody") && ContactStatus=="ACTIVE"'):  # fmt: skip
        assert [one["Name"] for one in demo.contacts(where=where, page=1)["Contacts"]] == ["Marram Grass Café"], where
    flags = {one["IsCustomer"] for one in demo.contacts(where="IsCustomer==true", page=1)["Contacts"]}
    assert flags == {True}


@pytest.mark.parametrize("where", ["Name==", 'Nme=="x"', 'Name=="x" AND', "((", "Name~1", 'Name.Drop("x")', "Name"])
def test_bad_where_is_a_400(demo: Caller, where: str) -> None:
    answer = demo.call("GET", "/Contacts", params={"where": where})
    assert answer.status_code == 400
    assert answer.json()["Type"] == "QueryParseException"


def test_summary_drops_the_heavy_fields(demo: Caller) -> None:
    one = demo.contacts(summaryOnly="true")["Contacts"][0]
    assert not {"IsCustomer", "IsSupplier", "Addresses", "ContactPersons"} & set(one)
    assert demo.call("GET", "/Contacts", params={"summaryOnly": "true", "where": "IsCustomer==true"}).status_code == 400


def test_one_contact_by_id_and_number(sim: Caller) -> None:
    made = sim.call("PUT", "/Contacts", json={"Name": "Plain One", "ContactNumber": "AB-17"}).json()["Contacts"][0]
    for key in (made["ContactID"], made["ContactID"].upper(), "AB-17", "ab-17"):
        assert sim.call("GET", f"/Contacts/{key}").json()["Contacts"][0]["Name"] == "Plain One"
    answer = sim.call("GET", f"/Contacts/{ZERO}")
    assert (answer.status_code, answer.text) == (404, "The resource you're looking for cannot be found")


def test_put_refuses_a_name_that_exists_in_any_case(sim: Caller) -> None:
    answer = sim.call("PUT", "/Contacts", json={"Contacts": [{"Name": "DRY CREEK joinery"}]})
    assert answer.status_code == 400
    body = answer.json()
    assert (body["ErrorNumber"], body["Type"]) == (10, "ValidationException")
    assert body["Elements"][0]["ValidationErrors"] == [
        {
            "Message": "The contact name DRY CREEK joinery is already assigned to another contact."
            " The contact name must be unique across all active contacts."
        }
    ]


def test_post_without_id_overwrites_by_name(sim: Caller) -> None:
    before = sim.named("Marram Grass Café")
    body = {"Contacts": [{"Name": "Marram Grass Café", "EmailAddress": "new@marramgrass.example"}]}
    after = sim.call("POST", "/Contacts", json=body).json()["Contacts"][0]
    assert (after["ContactID"], after["EmailAddress"]) == (before["ContactID"], "new@marramgrass.example")
    assert after["TaxNumber"] == before["TaxNumber"]


def test_read_only_fields_are_ignored(sim: Caller) -> None:
    contact = sim.named("Marram Grass Café")
    path = f"/Contacts/{contact['ContactID']}"
    after = sim.call("POST", path, json={"IsCustomer": True, "UpdatedDateUTC": "/Date(0)/"}).json()["Contacts"][0]
    assert after["IsCustomer"] is False


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"Name": ""}, "Contact Name cannot be empty."),
        ({"Name": "Fine", "EmailAddress": "no address"}, "Email address must be valid"),
        ({"Name": "x" * 256}, "Name must be no more than 255 characters."),
        ({"Name": "Fine", "TaxNumber": "1" * 51}, "TaxNumber must be no more than 50 characters."),
        ({"Name": "a <b>"}, "Contact Name cannot contain the characters < or >."),
    ],
)
def test_validation_messages(sim: Caller, fields: dict[str, str], message: str) -> None:
    answer = sim.call("PUT", "/Contacts", json={"Contacts": [fields]})
    assert answer.status_code == 400
    assert {"Message": message} in answer.json()["Elements"][0]["ValidationErrors"]


def test_bulk_with_and_without_summary(sim: Caller) -> None:
    body = {"Contacts": [{"Name": "First of two"}, {"Name": "Dry Creek Joinery"}]}
    assert sim.call("PUT", "/Contacts", json=body).status_code == 400
    assert sim.contacts(where='Name=="First of two"')["Contacts"] == []
    answer = sim.call("PUT", "/Contacts", json=body, params={"summarizeErrors": "false"})
    good, bad = answer.json()["Contacts"]
    assert answer.status_code == 200
    assert (good["StatusAttributeString"], bad["StatusAttributeString"]) == ("OK", "ERROR")
    assert bad["ContactID"] == ZERO
    assert bad["ValidationErrors"]


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'{"Contacts": 3}', b'{"Contacts": [3]}'])
def test_unreadable_bodies_are_a_400(sim: Caller, body: bytes) -> None:
    answer = sim.call("POST", "/Contacts", {"Content-Type": "application/json"}, data=body)
    assert answer.status_code == 400
    assert answer.json()["Type"] in ("PostDataInvalidException", "ValidationException")


def test_archive_and_restore(sim: Caller) -> None:
    contact = sim.named("Little Tern Surf Hire")
    path = f"/Contacts/{contact['ContactID']}"
    sim.call("POST", path, json={"ContactStatus": "ARCHIVED"})
    assert sim.contacts(where='Name=="Little Tern Surf Hire"')["Contacts"] == []
    sim.call("POST", path, json={"ContactStatus": "ACTIVE"})
    assert len(sim.contacts(where='Name=="Little Tern Surf Hire"')["Contacts"]) == 1


def test_history_notes(sim: Caller) -> None:
    path = f"/Contacts/{sim.named('Dry Creek Joinery')['ContactID']}/History"
    note = {"HistoryRecords": [{"Details": "Invited to the network"}]}
    assert sim.call("PUT", path, json=note).status_code == 200
    records = sim.call("GET", path).json()["HistoryRecords"]
    assert [one["Details"] for one in records] == ["Invited to the network"]


def test_switch_nzbn_nowhere(sim: Caller) -> None:
    assert sim.named("Kererū Kitchens")["CompanyNumber"] == "9429048654760"
    sim.control("xero/switch", nzbn_field="nowhere")
    contact = sim.named("Kererū Kitchens")
    assert contact["CompanyNumber"] == ""
    sim.call("POST", f"/Contacts/{contact['ContactID']}", json={"CompanyNumber": "9429048654760"})
    assert sim.named("Kererū Kitchens")["CompanyNumber"] == "9429048654760"


def test_high_volume(sim: Caller) -> None:
    sim.control("xero/switch", high_volume_threshold=500)
    answer = sim.call("GET", "/Contacts", params={"where": "IsCustomer==true", "page": 1})
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 51)
    assert sim.call("GET", "/Contacts").json()["Type"] == "HighVolumeException"
    assert sim.call("GET", "/Contacts", params={"where": 'Name=="Dry Creek Joinery"', "page": 1}).status_code == 200
    assert sim.call("GET", "/Contacts", params={"order": "ContactID", "page": 1}).status_code == 200


def test_seeding_is_quick_and_the_same_every_time(sim: Caller) -> None:
    first = sim.control("xero/seed", contacts=3000, organisation="Tin Shed")
    assert first["contacts"] == 3000
    sim.connect(tenant_id="Tin Shed")
    names = [one["Name"] for one in sim.contacts(page=2, pageSize=1000, order="ContactID")["Contacts"]]
    sim.control("xero/reset")
    sim.control("xero/seed", contacts=3000, organisation="Tin Shed")
    sim.connect(tenant_id="Tin Shed")
    assert [one["Name"] for one in sim.contacts(page=2, pageSize=1000, order="ContactID")["Contacts"]] == names


JUNK: list[object] = [None, 3, -1e300, True, "x" * 300, "\u0000", [], {}, [3], [[]], {"a": []}, "🙂", "Ōtaki"]
FIELDS = ["Name", "EmailAddress", "ContactID", "ContactStatus", "Addresses", "Phones", "ContactPersons", "PaymentTerms"]


@pytest.mark.parametrize("field", FIELDS)
def test_junk_is_refused_or_stored_but_never_breaks(demo: Caller, field: str) -> None:
    for value in JUNK:
        answer = demo.call("POST", "/Contacts", json={"Name": f"Junk {field}", field: value})
        assert answer.status_code in (200, 400), (value, answer.text)
        line = {"Description": "x", "UnitAmount": value, "Quantity": value}
        for invoice in ({"Contact": {field: value}}, {"LineItems": value}, {"LineItems": [line]}, {"Date": value}):
            body = {"Type": "ACCREC", "Contact": {"Name": "Junk"}, "LineItems": [{"Description": "x"}], **invoice}
            assert demo.call("PUT", "/Invoices", json=body).status_code in (200, 400)


def test_junk_in_queries_never_breaks(demo: Caller) -> None:
    late = f"Date>DateTime({'9' * 30})"
    texts = ["9" * 40, "-1", "x", "((((" * 200, '"' * 99, "DateTime(1,2,3)", "Name==null", late]
    for name in ("page", "pageSize", "where", "order", "IDs", "searchTerm", "Statuses"):
        for text in texts:
            for path in ("/Contacts", "/Invoices", "/CreditNotes"):
                query = {"page": "1", "pageSize": "3", name: text}
                assert demo.call("GET", path, params=query).status_code in (200, 400), (path, query)
