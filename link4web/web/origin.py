"""Where a request says it comes from."""

from flask import current_app, request


def comes_from_here() -> bool:
    """Whether the browser says that this request began on one of our own pages (or says nothing)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    # the request's own host as well: at home both localhost and 127.0.0.1 lead here
    return origin is None or origin.rstrip("/") in (request.host_url.rstrip("/"), current_app.config["BASE_URL"])
