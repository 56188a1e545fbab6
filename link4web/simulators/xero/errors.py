"""The error answers of the Accounting API.

After Xero developer documentation, "HTTP response codes", and answers recorded in the tests of Xero's SDKs. Some
messages, that about missing scopes among them, are as people have reported them.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import msgspec
from flask import Response

Body = Mapping[str, Any]


class ApiError(Exception):
    """An error answer, ready to send."""

    def __init__(self, status: int, body: Body | str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})

    def response(self) -> Response:
        if isinstance(self.body, str):
            response = Response(self.body, self.status, content_type="text/plain; charset=utf-8")
        else:
            encoded = msgspec.json.encode(self.body)
            response = Response(encoded, self.status, content_type="application/json; charset=utf-8")
        response.headers.update(self.headers)
        return response


def problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> ApiError:
    body: dict[str, Any] = {
        "Type": None,
        "Title": title,
        "Status": status,
        "Detail": detail,
        "Instance": str(uuid4()),
        "Extensions": {},
    }
    return ApiError(status, body, headers)


def not_authenticated() -> ApiError:
    return problem(401, "Unauthorized", "AuthenticationUnsuccessful", {"WWW-Authenticate": "Bearer"})


def token_expired(at: str) -> ApiError:
    return problem(401, "Unauthorized", f"TokenExpired: token expired at {at}", {"WWW-Authenticate": "Bearer"})


def insufficient_scope() -> ApiError:
    # the missing letter is Xero's
    return problem(401, "Unauthorized", "AuthorizationUnsuccessful", {"WWW-Authenticate": "insufficent_scope"})


def not_connected(status: int) -> ApiError:
    return problem(status, "Forbidden" if status == 403 else "Unauthorized", "AuthenticationUnsuccessful")


def not_found() -> ApiError:
    return ApiError(404, "The resource you're looking for cannot be found")


def validation(elements: Sequence[Body]) -> ApiError:
    """One bad element fails the call; each element is echoed with its own `ValidationErrors`."""
    return ApiError(400, _exception(10, "ValidationException", "A validation exception occurred", elements))


def bad_query(message: str) -> ApiError:
    return ApiError(400, _exception(16, "QueryParseException", message, ()))


def bad_post(message: str) -> ApiError:
    return ApiError(400, _exception(14, "PostDataInvalidException", message, ()))


def high_volume(resource: str) -> ApiError:
    message = (
        f"Your request is not filtering {resource} efficiently, given the extremely high volume for this organisation. "
        "Please check the documentation for efficient ways to filter and order."
    )
    return ApiError(400, {"ErrorNumber": 51, "Type": "HighVolumeException", "Message": message})


def idempotency_reuse(key: str) -> ApiError:
    return problem(400, "Bad Request", f"Idempotency Key: {key} is used with a different request")


def idempotency_too_long() -> ApiError:
    return problem(400, "Bad Request", "Idempotency Key: must be no more than 128 characters")


def _exception(number: int, kind: str, message: str, elements: Sequence[Body]) -> Body:
    body: dict[str, Any] = {"ErrorNumber": number, "Type": kind, "Message": message}
    return {**body, "Elements": list(elements)} if elements else body
