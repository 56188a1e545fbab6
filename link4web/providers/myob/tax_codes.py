"""Which tax code a new customer gets: MYOB wants one, and people may rename theirs, so type and rate decide."""

from typing import NamedTuple

import msgspec

from link4web.providers.base.errors import PersonMustFix
from link4web.providers.base.reading import is_guid, text
from link4web.providers.base.wire import SignedWire
from link4web.providers.myob import mapping, shapes
from link4web.providers.myob.failures import said

_GST = "GST_VAT"
# the rates of GST in Australia and New Zealand, and what their codes are called unless somebody has renamed them
_RATES = (10.0, 15.0)
_USUAL = (("GST", 10.0), ("S15", 15.0))


class _Code(NamedTuple):
    uid: str
    name: str
    rate: float

    @property
    def is_usual(self) -> bool:
        return (self.name.upper(), self.rate) in _USUAL


def of_sales(wire: SignedWire) -> dict[str, str]:
    """The link to the code for sales with GST.

    Raises:
        PersonMustFix: the business has none.
    """
    params = {"$top": "1000", "$orderby": "Code", "generateUris": "false"}
    items, _, _ = mapping.listed(wire.ask("GET", "/GeneralLedger/TaxCode", params=params))
    fitting = [code for raw in items if (code := _read(raw)) is not None and code.rate in _RATES]
    if not fitting:
        raise PersonMustFix(*said("MYOB-NO-TAX-CODE"))
    return {"UID": min(fitting, key=lambda code: (not code.is_usual, code.rate)).uid}


def _read(raw: msgspec.Raw) -> _Code | None:
    try:
        found = shapes.TAX_CODE.decode(raw)
        code = _Code(text(found.uid), text(found.code), float(text(found.rate) or 0))
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        return None
    return code if is_guid(code.uid) and text(found.type) == _GST else None
