"""Organisation, its actions, branding themes, tax rates and history notes."""

import msgspec
from flask import Response, request

from link4web.simulators import clock
from link4web.simulators.state import state
from link4web.simulators.xero.dates import ms_date
from link4web.simulators.xero.document_record import RATES
from link4web.simulators.xero.envelope import answer
from link4web.simulators.xero.errors import bad_post
from link4web.simulators.xero.gate import Call

ACTIONS = (
    "CreateApprovedInvoice",
    "CreateDraftInvoice",
    "CreateRepeatingInvoice",
    "EditBankAccount",
    "UseMulticurrency",
)
TAX_NAMES = {
    "OUTPUT": "GST on Income", "INPUT": "GST on Expenses", "EXEMPTOUTPUT": "GST Free Income", "NONE": "No GST",
    "EXEMPTEXPORT": "GST Free Exports", "EXEMPTEXPENSES": "GST Free Expenses", "BASEXCLUDED": "BAS Excluded",
    "INPUTTAXED": "Input Taxed", "CAPEXINPUT": "GST on Capital", "OUTPUT2": "15% GST on Income",
    "INPUT2": "15% GST on Expenses", "ZERORATED": "Zero Rated",
}  # fmt: skip
REPORT_TYPES = {"ZERORATED": "ZERORATEDOUTPUT", "CAPEXINPUT": "CAPEXINPUT"}
MOST_DETAILS = 2500


def organisation(call: Call) -> Response:
    with state().store.read() as db:
        row = db.execute("select body from xero_organisation where tenant_id = ?", (call.tenant_id,)).fetchone()
    return answer("Organisations", [msgspec.json.decode(row["body"])])


def actions(_call: Call) -> Response:
    """What the user may do; multicurrency is not in the demo plan."""
    allowed = [{"Name": one, "Status": "NOT-ALLOWED" if one == "UseMulticurrency" else "ALLOWED"} for one in ACTIONS]
    return answer("Actions", allowed)


def branding_themes(call: Call) -> Response:
    theme = {
        "BrandingThemeID": call.tenant_id[:-12] + "0000feed0001",
        "Name": "Standard",
        "Type": "INVOICE",
        "SortOrder": 0,
        "CreatedDateUTC": ms_date(1_640_995_200_000),
    }
    return answer("BrandingThemes", [theme])


def tax_rates(call: Call) -> Response:
    return answer("TaxRates", [_rate(name, float(rate)) for name, rate in RATES[call.country].items()])


def history(call: Call, resource: str, key: str) -> Response:
    with state().store.read() as db:
        rows = db.execute(
            "select * from xero_history where tenant_id = ? and resource = ? and object_id = ? order by id desc",
            (call.tenant_id, resource, key.lower()),
        ).fetchall()
    return answer(
        "HistoryRecords", [_record(row["at_ms"], row["details"], row["changes"], row["user"]) for row in rows]
    )


def add_history(call: Call, resource: str, key: str) -> Response:
    """PUT: notes that nobody can edit or delete later.

    Raises:
        ApiError: 400, no HistoryRecords or one without Details.
    """
    body = request.get_json(force=True, silent=True)
    notes = body.get("HistoryRecords") if isinstance(body, dict) else None
    if not isinstance(notes, list) or not all(isinstance(one, dict) and one.get("Details") for one in notes):
        raise bad_post("HistoryRecords with Details are needed.")
    at = clock.milliseconds()
    with state().store.write() as db:
        for one in notes:
            details = str(one["Details"])[:MOST_DETAILS]
            db.execute(
                "insert into xero_history values (null, ?, ?, ?, ?, ?, 'Note', 'System Generated')",
                (call.tenant_id, resource, key.lower(), at, details),
            )
    return answer("HistoryRecords", [_record(at, str(one["Details"])[:MOST_DETAILS], "Note", "") for one in notes])


def _record(at_ms: int, details: str, changes: str, user: str) -> dict[str, str]:
    return {"Changes": changes, "DateUTC": ms_date(at_ms), "User": user, "Details": details}


def _rate(kind: str, rate: float) -> dict[str, object]:
    sales = ("INPUT" not in kind and "EXPENSES" not in kind) or kind == "INPUTTAXED"
    return {
        "Name": TAX_NAMES[kind],
        "TaxType": kind,
        "Status": "ACTIVE",
        "ReportTaxType": REPORT_TYPES.get(kind, kind),
        "CanApplyToAssets": True,
        "CanApplyToEquity": True,
        "CanApplyToExpenses": not sales,
        "CanApplyToLiabilities": True,
        "CanApplyToRevenue": sales,
        "DisplayTaxRate": rate,
        "EffectiveRate": rate,
        "TaxComponents": [{"Name": "GST", "Rate": rate, "IsCompound": False}],
    }
