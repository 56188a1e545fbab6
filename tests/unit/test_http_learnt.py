"""Addresses learnt from data: private ones are refused when connecting, whatever name hides them (R-092)."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from link4web.http import AddressRefused, Unreachable
from link4web.http.learnt import LearntAddressClient, checked_address, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "localhost",
        "",
    ],
)
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://017700000001/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:7f00:1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://user@127.0.0.1/",
        "https://127.0.0.1:8443/",
        "http://smp.example/",
        "gopher://smp.example/",
    ],
)
def test_tricks_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        LearntAddressClient("smp").send("GET", url)


@pytest.fixture
def private_server() -> Iterator[list[str]]:
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response_only(200)
            self.end_headers()

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield seen
    server.shutdown()
    server.server_close()


def test_a_name_that_leads_home_is_refused_at_connect_time(private_server: list[str]) -> None:
    client = LearntAddressClient("smp", allow_http=True, resolve=lambda *_: ["127.0.0.1"])
    with pytest.raises(AddressRefused):
        client.send("GET", "http://smp.example/x")
    assert private_server == []


def test_one_private_address_among_public_ones_is_enough() -> None:
    with pytest.raises(AddressRefused):
        checked_address("smp.example", 443, lambda *_: ["1.1.1.1", "10.0.0.7"])


def test_a_changing_answer_of_the_name_service_is_asked_for_once() -> None:
    answers = iter([["1.1.1.1"], ["127.0.0.1"]])
    assert checked_address("smp.example", 443, lambda *_: next(answers)) == "1.1.1.1"
    assert next(answers) == ["127.0.0.1"]


def test_an_unknown_name_is_unreachable() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(f"no {host}")

    with pytest.raises(Unreachable) as caught:
        LearntAddressClient("smp", resolve=unknown).send("GET", "https://no-such-name.invalid/")
    assert caught.value.reason == "connect"
