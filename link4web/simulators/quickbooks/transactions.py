"""Invoices, credit memos and estimates: saved, voided, deleted; totals and tax for each line.

After Intuit's API reference, "Invoice", "CreditMemo" and "Estimate". What a voided one looks like is documented
nowhere; that its amounts become zero and its note begins with *Voided* is what most people report.
"""

import sqlite3
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from link4web.simulators import clock
from link4web.simulators.quickbooks import errors, hooks, records
from link4web.simulators.quickbooks.behaviour import SWITCHES
from link4web.simulators.quickbooks.conflicts import current
from link4web.simulators.quickbooks.names import CURRENCIES, realm_country
from link4web.simulators.quickbooks.records import Object
from link4web.simulators.quickbooks.times import PACIFIC

CENT = Decimal("0.01")
# id of the tax code, id of its rate, percent
TAX_CODES = {"AU": {"10": ("20", 10), "11": ("21", 0)}, "NZ": {"10": ("20", 15), "11": ("21", 0)}}
CALCULATIONS = ("TaxExcluded", "TaxInclusive", "NotApplicable")
PLAIN = (
    "DocNumber", "TxnDate", "DueDate", "BillEmail", "BillAddr", "ShipAddr", "CustomerMemo", "PrivateNote",
    "EmailStatus", "PrintStatus", "SalesTermRef", "CustomField", "TxnStatus", "GlobalTaxCalculation", "CustomerRef",
)  # fmt: skip
MOST_LINES = 750


def save(db: sqlite3.Connection, realm: str, kind: str, sent: Object, operation: str = "") -> Object:
    """Create, update, void or delete; the transaction as it is then.

    Raises:
        ApiError: 400 with Intuit's words.
    """
    if not sent.get("Id"):
        if operation not in ("", "create"):
            raise errors.missing("Id")
        return _create(db, realm, kind, sent)
    row = current(db, realm, kind, sent)
    if operation == "delete":
        gone = records.remove(db, row)
        hooks.changed(db, realm, kind, gone["Id"], "Delete")
        return gone
    return _void(db, row) if operation == "void" else _update(db, row, sent)


def _create(db: sqlite3.Connection, realm: str, kind: str, sent: Object) -> Object:
    today = clock.now().astimezone(PACIFIC).date().isoformat()
    currency = CURRENCIES[realm_country(db, realm)]
    body: Object = {
        "TxnDate": today,
        "CurrencyRef": {"value": currency[0], "name": currency[1]},
        "ExchangeRate": 1,
        "EmailStatus": "NotSet",
        "PrintStatus": "NotSet",
        "domain": "QBO",
        "sparse": False,
        **_given(sent),
    }
    body.setdefault("DocNumber", _next_number(db, realm, kind))
    if kind == "Invoice":
        body.setdefault("DueDate", body["TxnDate"])
    _complete(db, realm, kind, body, sent)
    stored = records.add(db, realm, kind, body)
    hooks.changed(db, realm, kind, stored["Id"], "Create")
    _move_balance(db, realm, body["CustomerRef"]["value"], _weight(kind) * body["TotalAmt"])
    return stored


def _update(db: sqlite3.Connection, row: sqlite3.Row, sent: Object) -> Object:
    before = records.parsed(row["body"])
    body = {**before, **_given(sent)}
    if "Line" not in sent and str(sent.get("sparse")).lower() != "true":
        raise errors.missing("Line")
    _complete(db, row["realm"], row["kind"], body, {"Line": sent.get("Line", before["Line"])})
    stored = records.replace(db, row, body)
    hooks.changed(db, row["realm"], row["kind"], stored["Id"], "Update")
    moved = _weight(row["kind"]) * (stored["TotalAmt"] - before["TotalAmt"])
    _move_balance(db, row["realm"], body["CustomerRef"]["value"], moved)
    return stored


def _void(db: sqlite3.Connection, row: sqlite3.Row) -> Object:
    before = records.parsed(row["body"])
    lines = [{**line, "Amount": 0} for line in before["Line"]]
    body = {**before, "Line": lines, "TotalAmt": 0, "Balance": 0, "PrivateNote": "Voided"}
    body["TxnTaxDetail"] = {"TotalTax": 0}
    stored = records.replace(db, row, body)
    hooks.changed(db, row["realm"], row["kind"], stored["Id"], "Void")
    _move_balance(db, row["realm"], body["CustomerRef"]["value"], -_weight(row["kind"]) * before["TotalAmt"])
    return stored


def _given(sent: Object) -> Object:
    return {name: sent[name] for name in PLAIN if sent.get(name) is not None}


