"""The outbound client against real sockets that behave badly."""

import contextlib
import gzip
import re
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from link4web import clock
from link4web.connections.allowance import PATIENCE
from link4web.http import (
    LONGEST_CALL,
    AddressRefused,
    CircuitOpen,
    HttpClient,
    Unreachable,
    forget_clients,
    shared_client,
)
from link4web.http.adapter import ThroughClient

# named, since a traceback quotes the lines it passes
SECRET = "query-secret"
BROKEN = b"HTTP/1.1 503 Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
Talk = Callable[[socket.socket], None]


class Peer:
    """A server that reads one request of each connection and then does as told."""

    def __init__(self, talk: Talk) -> None:
        self.requests: list[bytes] = []
        self._talk = talk
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                self.requests.append(_whole_request(connection))
                self._talk(connection)
            except OSError:
                return

    def close(self) -> None:
        self._socket.close()


def _whole_request(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    length = re.search(rb"Content-Length: (\d+)", received)
    while length and len(received.partition(b"\r\n\r\n")[2]) < int(length[1]):
        received += connection.recv(65536)
    return received


@contextmanager
def peer(talk: Talk | bytes) -> Iterator[Peer]:
    answer = talk
    running = Peer((lambda connection: connection.sendall(answer)) if isinstance(answer, bytes) else answer)
    try:
        yield running
    finally:
        running.close()


@contextmanager
def client_for(talk: Talk | bytes, **limits: float) -> Iterator[tuple[HttpClient, Peer]]:
    with peer(talk) as running:
        yield HttpClient("test", frozenset({running.origin}), **limits), running  # type: ignore[arg-type]  # limits are numbers


def deserted_origin() -> str:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


def with_headers(body: bytes, *lines: str) -> bytes:
    head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", "Connection: close", *lines])
    return head.encode() + b"\r\n\r\n" + body


def test_an_answer_comes_back_whole() -> None:
    with client_for(with_headers(b"hello", "X-Kind: plain")) as (client, running):
        answer = client.send("POST", f"{running.origin}/path", params={"a": "b c"}, headers={"X-Mine": "1"}, body=b"{}")
    assert (answer.status, answer.headers["x-kind"], answer.body) == (200, "plain", b"hello")
    assert running.requests[0].startswith(b"POST /path?a=b+c HTTP/1.1")
    assert b"X-Mine: 1" in running.requests[0]


def test_compressed_answers_are_unpacked() -> None:
    with client_for(with_headers(gzip.compress(b"x" * 5000), "Content-Encoding: gzip")) as (client, running):
        assert client.send("GET", running.origin).body == b"x" * 5000


def test_a_bomb_is_stopped_at_the_limit() -> None:
    bomb = with_headers(gzip.compress(b"\0" * 20_000_000), "Content-Encoding: gzip")
    with client_for(bomb, max_bytes=100_000) as (client, running), pytest.raises(Unreachable, match="too-large"):
        client.send("GET", running.origin)


def test_redirects_come_back_as_answers() -> None:
    """R-092: followed nowhere, least of all to a metadata address."""
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with client_for(answer) as (client, running):
        assert client.send("GET", running.origin).status == 302
        assert len(running.requests) == 1


def test_cookies_and_proxies_are_not_kept_or_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with client_for(with_headers(b"", "Set-Cookie: a=b; Path=/")) as (client, running):
        client.send("GET", running.origin)
        client.send("GET", running.origin)
    assert b"ookie" not in running.requests[1]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost/",
        "ftp://good.example/",
        "file:///etc/passwd",
        "//good.example/",
        "good.example",
        "",
        "http://good.example:81/",
        "http://good.example.evil.example/",
        "http://good.example@evil.example/",
        "http://good.example:80@evil.example/",
        "http://good.example\\@evil.example/",
        "http://good.example\n.evil.example/",
        "http://good.example\t/",
        " http://good.example/",
        "http://good.example /",
        "http://good%2eexample/",
        "http://gооd.example/",
        "http://good.example:port/",
        "http://[::1/",
        "https://good.example/",
        "javascript:alert(1)",
        "http:///good.example",
        "http://",
    ],
)
def test_only_the_pinned_origin_is_called(url: str) -> None:
    """R-092."""
    with pytest.raises(AddressRefused):
        HttpClient("test", frozenset({"http://good.example"})).send("GET", url)


def test_default_ports_and_letter_case_are_the_same_origin() -> None:
    HttpClient("test", frozenset({"http://good.example"})).permit("HTTP://GOOD.example:80/x?y#z")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "reset"),
        (b"nonsense\r\n\r\n", "reset"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "short"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "short"),
        (with_headers(b"not gzip", "Content-Encoding: gzip"), "short"),
    ],
)
def test_broken_answers(answer: bytes, reason: str) -> None:
    with client_for(answer) as (client, running), pytest.raises(Unreachable) as caught:
        client.send("GET", running.origin)
    assert caught.value.reason == reason


