"""Addresses for mails: always from the configured base URL, never from what a request claims (R-014)."""

from urllib.parse import urlsplit

from flask import current_app


def link_to(endpoint: str, **values: object) -> str:
    """The absolute address of a page; works in requests, jobs and commands alike."""
    base = urlsplit(current_app.config["BASE_URL"])
    adapter = current_app.url_map.bind(base.netloc, url_scheme=base.scheme)
    current_app.inject_url_defaults(endpoint, values)
    return adapter.build(endpoint, values, force_external=True)
