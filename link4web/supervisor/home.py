"""A run at home from its first check to its last stop."""

import os
import signal
import threading
import time
from collections.abc import Mapping
from types import FrameType

from link4web.settings import Settings, SettingsError, from_environment
from link4web.supervisor import accounting
from link4web.supervisor.child import Child
from link4web.supervisor.crew import Crew
from link4web.supervisor.places import Places, places_from
from link4web.supervisor.ports import check_ports
from link4web.supervisor.problems import CannotRun, say

SECONDS_TO_ANSWER = 90
SECONDS_TO_STOP = 25
SECONDS_FOR_SIMULATORS = 3
MOST_RESTARTS = 3
RESTARTS_COUNT_FOR = 60.0
LOOK_EVERY = 0.2
LOG_LINE = "timestamp="
STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run until a signal comes; the exit status: 0 when it was stopped, 1 when it could not go on."""
    try:
        places = places_from(os.environ)
        with places.held():
            check_ports(places.ports)
            settings = _settings(places.environ(os.environ))
            return Home(places, settings, os.environ).run()
    except CannotRun as problem:
        say(str(problem))
        return 1


def _settings(environ: Mapping[str, str]) -> Settings:
    try:
        return from_environment(environ)
    except SettingsError as error:
        raise CannotRun("\n".join(error.problems)) from error


class Stopped(Exception):
    """A signal came while something was still being started."""


class Home:
    """One run: children in the order in which they start; they stop in the opposite order."""

    def __init__(self, places: Places, settings: Settings, inherited: Mapping[str, str]) -> None:
        self.places = places
        self.settings = settings
        self._crew = Crew(places, inherited)
        self._running: list[Child] = []
        self._stop = threading.Event()
        self._signals = 0

    def run(self) -> int:
        for name in STOPPING_SIGNALS:
            signal.signal(name, self._on_signal)
        try:
            self._begin()
            self._watch()
        except Stopped:
            return 0
        finally:
            self._end()
        return 0

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1
        self._stop.set()

    def _begin(self) -> None:
        say(f"Starting Link4web with the data in {self.places.shown_data_dir} …")
        simulators = self._crew.simulators()
        self._start(simulators)
        self._finish(self._crew.migration(), "The database can’t be brought up to date")
        sign_ins = self._finish(self._crew.seeding(), "The demo people can’t be created")
        self._wait_for(simulators)
        web, worker = self._crew.web(), self._crew.worker()
        self._start(web)
        self._start(worker)
        self._wait_for(web)
        self._wait_for(worker)
        for line in accounting.tell_webhooks(self.settings, self.places.simulators_port):
            say(line)
        say(self._welcome([line for line in sign_ins.splitlines() if not line.startswith(LOG_LINE)]))

    def _start(self, child: Child) -> None:
        self._raise_if_stopped()
        child.start()
        self._running.append(child)

    def _wait_for(self, child: Child) -> None:
        began = time.monotonic()
        while not child.answers():
            self._raise_if_stopped()
            if child.ended() is not None:
                raise CannotRun(f"{_named(child)} could not start:\n{child.last_words()}\nIts log: {child.log}")
            if time.monotonic() - began > SECONDS_TO_ANSWER:
                said = child.last_words()
                raise CannotRun(f"{_named(child)} does not answer after {SECONDS_TO_ANSWER} seconds.\n{said}")
            self._stop.wait(LOOK_EVERY)
        say(f"  {child.name:<11} ready")

    def _finish(self, task: Child, otherwise: str) -> str:
        """Run a task to its end; what it said."""
        self._start(task)
        while task.ended() is None:
            self._raise_if_stopped()
            self._stop.wait(LOOK_EVERY / 4)
        self._running.remove(task)
        if task.ended() != 0:
            raise CannotRun(
                f"{otherwise}:\n{task.last_words()}\n"
                f"If {self.places.shown_data_dir} was made by another release, move it away and run again."
            )
        return task.output()

    def _raise_if_stopped(self) -> None:
        if self._stop.is_set():
            raise Stopped

    def _welcome(self, sign_ins: list[str]) -> str:
        mailbox = f"http://localhost:{self.places.simulators_port}/mail    (every mail arrives here, whoever it is for)"
        lines = [
            ("Open", self.settings.base_url),
            *(("" if number else "Sign in", line) for number, line in enumerate(sign_ins)),
            ("Mailbox", mailbox),
            *accounting.shown(self.settings, self.places.simulators_port),
        ]
        width = max(len(label) for label, _ in lines) + 2
        return "\n".join(["", *(f"  {label:<{width}}{text}" for label, text in lines), "", "Ctrl-C stops everything."])

    def _watch(self) -> None:
        """Until a signal comes, start again what ended by itself; give up on what keeps ending."""
        while not self._stop.wait(LOOK_EVERY):
            for child in self._running:
                if (status := child.ended()) is not None:
                    self._revive(child, status)

    def _revive(self, child: Child, status: int) -> None:
        if child.restarts_within(RESTARTS_COUNT_FOR) >= MOST_RESTARTS:
            raise CannotRun(
                f"{_named(child)} keeps ending, so everything stops. Its last words:\n{child.last_words()}\n"
                f"Its log: {child.log}"
            )
        say(f"{_named(child)} ended ({_how(status)}); starting it again. Its log: {child.log}")
        child.restart()

    def _end(self) -> None:
        """Web and worker first: what they have begun may still need the simulators."""
        if self._signals:
            say("\nStopping …")
        until = time.monotonic() + SECONDS_TO_STOP
        mine, simulators = self._running[1:], self._running[:1]
        self._stop_all(mine, until - SECONDS_FOR_SIMULATORS)
        self._stop_all(simulators, until)
        if self._signals:
            say("Stopped.")

    def _stop_all(self, children: list[Child], until: float) -> None:
        for child in children:
            child.ask_to_stop()
        for child in children:
            while not child.wait(min(until, time.monotonic() + LOOK_EVERY)):
                if time.monotonic() >= until or self._signals > 1:
                    say(f"{_named(child)} did not stop in time and is ended.")
                    break
            child.kill()


def _named(child: Child) -> str:
    return f"The {child.name} {'process' if child.name != 'simulators' else 'program'}"


def _how(status: int) -> str:
    return f"by signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
