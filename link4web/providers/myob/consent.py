"""The way back from MYOB's consent page: which business it names, proved before anybody is offered it.

Every trouble on this way has a sentence of its own (`WORDS`, title and text by code).
"""

from collections.abc import Mapping

from link4web.providers.base.errors import MustReconnect, PersonMustFix, ProviderError, TryAgainLater, WillNeverWork
from link4web.providers.base.reading import is_guid
from link4web.providers.base.records import LedgerFile
from link4web.providers.base.wire import SignedWire
from link4web.providers.myob import failures, mapping

NO_BUSINESS, SCOPE, FILE_GONE = "MYOB-NO-BUSINESS", "MYOB-SCOPE", "MYOB-FILE-GONE"
NEEDED = frozenset({"sme-company-file", "sme-contacts-customer"})
WORDS: Mapping[str, tuple[str, str]] = {
    "declined": (
        "MYOB didn’t let us in",
        (
            "Either somebody said no there, or whoever signed in isn’t an administrator of the business: only an"
            " administrator can agree. Nothing was connected and nothing was read. Start again whenever you like."
        ),
    ),
    NO_BUSINESS: (
        "MYOB didn’t say which business",
        (
            "That happens when MYOB takes an earlier agreement for the answer. Start again here: MYOB then asks anew,"
            " and you choose the business. Each one is connected on its own."
        ),
    ),
    failures.ACCESS_DENIED: (
        "MYOB doesn’t let us into that business",
        (
            "The agreement is for another business, or whoever gave it is no administrator of this one. Ask an"
            " administrator to connect it, or start again and choose the right one."
        ),
    ),
    SCOPE: (
        "MYOB gave us too few permissions",
        "Without the business and its customers there is nothing to show here. Start again and allow what is asked.",
    ),
    FILE_GONE: (
        "MYOB doesn’t have that business online",
        (
            "It has been closed or moved, or it is a file on a computer or of an old version. Bring it online in MYOB,"
            " then start again here."
        ),
    ),
    failures.OFFLINE: (
        "That business is offline at MYOB for the moment",
        "MYOB may be updating it. Nothing was connected. Try again in a few minutes.",
    ),
    failures.KEY_INACTIVE: (
        "MYOB doesn’t accept the key of this service",
        "Nothing is wrong with your sign-in. This is ours to mend: tell support the code below.",
    ),
    failures.FILE_LOGIN: (
        "MYOB asked for the file’s own user name and password",
        (
            "There used to be two logins, one to MYOB and one to the company file. MYOB no longer needs the second one"
            " here, and we never ask for it. This is ours to mend: tell support the code below."
        ),
    ),
}


def business_of(wire: SignedWire, business_id: str) -> LedgerFile:
    """The business, opened with the new tokens. `wire` leads to it.

    Raises:
        PersonMustFix: with one of the codes in `WORDS`.
        TryAgainLater, MustReconnect: nothing could be learnt about it.
    """
    try:
        name = mapping.file_name(wire.ask("GET", "/"))
    except (WillNeverWork, MustReconnect, TryAgainLater) as error:
        code = FILE_GONE if error.code == failures.NOT_FOUND else error.code
        if code in WORDS:
            raise _problem(code, error) from error
        raise
    return LedgerFile(file_id=business_id, name=name, remote_connection_id=business_id)


def named_business(returned: Mapping[str, str]) -> str:
    """The id of the business that the browser brought back; anybody may have written it.

    Raises:
        PersonMustFix: there is none.
    """
    found = next((value for name, value in returned.items() if name.lower() == "businessid"), "").strip().lower()
    if not is_guid(found):
        raise _problem(NO_BUSINESS)
    return found


def check_scope(scope: str) -> None:
    """Refuse a consent that leaves out what nothing works without.

    Raises:
        PersonMustFix: it does. One that names no scope of ours is taken as it is: it will be seen in the calls.
    """
    given = set(scope.split())
    if given & NEEDED and not given >= NEEDED:
        raise _problem(SCOPE)


def _problem(code: str, error: ProviderError | None = None) -> PersonMustFix:
    return PersonMustFix(code, error.sentence if error else WORDS[code][0] + ".")
