"""Which list stands in the browser while htmx changes a part of it."""

from urllib.parse import parse_qsl, urlsplit

from flask import request

from link4web.customers.listing import ListQuery


def list_on_screen(base: str) -> ListQuery | None:
    """The list of this connection that htmx says it is on; None on any other page. `base`: the list's path.

    A request that doesn't say is taken at its own parameters.
    """
    address = request.headers.get("HX-Current-URL")
    if address is None:
        return ListQuery.from_args(request.args)
    try:
        parts = urlsplit(address)
    except ValueError:  # "http://[": no browser sends it
        return None
    return ListQuery.from_args(dict(parse_qsl(parts.query))) if parts.path == base else None
