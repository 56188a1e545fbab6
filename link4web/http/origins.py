"""Which address a URL really leads to. Two parsers that disagree about that are how requests end up elsewhere."""

import re
from urllib.parse import urlsplit

from link4web.http.failures import AddressRefused

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PLAIN_URL = re.compile(r"[!#-\[\]-~]+")  # printable ASCII without blank, double quote and backslash


def origin_of(url: str) -> str:
    """Scheme, host and port of `url`, such as "https://api.xero.com" or "http://localhost:8100".

    Raises:
        AddressRefused: not an http(s) URL, or written in a way that parsers read differently.
    """
    if not _PLAIN_URL.fullmatch(url):
        raise AddressRefused("the URL has characters that do not belong in one")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AddressRefused("the URL can't be read") from error
    if parts.scheme not in _DEFAULT_PORTS or not host or "@" in parts.netloc or "%" in parts.netloc:
        raise AddressRefused("not a plain http or https address")
    return _written(parts.scheme, host, port)


def _written(scheme: str, host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" if port in (None, _DEFAULT_PORTS[scheme]) else f"{scheme}://{shown}:{port}"
