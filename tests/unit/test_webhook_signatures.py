"""Webhooks are believed by their signature alone, and every body a provider may send is understood."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from link4web.providers import ALL
from link4web.providers.base.config import ProviderConfig
from link4web.providers.base.errors import BadSignature
from link4web.providers.base.provider import Provider
from link4web.providers.base.records import Notice
from link4web.providers.quickbooks import PROVIDER as QUICKBOOKS
from link4web.providers.xero import PROVIDER as XERO
from tests.contract.simulator_fixtures import judges

KEY = "a-key-of-our-own"
# published with Intuit's own library for Java (its test of webhooks): key, signature and body belong together
INTUIT_KEY = "b5771f19b12ddb4bcdb9f08bdc50bc63878a"
INTUIT_SIGNATURE = "JC2GUwciPmRBwEO7WvrRmKqu9tGOKL8FFallocTFi8Q="
INTUIT_BODY = (
    b'{"eventNotifications":[{"realmId":"1185883450","dataChangeEvent":{"entities":[{"name":"Customer","id":"1",'
    b'"operation":"Create","lastUpdated":"2015-10-05T14:42:19-0700"}]}}]}'
)
TENANT = "aef86862-2015-4b6b-88bc-d89032cecc50"
HEADERS = {"xero": "x-xero-signature", "quickbooks": "intuit-signature"}
WITH_WEBHOOKS = [provider for provider in ALL if provider.has_webhooks]


def config(key: str) -> ProviderConfig:
    where = "https://provider.example"
    return ProviderConfig(
        authorize_url=where,
        token_url=where,
        api_url=where,
        connections_url=where,
        web_url=where,
        client_id="id",
        client_secret="secret",
        webhook_key=key,
    )


def signed(body: bytes, key: str = KEY) -> str:
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def told(provider: Provider, body: object, *, keys: str = KEY, signature: str | None = None) -> list[Notice]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {HEADERS[provider.slug]: signed(raw) if signature is None else signature}
    return provider.notices(config(keys), headers, raw)


def cloud(**fields: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": "88cd52aa-33b6-4351-9aa4-47572edbd068",
        "source": "intuit.abc=",
        "type": "qbo.customer.updated.v1",
        "time": "2026-09-10T21:31:25.179851517Z",
        "intuitentityid": "1234",
        "intuitaccountid": "310687",
        **fields,
    }


def legacy(**fields: Any) -> dict[str, Any]:
    entity = {"name": "Customer", "id": "1", "operation": "Update", "lastUpdated": "2026-09-08T20:52:31.657Z", **fields}
    return {"eventNotifications": [{"realmId": "310687", "dataChangeEvent": {"entities": [entity]}}]}


def event(**fields: Any) -> dict[str, Any]:
    return {
        "resourceUrl": "https://api.xero.com/api.xro/2.0/Contacts/55d84274-a3da-4829-a7c0-0cab601b95cc",
        "resourceId": "55d84274-a3da-4829-a7c0-0cab601b95cc",
        "tenantId": TENANT,
        "tenantType": "ORGANISATION",
        "eventCategory": "CONTACT",
        "eventType": "UPDATE",
        "eventDateUtc": "2025-12-02T00:44:09.923",
        **fields,
    }


def xero(*events: Any) -> dict[str, Any]:
    return {"events": events, "firstEventSequence": 1, "lastEventSequence": len(events), "entropy": "FXNGWL"}


class TestSignatures:
    def test_the_published_vector(self) -> None:
        [notice] = told(QUICKBOOKS, INTUIT_BODY, keys=INTUIT_KEY, signature=INTUIT_SIGNATURE)
        assert notice.file_id == "1185883450"
        with pytest.raises(BadSignature):
            told(QUICKBOOKS, INTUIT_BODY, keys=INTUIT_KEY, signature="1234")

    @pytest.mark.parametrize("provider", WITH_WEBHOOKS, ids=lambda one: one.slug)
    @pytest.mark.parametrize("change", [b" ", b"\n", b"\xff", b"\x00"])
    def test_one_byte_more_and_it_is_not_believed(self, provider: Provider, change: bytes) -> None:
        body = b'{"events":[]}'
        assert told(provider, body, signature=signed(body)) == []
        with pytest.raises(BadSignature):
            told(provider, body + change, signature=signed(body))

    @pytest.mark.parametrize("provider", WITH_WEBHOOKS, ids=lambda one: one.slug)
    @pytest.mark.parametrize("signature", ["", "=", "ä€", "\udcff", "A" * 44, "a" * 100_000])
    def test_signatures_that_are_none(self, provider: Provider, signature: str) -> None:
        with pytest.raises(BadSignature):
            told(provider, b"{}", signature=signature)

    @pytest.mark.parametrize("provider", WITH_WEBHOOKS, ids=lambda one: one.slug)
    def test_a_missing_header(self, provider: Provider) -> None:
        with pytest.raises(BadSignature):
            provider.notices(config(KEY), {}, b"{}")

    @pytest.mark.parametrize("provider", WITH_WEBHOOKS, ids=lambda one: one.slug)
    @pytest.mark.parametrize("keys", ["", " ", ",", " , "])
    def test_without_a_key_nothing_is_believed_not_even_what_the_empty_key_signed(
        self, provider: Provider, keys: str
    ) -> None:
        with pytest.raises(BadSignature):
            told(provider, b"{}", keys=keys, signature=signed(b"{}", ""))

    @pytest.mark.parametrize("provider", WITH_WEBHOOKS, ids=lambda one: one.slug)
    def test_two_keys_while_one_replaces_the_other(self, provider: Provider) -> None:
        for key in ("old-key", "new-key"):
            assert told(provider, b"{}", keys="old-key, new-key", signature=signed(b"{}", key)) == []
        with pytest.raises(BadSignature):
            told(provider, b"{}", keys="old-key, new-key", signature=signed(b"{}", "old-key, new-key"))

    @pytest.mark.parametrize("provider", [one for one in ALL if not one.has_webhooks], ids=lambda one: one.slug)
    def test_a_provider_without_webhooks_sends_none(self, provider: Provider) -> None:
        with pytest.raises(BadSignature):
            provider.notices(config(KEY), {}, b"{}")


class TestQuickBooks:
    def test_events_of_several_companies(self) -> None:
        notices = told(QUICKBOOKS, [cloud(), cloud(id="two", intuitaccountid="9130357766900456")])
        assert [(one.file_id, one.event_id) for one in notices] == [
            ("310687", "88cd52aa-33b6-4351-9aa4-47572edbd068"),
            ("9130357766900456", "two"),
        ]

    def test_what_is_not_about_customers_calls_for_no_reading(self) -> None:
        kinds = ["qbo.invoice.created.v1", "qbo.customertype.created.v1", "qbo.something.new.v9", "", None, 5]
        assert told(QUICKBOOKS, [cloud(type=kind) for kind in kinds]) == []
        assert told(QUICKBOOKS, legacy(name="Invoice")) == []
        merged = [cloud(type=kind) for kind in ("qbo.customer.merged.v1", "QBO.Customer.Deleted.v2")]
        assert len(told(QUICKBOOKS, merged)) == 2

    def test_an_event_without_a_name_gets_one_from_its_parts(self) -> None:
        one, same, other = told(
            QUICKBOOKS,
            [cloud(id=None), cloud(id=None, datacontenttype="application/json"), cloud(id=None, intuitentityid="9")],
        )
        assert one == same
        assert one != other

    @pytest.mark.parametrize(
        ("body", "removed", "into"),
        [
            ([cloud(type="qbo.customer.merged.v1", data={"deletedid": "57"})], "57", "1234"),
            ([cloud(type="qbo.customer.deleted.v1")], "1234", ""),
            ([cloud(type="qbo.customer.updated.v1", data={"deletedid": "57"})], "", ""),
            ([cloud(type="qbo.customer.merged.v1", data={"deletedid": "../57"})], "", ""),
            ([cloud(type="qbo.customer.merged.v1", data=None)], "", ""),
            (legacy(operation="Merge", deletedId="57"), "57", "1"),
            (legacy(operation="Delete"), "1", ""),
            (legacy(operation="Merge"), "", ""),
        ],
    )
    def test_who_was_removed(self, body: object, removed: str, into: str) -> None:
        [notice] = told(QUICKBOOKS, body)
        assert (notice.removed, notice.merged_into) == (removed, into)

    def test_two_merges_into_one_customer_at_the_same_moment(self) -> None:
        [first], [second] = (told(QUICKBOOKS, legacy(operation="Merge", deletedId=lost)) for lost in ("57", "58"))
        assert first.event_id != second.event_id

    def test_the_older_body_repeats_under_the_same_name(self) -> None:
        [first], [again], [later] = (
            told(QUICKBOOKS, legacy(**change))
            for change in ({}, {"deletedId": "57"}, {"lastUpdated": "2026-09-08T20:52:32.657Z"})
        )
        assert first == again
        assert first != later
        assert len(first.event_id) <= 128

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"\xff",
            b"not json",
            b"null",
            b"[]",
            b"{}",
            [None, 3, "x", {}, []],
            [cloud(intuitaccountid="../x")],
            [cloud(intuitaccountid=None)],
            {"eventNotifications": None},
            {"eventNotifications": [None, {"realmId": "310687"}, {"realmId": "310687", "dataChangeEvent": []}]},
            legacy() | {"eventNotifications": [{**legacy()["eventNotifications"][0], "realmId": "0"}]},
        ],
    )
    def test_signed_nonsense_tells_nothing(self, body: object) -> None:
        assert told(QUICKBOOKS, body) == []

    def test_bodies_as_published(self) -> None:
        published = json.loads((judges() / "quickbooks" / "webhook-payloads.json").read_text())
        kinds = {"class": "customer", "account": "customer", "Account": "Customer"}
        for sample in published:
            text = json.dumps(sample["body"])
            assert told(QUICKBOOKS, text.encode()) == []
            for kind, customer in kinds.items():
                text = text.replace(f"qbo.{kind}.", f"qbo.{customer}.").replace(f'"{kind}"', f'"{customer}"')
            [notice] = told(QUICKBOOKS, text.encode())
            assert notice.file_id == "310687"


class TestXero:
    def test_the_intent_to_receive(self) -> None:
        body = {"events": [], "firstEventSequence": 0, "lastEventSequence": 0, "entropy": "S0m3r4Nd0mt3xt"}
        assert told(XERO, body) == []
        with pytest.raises(BadSignature):
            told(XERO, body, signature=signed(json.dumps(body).encode(), "another key"))

    def test_contacts_and_sales_documents_call_for_a_reading(self) -> None:
        categories = ("CONTACT", "INVOICE", "CREDITNOTE", "Contact")
        notices = told(XERO, xero(*(event(eventCategory=category) for category in categories)))
        assert [one.file_id for one in notices] == [TENANT] * 4
        assert len({one.event_id for one in notices}) == 3

    def test_a_repeat_has_the_same_name_and_a_later_change_another(self) -> None:
        first, again, later = told(
            XERO,
            xero(
                event(),
                event(eventType="Update", tenantId=TENANT.upper()),
                event(eventDateUtc="2025-12-02T00:44:09.924"),
            ),
        )
        assert first == again
        assert first != later

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"{}",
            {"events": None},
            xero(None, 3, "x"),
            xero(event(eventCategory="SUBSCRIPTION", tenantType="APPLICATION")),
            xero(event(tenantId="../x")),
            xero(event(tenantId=None)),
        ],
    )
    def test_signed_nonsense_tells_nothing(self, body: object) -> None:
        assert told(XERO, body) == []
