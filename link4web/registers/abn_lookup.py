"""ABN Lookup, the public view of the Australian Business Register, over its JSON services.

They answer JSONP with status 200 whatever happens; an error is a `Message`. An unknown message means that we could
not find out, never that there is no such business. The GUID is a credential and stays out of logs and pages.
"""

import re
from datetime import date
from typing import Literal

import msgspec
from stdnum.au import abn

from link4web.http import Unreachable, origin_of, shared_client

TIMEOUT_SECONDS = 5.0
LARGEST_ANSWER = 1024 * 1024
MOST_NAMES = 50
# the register lists a business once for each of its names
NAMES_EACH = 3

_CALLBACK = "cb"
_WRAPPED = re.compile(rf"\s*{_CALLBACK}\((.*)\)\s*;?\s*", re.DOTALL)
_NAME_LENGTH = 200
_OPEN_DATE = date(1, 1, 1)
# MatchingNames has codes where AbnDetails has words
_STATUS: dict[str, Literal["active", "cancelled"]] = {
    "active": "active",
    "cancelled": "cancelled",
    "0000000001": "active",
    "0000000002": "cancelled",
}


class RegisterUnavailable(Exception):
    """The register could not be asked, or its answer not understood. `reason` is for logs."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RegisterMisconfigured(Exception):
    """The register does not accept our GUID; only an operator can mend that."""


class RegisterEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What the register says about an ABN. `number` and `acn` are digits; `gst_from` is None when not registered."""

    number: str
    name: str
    status: Literal["active", "cancelled"]
    status_from: date | None = None
    entity_type: str = ""
    acn: str = ""
    gst_from: date | None = None
    business_names: tuple[str, ...] = ()
    state: str = ""
    postcode: str = ""


class NameMatch(msgspec.Struct, frozen=True, kw_only=True):
    """One suggestion for a name. `score` is the register's own, 0 to 100."""

    number: str
    name: str
    name_type: str
    status: Literal["active", "cancelled"]
    is_current: bool
    score: int
    state: str = ""
    postcode: str = ""


class _Details(msgspec.Struct, frozen=True, rename="pascal"):
    message: str | None = ""
    abn: str | None = ""
    abn_status: str | None = ""
    abn_status_effective_from: str | None = ""
    acn: str | None = ""
    address_postcode: str | None = ""
    address_state: str | None = ""
    business_name: list[str] | None = None
    entity_name: str | None = ""
    entity_type_name: str | None = ""
    gst: str | None = ""


class _Name(msgspec.Struct, frozen=True, rename="pascal"):
    abn: str | None = ""
    abn_status: str | None = ""
    is_current: bool | None = True
    name: str | None = ""
    name_type: str | None = ""
    postcode: str | None = ""
    score: int | None = 0
    state: str | None = ""


class _Names(msgspec.Struct, frozen=True, rename="pascal"):
    message: str | None = ""
    names: list[_Name] | None = None


_details = msgspec.json.Decoder(_Details)
_names = msgspec.json.Decoder(_Names)