def _complete(db: sqlite3.Connection, realm: str, kind: str, body: Object, sent: Object) -> None:
    """Customer, lines, tax and totals."""
    customer = str((body.get("CustomerRef") or {}).get("value") or "")
    if not customer:
        raise errors.missing("CustomerRef")
    row = records.row_of(db, realm, "Customer", customer)
    if row is None or not row["active"]:
        raise errors.bad_reference()
    body["CustomerRef"] = {"value": customer, "name": row["name"]}
    body.setdefault("GlobalTaxCalculation", "TaxExcluded")
    if body["GlobalTaxCalculation"] not in CALCULATIONS:
        raise errors.Fault(
            2170, "Invalid Enumeration", "Invalid Enumeration : GlobalTaxCalculation", "GlobalTaxCalculation"
        )
    lines = sent.get("Line")
    if not isinstance(lines, list) or not lines:
        raise errors.missing("Line")
    if len(lines) > MOST_LINES:
        raise errors.business(f"A transaction can have {MOST_LINES} lines.")
    try:
        body |= _totals([_line(one) for one in lines if one.get("DetailType") != "SubTotalLineDetail"], body,
                        TAX_CODES[realm_country(db, realm)])  # fmt: skip
    except (ArithmeticError, TypeError, AttributeError) as error:
        raise errors.Fault(2140, "Invalid Amount", "An amount isn't a number.", "Line") from error
    if kind == "CreditMemo":
        body["RemainingCredit"] = body["TotalAmt"]


def _line(sent: Any) -> Object:
    if "Amount" not in sent and sent.get("DetailType") != "DescriptionOnly":
        raise errors.missing("Line.Amount")
    if "DetailType" not in sent:
        raise errors.missing("Line.DetailType")
    return dict(sent)


def _totals(lines: list[Object], body: Object, codes: dict[str, tuple[str, int]]) -> Object:
    """Lines numbered, with what the tax codes make of them. TaxInclusive lines are sent with gross amounts in
    TaxInclusiveAmt; Line.Amount is net there, by Intuit's account (switch `tax_inclusive_amounts`)."""
    inclusive, none = (body["GlobalTaxCalculation"] == one for one in ("TaxInclusive", "NotApplicable"))
    net = tax = Decimal(0)
    by_rate: dict[str, list[Decimal]] = {}
    for place, line in enumerate(lines, 1):
        line.update(Id=str(place), LineNum=place)
        detail = line.get("SalesItemLineDetail", {})
        rate_id, percent = codes.get(str(detail.get("TaxCodeRef", {}).get("value", "10")), ("20", 0))
        amount = Decimal(str(line.get("Amount", 0))) * (-1 if line["DetailType"] == "DiscountLineDetail" else 1)
        share = Decimal(0) if none else (amount * percent / 100).quantize(CENT, ROUND_HALF_UP)
        if inclusive and "TaxInclusiveAmt" in detail:
            share = Decimal(str(detail["TaxInclusiveAmt"])) - amount
        elif inclusive:
            detail["TaxInclusiveAmt"] = float(amount + share)
        if inclusive and SWITCHES["tax_inclusive_amounts"] == "gross":
            line["Amount"] = float(amount + share)
        net, tax = net + amount, tax + share
        pair = by_rate.setdefault(rate_id, [Decimal(0), Decimal(0), Decimal(percent)])
        pair[0], pair[1] = pair[0] + amount, pair[1] + share
    subtotal = {"Amount": float(net), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    taxes = [] if none else [_tax_line(rate, pair) for rate, pair in by_rate.items()]
    return {
        "Line": [*lines, subtotal],
        "TxnTaxDetail": {"TotalTax": float(tax), **({"TaxLine": taxes} if taxes else {})},
        "TotalAmt": float(net + tax),
        "Balance": float(net + tax),
    }


def _tax_line(rate: str, pair: list[Decimal]) -> Object:
    detail = {"TaxRateRef": {"value": rate}, "PercentBased": True, "TaxPercent": float(pair[2]),
              "NetAmountTaxable": float(pair[0])}  # fmt: skip
    return {"Amount": float(pair[1]), "DetailType": "TaxLineDetail", "TaxLineDetail": detail}


def _next_number(db: sqlite3.Connection, realm: str, kind: str) -> str:
    row = db.execute("select count(*) from quickbooks_object where realm = ? and kind = ?", (realm, kind)).fetchone()
    return str(1001 + int(row[0]))


def _weight(kind: str) -> int:
    """How a transaction's total moves what the customer owes."""
    return {"Invoice": 1, "CreditMemo": -1}.get(kind, 0)


def _move_balance(db: sqlite3.Connection, realm: str, customer: str, amount: float) -> None:
    row = records.row_of(db, realm, "Customer", customer)
    if row is None or not amount:
        return
    body = records.parsed(row["body"])
    for name in ("Balance", "BalanceWithJobs"):
        body[name] = round(body.get(name, 0) + amount, 2)
    if SWITCHES["invoice_touches_customer"]:
        records.replace(db, row, body)
    else:
        db.execute("update quickbooks_object set balance = ? where id = ?", (body["Balance"], row["id"]))
        db.execute(records.INSERT_BODY, (row["id"], records.rendered(body)))
