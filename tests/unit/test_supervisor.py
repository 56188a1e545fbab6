"""The supervisor's parts, with real ports and real processes."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from link4web import providers
from link4web.settings import from_environment
from link4web.supervisor import accounting
from link4web.supervisor.child import Child
from link4web.supervisor.places import CHECKOUT, Places, places_from
from link4web.supervisor.ports import any_free_port, check_ports, read_port
from link4web.supervisor.probes import answers_http, answers_smtp
from link4web.supervisor.problems import CannotRun
from tests.processes import runs

MakeChild = Callable[..., Child]


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield int(other.getsockname()[1])


def places(folder: Path) -> Places:
    return Places(port=8000, simulators_port=8100, smtp_port=8025, data_dir=folder)


def test_the_usual_places() -> None:
    usual = places_from({})
    assert usual.ports == {"PORT": 8000, "SIMULATORS_PORT": 8100, "SMTP_PORT": 8025}
    assert usual.data_dir == CHECKOUT / "var"
    assert usual.shown_data_dir == "var"


def test_a_data_folder_counts_from_the_checkout_wherever_make_was_called(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert places_from({"LINK4WEB_DATA_DIR": "two words"}).data_dir == CHECKOUT / "two words"
    assert places_from({"LINK4WEB_DATA_DIR": str(tmp_path)}).data_dir == tmp_path.resolve()


@pytest.mark.parametrize("text", ["0", "-1", "65536", "eighty", "8000.5", "\u0668\u0660", "8000 8001"])
def test_what_is_no_port_is_said(text: str) -> None:
    with pytest.raises(CannotRun, match=r"^PORT must be a number from 1 to 65535, not "):
        read_port({"PORT": text}, "PORT", 8000)


def test_an_empty_port_means_the_usual_one() -> None:
    assert read_port({"PORT": " "}, "PORT", 8000) == 8000


def test_free_ports_are_fine() -> None:
    check_ports({"PORT": any_free_port()})


def test_a_taken_port_is_named_with_one_that_works(taken: int) -> None:
    with pytest.raises(CannotRun) as problem:
        check_ports({"PORT": taken, "SMTP_PORT": any_free_port()})
    said, command = str(problem.value).splitlines()
    assert said == f"Port {taken} is taken by another program."
    instead = int(command.removeprefix("Try: make run PORT="))
    check_ports({"PORT": instead})


def test_all_taken_ports_are_named_at_once(taken: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        second = other.getsockname()[1]
        with pytest.raises(CannotRun) as problem:
            check_ports({"PORT": taken, "SIMULATORS_PORT": second})
    assert f"Port {taken} is taken" in str(problem.value)
    assert f"Port {second} is taken" in str(problem.value)
    assert " SIMULATORS_PORT=" in str(problem.value).splitlines()[-1]


def test_one_port_for_two_things_is_refused() -> None:
    port = any_free_port()
    with pytest.raises(CannotRun, match=f"SMTP_PORT and PORT are both {port}"):
        check_ports({"PORT": port, "SMTP_PORT": port})


def test_a_port_taken_on_the_other_loopback_address_counts_too() -> None:
    if not socket.has_ipv6:
        pytest.skip("this computer has no IPv6")
    try:
        other = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this computer has no IPv6 loopback")
    with other, pytest.raises(CannotRun, match="taken by another program"):
        check_ports({"PORT": other.getsockname()[1]})


def test_a_data_folder_belongs_to_one_run(tmp_path: Path) -> None:
    here = places(tmp_path / "data")
    with here.held(), pytest.raises(CannotRun) as problem, here.held():
        pass
    assert "already runs with the data in" in str(problem.value)
    assert "http://localhost:8000" in str(problem.value)
    assert "make run PORT=8010 SIMULATORS_PORT=8110 SMTP_PORT=8035 LINK4WEB_DATA_DIR=" in str(problem.value)


def test_a_data_folder_can_be_claimed_again_after_its_run(tmp_path: Path) -> None:
    for _ in range(2):
        with places(tmp_path).held():
            assert "8000" in (tmp_path / "run.lock").read_text()
    assert (tmp_path / "run.lock").read_text() == ""


def test_a_data_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotRun, match="can’t be written"), places(tmp_path / "file" / "data").held():
        pass


def test_children_are_told_home_mode_and_their_places(tmp_path: Path) -> None:
    told = places(tmp_path).environ({"LINK4WEB_MODE": "production", "HOME": "/home/kea"})
    assert told["LINK4WEB_MODE"] == "home"
    assert told["LINK4WEB_DATA_DIR"] == str(tmp_path)
    assert told["SMTP_PORT"] == "8025"
    assert told["HOME"] == "/home/kea"


@pytest.fixture
def make_child(tmp_path: Path) -> Iterator[MakeChild]:
    made: list[Child] = []

    def make(source: str, stop_signal: signal.Signals = signal.SIGTERM) -> Child:
        (tmp_path / "task.py").write_text(source)
        log = tmp_path / "log" / "task.log"
        child = Child("task", ["task"], environ=os.environ, folder=tmp_path, log=log, stop_signal=stop_signal)
        made.append(child)
        return child

    yield make
    for child in made:
        child.kill()


def wait_until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def test_a_child_writes_to_its_log_and_its_end_is_seen(make_child: MakeChild) -> None:
    child = make_child("print('flat white')\nraise SystemExit(3)")
    child.start()
    wait_until(lambda: child.ended() is not None)
    assert child.ended() == 3
    assert child.output() == "flat white\n"
    assert child.last_words() == "    flat white"


def test_last_words_are_those_since_the_last_start(make_child: MakeChild) -> None:
    child = make_child("import time; print(time.monotonic_ns())")
    child.start()
    assert child.wait(time.monotonic() + 5)
    first = child.output()
    child.restart()
    assert child.wait(time.monotonic() + 5)
    assert first not in child.output()
    assert child.restarts_within(60) == 1
    assert child.restarts_within(0) == 0


def test_a_child_is_asked_before_it_is_ended(make_child: MakeChild) -> None:
    child = make_child(
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        "print('ready', flush=True)\ntime.sleep(60)"
    )
    child.start()
    wait_until(lambda: "ready" in child.output())
    child.ask_to_stop()
    assert child.wait(time.monotonic() + 5)
    assert child.ended() == 7


def test_a_child_of_a_run_in_the_background_hears_it_too(make_child: MakeChild) -> None:
    """A shell lets what it starts with `&` ignore SIGINT, which everything below would inherit."""
    child = make_child("import time; print('ready', flush=True); time.sleep(60)", stop_signal=signal.SIGINT)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        child.start()
    finally:
        signal.signal(signal.SIGINT, before)
    wait_until(lambda: "ready" in child.output())
    child.ask_to_stop()
    assert child.wait(time.monotonic() + 5)


def test_ending_a_child_ends_what_it_started(make_child: MakeChild) -> None:
    child = make_child(
        "import subprocess, sys, time\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(inner.pid, flush=True)\ntime.sleep(60)"
    )
    child.start()
    wait_until(lambda: child.output().strip())
    inner = int(child.output())
    assert not child.wait(time.monotonic() + 0.05)
    child.kill()
    assert child.ended() == -signal.SIGKILL
    wait_until(lambda: not runs(inner))


def test_a_large_log_is_put_aside(make_child: MakeChild, tmp_path: Path) -> None:
    child = make_child("print('fresh')")
    child.log.parent.mkdir()
    child.log.write_bytes(b"x" * (5 * 1024 * 1024 + 1))
    child.start()
    assert child.wait(time.monotonic() + 5)
    assert child.output() == "fresh\n"
    assert (tmp_path / "log" / "task.log.1").stat().st_size > 5 * 1024 * 1024


def test_nobody_there_does_not_answer(taken: int) -> None:
    assert not answers_http(any_free_port(), "/")
    assert not answers_smtp(any_free_port())


def test_only_simulated_services_are_told_and_one_that_cannot_be_is_said(tmp_path: Path) -> None:
    here, *others = [provider for provider in providers.ALL if provider.has_webhooks]
    port = any_free_port()
    environ = places(tmp_path).environ({}) | {"SIMULATORS_PORT": str(port)}
    settings = from_environment(environ | {f"LINK4WEB_{here.slug.upper()}_API_URL": here.addresses.api_url})
    told = accounting.tell_webhooks(settings, port)
    assert len(told) == len(others) > 0
    assert all(
        f"The simulated {provider.name} does not know" in line for provider, line in zip(others, told, strict=True)
    )
    whereabouts = dict(accounting.shown(settings, port))
    assert "not simulated" in whereabouts[here.name]
    assert whereabouts[others[0].name].startswith(f"http://localhost:{port}/{others[0].slug} ")