def test_nobody_listens() -> None:
    origin = deserted_origin()
    with pytest.raises(Unreachable) as caught:
        HttpClient("test", frozenset({origin})).send("GET", origin)
    assert caught.value.reason == "connect"


def test_silence_ends_after_the_read_timeout() -> None:
    """R-165."""
    silent = client_for(lambda _: time.sleep(1), read_timeout=0.1)
    with silent as (client, running), pytest.raises(Unreachable) as caught:
        client.send("GET", running.origin)
    assert caught.value.reason == "timeout"


@pytest.mark.parametrize(
    ("begins", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"."),
        (b"HTTP/1.0 200 OK\r\n\r\n", b"."),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n.\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n"),
        (b"", b"H"),
    ],
    ids=["of known length", "until it ends", "in chunks", "in its headers", "in its first line"],
)
def test_an_answer_that_drips_ends_with_the_time_for_the_whole_call(begins: bytes, drop: bytes) -> None:
    """R-165, R-169: each drop is well within the time for a piece."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(begins)
        for _ in range(90):
            connection.sendall(drop)
            time.sleep(0.02)

    started = time.monotonic()
    with client_for(drip) as (client, running):
        with pytest.raises(Unreachable) as caught:
            client.send("GET", running.origin, timeout=0.3)
        assert caught.value.reason == "timeout"
        assert time.monotonic() - started < 1


def test_an_answer_over_tls_drips_no_longer(tmp_path: Path) -> None:
    context = self_signed(tmp_path)

    def serve(listening: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(listening.accept()[0], server_side=True) as connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            for _ in range(90):
                connection.sendall(b".")
                time.sleep(0.02)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        origin = f"https://localhost:{listening.getsockname()[1]}"
        client = HttpClient("test", frozenset({origin}))
        client._session.verify = str(tmp_path / "server.pem")
        started = time.monotonic()
        with pytest.raises(Unreachable) as caught:
            client.send("GET", origin, timeout=0.5)
    assert (caught.value.reason, time.monotonic() - started < 1.2) == ("timeout", True)


def test_no_call_outlasts_a_worker_that_stops() -> None:
    """R-169: 25 seconds, with up to five of them for the turn before."""
    assert LONGEST_CALL + PATIENCE.total_seconds() <= 25


def test_a_connection_is_used_again_after_its_call_has_ended_in_time() -> None:
    """The deadline of one call must not cut off the next one on the same connection."""

    def twice(connection: socket.socket) -> None:
        for _ in range(2):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            time.sleep(0.3)
            connection.recv(65536)

    with client_for(twice) as (client, running):
        assert client.send("GET", running.origin, timeout=0.2).body == b"ok"
        time.sleep(0.1)
        assert client.send("GET", running.origin, timeout=5).body == b"ok"
        assert len(running.requests) == 1, "one connection"


@pytest.fixture
def moved_clock(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "clock"
    clock.use_offset_file(file)
    yield file
    clock.use_offset_file(None)


def test_the_breaker_opens_rests_and_tries_one_again(moved_clock: Path) -> None:
    """R-165."""
    answers = [BROKEN]
    with client_for(lambda connection: connection.sendall(answers[0])) as (client, running):
        for _ in range(5):
            assert client.send("GET", running.origin).status == 503
        with pytest.raises(CircuitOpen) as caught:
            client.send("GET", running.origin)
        assert 0 < caught.value.retry_after <= 20
        assert len(running.requests) == 5

        moved_clock.write_text("21")
        client.send("GET", running.origin)
        with pytest.raises(CircuitOpen):
            client.send("GET", running.origin)

        moved_clock.write_text("42")
        answers[0] = with_headers(b"ok")
        for _ in range(3):
            assert client.send("GET", running.origin).status == 200


def test_a_broken_part_is_left_alone_without_the_others(moved_clock: Path) -> None:
    """One ledger file that is offline closes nobody else's, nor calls that are about none."""
    answers = [BROKEN]
    with client_for(lambda connection: connection.sendall(answers[0])) as (client, running):
        for _ in range(5):
            assert client.send("GET", running.origin, part="a").status == 503
        with pytest.raises(CircuitOpen):
            client.send("GET", running.origin, part="a")
        answers[0] = with_headers(b"ok")
        assert client.send("GET", running.origin, part="b").status == 200
        assert client.send("GET", running.origin).status == 200
        with pytest.raises(CircuitOpen):
            client.send("GET", running.origin, part="a")

        moved_clock.write_text("21")
        for _ in range(2):
            assert client.send("GET", running.origin, part="a").status == 200


