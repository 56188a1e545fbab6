"""What a request for help says: who reads, and how its answer may be kept."""

from typing import Any

from flask import Response, request, url_for

from link4web import providers
from link4web.help.reader import COUNTRIES, Reader

KEPT = "public, max-age=300"
Choices = dict[str, list[tuple[str, str, bool]]]


def reader_asked() -> Reader:
    """The reader that the address names."""
    return Reader.from_args(request.args.get("for", ""), request.args.get("country", ""))


def choices(reader: Reader, endpoint: str = "", **values: Any) -> Choices:
    """What a reader may say about themselves on this page: label, address, whether it is so.

    `values`: what else the address says, beside its path; with another `endpoint` all of it. Nothing is taken from
    the query of the request: a page may be made once for all.
    """
    same = {**({} if endpoint else request.view_args or {}), **values}

    def to(other: Reader) -> str:
        address: dict[str, Any] = {**same, **other.args}
        return url_for(endpoint or request.endpoint or "help.contents", **address)

    return {
        "systems": [(one.name, to(Reader(one.slug, reader.country)), one.slug == reader.slug) for one in providers.ALL],
        "countries": [
            (name, to(Reader(reader.slug, code)), code == reader.country) for code, name in COUNTRIES.items()
        ],
    }


def kept(response: Response) -> Response:
    """For everybody, and worth keeping."""
    response.headers["Cache-Control"] = KEPT
    response.add_etag()
    response.make_conditional(request)
    return response
