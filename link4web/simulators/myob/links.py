"""The URIs in answers, and records as they are sent: with RowVersion, LastModified and links for whoever asks."""

from collections.abc import Mapping
from typing import Any

from flask import request

from link4web.simulators.myob import moments
from link4web.simulators.myob.behaviour import NAME, SWITCHES
from link4web.simulators.myob.records import ACCOUNT, CONTACT, INVOICE, TAX_CODE, Entity, Stored

API = "/accountright"
PATHS = {TAX_CODE: "GeneralLedger/TaxCode", ACCOUNT: "GeneralLedger/Account"}
# the resource behind each field that links to another record
LINKED = {"TaxCode": PATHS[TAX_CODE], "FreightTaxCode": PATHS[TAX_CODE], "Account": PATHS[ACCOUNT],
          "IncomeAccount": PATHS[ACCOUNT], "Customer": "Contact/Customer"}  # fmt: skip


def origin() -> str:
    """Where links lead: the address the caller used, or another of MYOB's hosts (switch `links_origin`)."""
    return str(SWITCHES["links_origin"]).rstrip("/") or request.host_url.rstrip("/")


def address(business_id: str, rest: str = "") -> str:
    """The absolute address of a business's resource."""
    return f"{origin()}/{NAME}{API}/{business_id}{'/' if rest else ''}{rest}"


def path_of(stored: Stored) -> str:
    """The path of a record below its business."""
    families = {CONTACT: f"Contact/{stored.type}", INVOICE: f"Sale/Invoice/{stored.type}", **PATHS}
    return f"{families[stored.family]}/{stored.entity['UID']}"


class Sender:
    """Completes records of one business for one answer; `?generateUris=false` leaves the links empty."""

    def __init__(self, business_id: str) -> None:
        self.zone = moments.zone()
        self.root = "" if request.args.get("generateUris", "").lower() == "false" else address(business_id)

    def sent(self, stored: Stored) -> Entity:
        """The record as answers carry it."""
        entity = stored.entity
        for part in (entity, entity.get("SellingDetails") or {}, *entity.get("Lines", ())):
            self._link(part)
        entity["LastModified"] = moments.written(stored.modified_ms, self.zone)
        entity["URI"] = self._uri(path_of(stored))
        entity["RowVersion"] = stored.row_version
        return entity

    def _link(self, part: Mapping[str, Any]) -> None:
        for name, path in LINKED.items():
            if linked := part.get(name):
                linked["URI"] = self._uri(f"{path}/{linked['UID']}")

    def _uri(self, path: str) -> str | None:
        return f"{self.root}/{path}" if self.root else None
