"""Where a request says it comes from."""

from flask import current_app, request


def comes_from_here() -> bool:
    """Whether the browser says that this request began on one of our own pages (or says nothing)."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    # the request's own host as well: at home both localhost and 127.0.0.1 lead here
    own = (request.host_url.rstrip("/"), current_app.config["BASE_URL"])
    return site in (None, "same-origin", "none") and (origin is None or origin.rstrip("/") in own)