def test_three_broken_parts_are_the_service_itself() -> None:
    with client_for(BROKEN) as (client, running):
        for part in ("a", "b", "c", "d", "e", "f", "g"):
            assert client.send("GET", running.origin, part=part).status == 503
        with pytest.raises(CircuitOpen):
            client.send("GET", running.origin, part="h")


def test_a_part_that_is_never_done_in_time_is_left_alone_without_the_others() -> None:
    def answer(connection: socket.socket) -> None:
        time.sleep(0.2)
        connection.sendall(with_headers(b"ok"))

    with client_for(answer) as (client, running):
        for _ in range(5):
            with pytest.raises(Unreachable) as slow:
                client.send("GET", running.origin, part="a", timeout=0.05)
            assert slow.value.reason == "timeout"
        with pytest.raises(CircuitOpen) as resting:
            client.send("GET", running.origin, part="a")
        assert resting.value.of_part
        assert client.send("GET", running.origin, part="b").body == b"ok"


def test_nobody_there_for_one_part_is_the_service_s_own_trouble() -> None:
    origin = deserted_origin()
    client = HttpClient("test", frozenset({origin}))
    for _ in range(5):
        with pytest.raises(Unreachable):
            client.send("GET", origin, part="a")
    for part in "ab":
        with pytest.raises(CircuitOpen) as resting:
            client.send("GET", origin, part=part)
        assert not resting.value.of_part


def test_a_clock_set_back_does_not_keep_the_breaker_open(moved_clock: Path) -> None:
    origin = deserted_origin()
    client = HttpClient("test", frozenset({origin}))
    for _ in range(5):
        with pytest.raises(Unreachable):
            client.send("GET", origin)
    moved_clock.write_text("-86400")
    with pytest.raises(Unreachable) as caught:
        client.send("GET", origin)
    assert caught.value.reason == "connect"


def test_refused_addresses_do_not_open_the_breaker() -> None:
    with client_for(with_headers(b"ok")) as (client, running):
        for _ in range(6):
            with pytest.raises(AddressRefused):
                client.send("GET", "http://169.254.169.254/latest")
        assert client.send("GET", running.origin).status == 200


def test_the_log_line_has_no_query_header_or_body() -> None:
    """R-192."""
    with client_for(with_headers(b"answer-secret")) as (client, running), capture_logs() as lines:
        client.send("GET", f"{running.origin}/a", params={"guid": "query-secret"}, headers={"X": "header-secret"})
    assert lines[0]["path"] == "/a"
    assert lines[0]["outcome"] == 200
    assert "secret" not in repr(lines)


def test_the_log_line_does_not_say_whose_ledger_it_was() -> None:
    whose = ("9130357766900456", "3d4e5f60-7182-4394-a5b6-c7d8e9fa0b1c")
    with client_for(with_headers(b"")) as (client, running), capture_logs() as lines:
        for file_id in whose:
            client.send("GET", f"{running.origin}/v3/company/{file_id}/query")
    assert [line["path"] for line in lines] == ["/v3/company/…/query"] * 2


def test_a_traceback_has_no_query() -> None:
    origin = deserted_origin()
    with pytest.raises(Unreachable) as caught:
        HttpClient("test", frozenset({origin})).send("GET", origin, params={"guid": SECRET})
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def self_signed(folder: Path) -> ssl.SSLContext:
    """A certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / "server.pem"
    file.write_bytes(plain + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-092: also where the machine's environment would point to other certificates."""
    context, heard = self_signed(tmp_path), []

    def serve(listening: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(listening.accept()[0], server_side=True) as connection:
            heard.append(connection.recv(100))

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "server.pem"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        origin = f"https://localhost:{listening.getsockname()[1]}"
        with pytest.raises(Unreachable) as caught:
            HttpClient("test", frozenset({origin})).send("GET", f"{origin}/?{SECRET}")
    assert caught.value.reason == "connect"
    assert heard == []


def test_many_threads_share_a_client() -> None:
    with client_for(with_headers(b"ok")) as (client, running), ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.send("GET", running.origin).body, range(80)))
    assert answers == [b"ok"] * 80


def test_clients_are_shared_by_service_and_origin() -> None:
    one = shared_client("a", frozenset({"http://a.example"}))
    assert shared_client("a", frozenset({"http://a.example"})) is one
    assert shared_client("a", frozenset({"http://b.example"})) is not one
    forget_clients()
    assert shared_client("a", frozenset({"http://a.example"})) is not one


def test_a_borrowed_session_has_the_same_limits() -> None:
    with client_for(with_headers(b'{"ok":1}')) as (client, running), requests.Session() as session:
        session.mount("http://", ThroughClient(client))
        assert session.post(running.origin, data={"a": "b"}).json() == {"ok": 1}
        with pytest.raises(AddressRefused):
            session.get("http://127.0.0.1:1/")
    assert running.requests[0].endswith(b"a=b")
