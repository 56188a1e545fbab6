"""The error answers of the MYOB Business API (MYOB developer documentation, "API Error Messages & Warnings")."""

from collections.abc import Sequence
from typing import Any

import msgspec
from flask import Response

from link4web.simulators.myob.behaviour import SWITCHES

JSON = "application/json; charset=utf-8"
Detail = dict[str, Any]


class ApiError(Exception):
    """An error answer, ready to send; `body` is sent as JSON."""

    def __init__(self, status: int, body: Detail) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body

    @property
    def sentences(self) -> list[str]:
        """What it says, for people."""
        return [str(one["Message"]) for one in self.body.get("Errors", [self.body])]

    def response(self) -> Response:
        return Response(msgspec.json.encode(self.body), self.status, content_type=JSON)


def detail(name: str, message: str, code: int | None = None, where: str | None = None) -> Detail:
    """One entry of the Errors envelope."""
    return {"Name": name, "Message": message, "AdditionalDetails": where, "ErrorCode": code, "Severity": "Error",
            "LearnMore": None}  # fmt: skip


def failure(status: int, *details: Detail) -> ApiError:
    return ApiError(status, {"Errors": list(details), "Information": None})


def required(field: str) -> Detail:
    return detail("Required", f"{field} is required", 100, field)


def not_valid(message: str, field: str) -> Detail:
    return detail("ValidationError", message, 16000, field)


def unknown_reference(field: str) -> Detail:
    return detail("NotFound", f"{field} could not be found", 150, field)


def refused(details: Sequence[Detail]) -> ApiError:
    return failure(400, *details)


def wrong_type(message: str) -> ApiError:
    return failure(400, detail("SerializationError", f"Error converting value: {message}", 50))


def bad_query(message: str, parameter: str) -> ApiError:
    return failure(400, not_valid(message, parameter))


def token_missing() -> ApiError:
    return failure(401, detail("OAuthTokenIsMissing", "The OAuth token is missing", 31000, "Header: Authorization"))


def token_invalid() -> ApiError:
    return failure(401, detail("OAuthTokenIsInvalid", "The OAuth token is invalid", 31001, "Header: Authorization"))


def login_wrong() -> ApiError:
    where = "Header: x-myobapi-cftoken"
    return failure(401, detail("UnauthorizedCompanyFileUser", "The company file user name or password is wrong",
                               None, where))  # fmt: skip


def key_inactive() -> ApiError:
    return failure(403, detail("DeveloperInactive", "API key is missing or inactive"))


def over_limit(which: str) -> ApiError:
    """`which` is per-second or daily."""
    message = f"API key has exceeded the {which} rate limit"
    return failure(SWITCHES["rate_limit_status"], detail("RateLimitError", message, None, "Header: x-myobapi-key"))


def access_denied() -> ApiError:
    message = "You are not authorised to access this resource"
    if SWITCHES["access_denied_body"] == "bare":
        return ApiError(403, {"Message": message, "ErrorCode": "AccessDenied"})
    return failure(403, detail("AccessDenied", message))


def not_found() -> ApiError:
    return failure(404, detail("ResourceNotFound", "The resource could not be found"))


def removed() -> ApiError:
    return failure(410, detail("ResourceRemoved", "The resource has been removed"))


def method_not_allowed() -> ApiError:
    return failure(405, detail("MethodNotAllowed", "This operation is not allowed on this resource"))


def stale_row_version() -> ApiError:
    message = "An update needs the latest RowVersion of each existing entity that it changes"
    return failure(409, detail("IncorrectRowVersionSupplied", message, 111, "RowVersion"))


def has_identity(field: str) -> ApiError:
    return failure(409, detail("Conflict", f"{field} can't be given when something is created", None, field))


def timed_out() -> ApiError:
    return failure(504, detail("GatewayTimeout", "Connection to the API has timed out"))


def must_be_reversed() -> ApiError:
    return failure(400, detail("TransactionsCannotBeDeleted", "Transactions cannot be deleted and must be reversed",
                               25003))  # fmt: skip