class AbnLookup:
    """Asks the register, one call of at most five seconds each. Keep answers for a day; strangers look nothing up."""

    def __init__(self, base_url: str, guid: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._guid = guid
        origins = frozenset({origin_of(self._base_url)})
        self._http = shared_client("abn-lookup", origins, read_timeout=TIMEOUT_SECONDS, max_bytes=LARGEST_ANSWER)

    def details(self, digits: str) -> RegisterEntry | None:
        """The entry of an ABN (11 digits), None when the register has none.

        Raises:
            RegisterUnavailable, RegisterMisconfigured: not known whether there is one.
        """
        try:
            found = _details.decode(self._ask("AbnDetails", {"abn": digits}))
        except msgspec.DecodeError as error:
            raise RegisterUnavailable("not the fields that were promised") from error
        if _is_absent(found.message):
            return None
        return _entry(found)

    def names(self, text: str, max_results: int = 10) -> tuple[NameMatch, ...]:
        """Businesses of a similar name, best first, each ABN once.

        Raises:
            RegisterUnavailable, RegisterMisconfigured: not known whether there are any.
        """
        name = " ".join(text.split())[:_NAME_LENGTH]
        if not name:
            return ()
        wanted = max(1, min(max_results, MOST_NAMES))
        try:
            found = _names.decode(self._ask("MatchingNames", {"name": name, "maxResults": str(wanted * NAMES_EACH)}))
        except msgspec.DecodeError as error:
            raise RegisterUnavailable("not the fields that were promised") from error
        if _is_absent(found.message):
            return ()
        return _best_of_each(found.names or [])[:wanted]

    def _ask(self, page: str, params: dict[str, str]) -> bytes:
        url = f"{self._base_url}/json/{page}.aspx"
        asked = {**params, "guid": self._guid, "callback": _CALLBACK}
        try:
            answer = self._http.send("GET", url, params=asked, timeout=TIMEOUT_SECONDS)
        except Unreachable as failure:
            raise RegisterUnavailable(failure.reason) from failure
        if answer.status != 200:
            raise RegisterUnavailable(f"status {answer.status}")
        return _unwrapped(answer.body)


def _unwrapped(body: bytes) -> bytes:
    try:
        match = _WRAPPED.fullmatch(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        match = None
    if not match:
        raise RegisterUnavailable("not the callback that was asked for")
    return match[1].encode()


def _is_absent(message: str | None) -> bool:
    """Whether the message says that there is no such business; an empty one means that there is.

    Raises:
        RegisterUnavailable, RegisterMisconfigured: it says something else.
    """
    said = " ".join((message or "").casefold().split())
    if not said:
        return False
    if said.startswith(("no record found", "no records found", "search text is not a valid")):
        return True
    if "guid" in said and "not recognised" in said:
        raise RegisterMisconfigured("ABN Lookup does not recognise the configured GUID")
    raise RegisterUnavailable("a message we do not know")


def _entry(found: _Details) -> RegisterEntry:
    number = found.abn or ""
    status = _STATUS.get((found.abn_status or "").casefold())
    if status is None or not abn.is_valid(number):
        raise RegisterUnavailable("an entry without a number or status")
    return RegisterEntry(
        number=number,
        name=_text(found.entity_name),
        status=status,
        status_from=_date(found.abn_status_effective_from),
        entity_type=_text(found.entity_type_name),
        acn=_text(found.acn),
        gst_from=_date(found.gst),
        business_names=tuple(filter(None, map(_text, found.business_name or []))),
        state=_text(found.address_state),
        postcode=_text(found.address_postcode),
    )


def _best_of_each(names: list[_Name]) -> tuple[NameMatch, ...]:
    matches = filter(None, map(_match, names))
    best: dict[str, NameMatch] = {}
    for match in sorted(matches, key=lambda one: (-one.score, not one.is_current)):
        best.setdefault(match.number, match)
    return tuple(best.values())


def _match(found: _Name) -> NameMatch | None:
    status = _STATUS.get((found.abn_status or "").casefold())
    name = _text(found.name)
    if status is None or not name or not abn.is_valid(found.abn or ""):
        return None
    return NameMatch(
        number=found.abn or "",
        name=name,
        name_type=_text(found.name_type),
        status=status,
        is_current=found.is_current is not False,
        score=found.score or 0,
        state=_text(found.state),
        postcode=_text(found.postcode),
    )


def _text(value: str | None) -> str:
    return " ".join((value or "").split())[:_NAME_LENGTH]


def _date(value: str | None) -> date | None:
    """`Gst` is the date of registration or nothing; the register writes an open date as the year 1."""
    try:
        found = date.fromisoformat((value or "")[:10])
    except ValueError:
        return None
    return None if found == _OPEN_DATE else found
