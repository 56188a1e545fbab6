"""Calling addresses learnt from data: only public ones, checked at the moment of connecting.

A name is looked up once and the connection goes to the very address that was checked, so a second, different answer
of the name service (rebinding) changes nothing.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NameResolutionError
from urllib3.util.connection import create_connection

from link4web.http.client import HttpClient
from link4web.http.deadline import PlainConnection, SecureConnection, WatchedAdapter
from link4web.http.failures import AddressRefused
from link4web.http.origins import origin_of

Resolve = Callable[[str, int], Sequence[str]]

# ranges that carry another address inside, which need not be public: NAT64, 6to4, Teredo
_WRAPPING = tuple(ipaddress.ip_network(n) for n in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet: not private, loopback, link-local, metadata, multicast."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if any(ip in network for network in _WRAPPING if network.version == ip.version):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def system_addresses(host: str, port: int) -> list[str]:
    """What the system's name service says about `host`."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def checked_address(host: str, port: int, resolve: Resolve = system_addresses) -> str:
    """The address to connect to.

    Raises:
        AddressRefused: any of the name's addresses is not public.
        OSError: the name is unknown.
    """
    addresses = resolve(host, port)
    if not addresses or not all(is_public(address) for address in addresses):
        raise AddressRefused("the name leads to an address that is not public")
    return addresses[0]


class LearntAddressClient(HttpClient):
    """An HttpClient without pinned origins, for addresses found in data. Default ports only; https unless allowed."""

    def __init__(
        self, name: str, *, allow_http: bool = False, resolve: Resolve = system_addresses, max_bytes: int = 1024 * 1024
    ) -> None:
        self._schemes = {"http", "https"} if allow_http else {"https"}
        self._resolve = resolve
        super().__init__(name, frozenset(), max_bytes=max_bytes)

    def adapter(self) -> HTTPAdapter:
        """Connections that check where they lead."""
        return _CheckingAdapter(self._resolve)

    def permit(self, url: str) -> None:
        """Refuse what is not a plain public web address by its looks; the connection checks the rest."""
        parts = urlsplit(origin_of(url))
        if parts.scheme not in self._schemes or parts.port is not None:
            raise AddressRefused("only ordinary web addresses are called")


class _CheckingAdapter(WatchedAdapter):
    def __init__(self, resolve: Resolve) -> None:
        def connect(connection: HTTPConnection) -> socket.socket:
            port = connection.port or connection.default_port
            try:
                address = checked_address(connection.host, port, resolve)
            except socket.gaierror as error:
                raise NameResolutionError(connection.host, connection, error) from error
            return create_connection((address, port), connection.timeout, socket_options=connection.socket_options)

        class Plain(PlainConnection):
            def _new_conn(self) -> socket.socket:
                return connect(self)

        class Secure(SecureConnection):
            def _new_conn(self) -> socket.socket:
                return connect(self)

        self.plain, self.secure = Plain, Secure
        super().__init__(max_retries=0)
