"""Faults as QuickBooks words them (Intuit, "Error codes"), in both spellings: the API's, and the gateway's.

That the gateway writes its faults in lower case is documented nowhere; client libraries have met it.
"""

from collections.abc import Mapping
from typing import Any

from link4web.simulators import clock
from link4web.simulators.quickbooks.times import answer_time

Body = dict[str, Any]


class ApiError(Exception):
    """An error answer: its status, its body, and headers of its own."""

    def __init__(self, status: int, body: Body, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, body)
        self.status, self.body, self.headers = status, body, dict(headers or {})

    @property
    def fault(self) -> Body:
        """The part that a batch item carries."""
        fault: Body = self.body["Fault"]
        return fault


class Fault(ApiError):
    """A fault of the API itself, status 400 unless said otherwise."""

    def __init__(
        self,
        code: int,
        message: str,
        detail: str,
        element: str = "",
        *,
        kind: str = "ValidationFault",
        status: int = 400,
    ) -> None:
        error = {"Message": message, "Detail": detail, "code": str(code), "element": element}
        super().__init__(status, {"Fault": {"Error": [error], "type": kind}, "time": answer_time()})


def _gateway(status: int, message: str, code: int, kind: str, detail: str | None, **headers: str) -> ApiError:
    error = {"message": message, "detail": detail, "code": str(code), "element": None}
    body: Body = {
        "warnings": None,
        "intuitObject": None,
        "fault": {"error": [error], "type": kind},
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": clock.milliseconds(),
        "status": None,
        "cdcresponse": [],
    }
    return ApiError(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def not_authenticated(detail: str) -> ApiError:
    challenge = 'Bearer realm="Intuit", error="invalid_token"'
    message = "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    return _gateway(401, message, 3200, "AUTHENTICATION", detail, WWW_Authenticate=challenge)


def not_authorised() -> ApiError:
    """Another company, another environment, or the accounting scope missing."""
    return _gateway(
        403, "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403", 3100, "SERVICE", None
    )


def throttled(retry_after: int) -> ApiError:
    message = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
    headers = {"Retry_After": str(retry_after)} if retry_after else {}
    return _gateway(429, message, 3001, "SERVICE", "The request limit was reached.  Try again later", **headers)


def user_lost() -> Fault:
    detail = "AuthorizationFailure: The user isn't a user of this company any more, statusCode: 401"
    return Fault(120, "Authorization Failure", detail, kind="AuthenticationFault", status=401)


def lapsed() -> Fault:
    title = "Invalid Company Status"
    detail = f"{title} : Subscription period has ended or canceled or there was a billing problem"
    return Fault(6190, title, detail)


def unsupported(what: str) -> Fault:
    return Fault(500, "Unsupported Operation", f"Operation {what} is not supported.")


def not_found() -> Fault:
    detail = "Object Not Found : Something you're trying to use has been made inactive."
    more = " Check the fields with accounts, customers, items, vendors or employees."
    return Fault(610, "Object Not Found", detail + more)


def bad_reference() -> Fault:
    detail = "Invalid Reference Id : Something you're trying to use has been made inactive."
    more = " Check the fields with accounts, customers, items, vendors or employees."
    return Fault(2500, "Invalid Reference Id", detail + more)


def bad_property(detail: str, element: str = "") -> Fault:
    return Fault(2010, "Request has invalid or unsupported property", f"Property Name:{detail}", element)


def missing(name: str) -> Fault:
    message = "Required param missing, need to supply the required value for the API"
    return Fault(2020, message, f"Required parameter {name} is missing in the request", name)


def too_long(name: str, most: int, length: int) -> Fault:
    sizes = f"Min:0 Max:{most} supported. Supplied length:{length}"
    detail = f"String length specified does not match the supported length. {sizes}"
    return Fault(2050, "String length is either shorter or longer than supported by specification", detail, name)


def stale(who: str) -> Fault:
    lost = f"{who} finished before you did, so your work was not saved."
    detail = f"Stale Object Error : You and {who} were working on this at the same time. {lost}"
    return Fault(5010, "Stale Object Error", detail)


def duplicate_name() -> Fault:
    detail = "Another customer, vendor or employee is already using this name. Please use a different name."
    return Fault(6240, "Duplicate Name Exists Error", f"The name supplied already exists. : {detail}")


def business(detail: str) -> Fault:
    message = "A business validation error has occurred while processing your request"
    return Fault(6000, message, f"Business Validation Error: {detail}")


def bad_syntax(detail: str) -> Fault:
    return Fault(4000, "Error parsing query", f"QueryParserError: {detail}")


def bad_query(detail: str) -> Fault:
    return Fault(4001, "Invalid query", f"QueryValidationError: {detail}")
