"""Which page stands in the browser while htmx changes a part of it."""

from urllib.parse import SplitResult, parse_qsl, urlsplit

from flask import request

from link4web.customers.listing import ListQuery


def list_on_screen(base: str) -> ListQuery | None:
    """The list of this connection that htmx says it is on; None on any other page. `base`: the list's path.

    A request that doesn't say is taken at its own parameters.
    """
    if request.headers.get("HX-Current-URL") is None:
        return ListQuery.from_args(request.args)
    parts = _on_screen()
    return ListQuery.from_args(dict(parse_qsl(parts.query))) if parts and parts.path == base else None


def is_on_screen(path: str) -> bool:
    """Whether htmx says that it is on the page with this path."""
    parts = _on_screen()
    return parts is not None and parts.path == path


def _on_screen() -> SplitResult | None:
    try:
        return urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:  # "http://[": no browser sends it
        return None
