"""The children of a run, and the tasks that come before them."""

import signal
from collections.abc import Callable, Mapping

from link4web.supervisor.child import Child
from link4web.supervisor.places import CHECKOUT, Places
from link4web.supervisor.ports import LOOPBACK
from link4web.supervisor.probes import answers_http, answers_smtp

FLASK = ("flask", "--app", "wsgi")


class Crew:
    """Makes the children for these places; nothing is started yet."""

    child = Child  # how they are begun; a site of the tests begins its own in another way

    def __init__(self, places: Places, inherited: Mapping[str, str]) -> None:
        self.places = places
        self._environ = places.environ(inherited)

    def simulators(self) -> Child:
        places = self.places
        return self._child(
            "simulators",
            *FLASK,
            "simulators",
            "run",
            answers=lambda: answers_http(places.simulators_port, "/") and answers_smtp(places.smtp_port),
            stop_signal=signal.SIGINT,
        )

    def web(self) -> Child:
        port = self.places.port
        # one process: threads of one interpreter cost less than a second copy, and SQLite has one writer anyway
        options = ["--worker-class=gthread", "--workers=1", "--threads=4", "--graceful-timeout=15", "--keep-alive=15"]
        # gunicorn would otherwise believe headers of anybody on this computer, such as SCRIPT_NAME
        options += ["--forwarded-allow-ips=", "--forwarder-headers="]
        # gunicorn would otherwise write to the home folder and to the system's folder for temporary files
        options += ["--no-control-socket", f"--worker-tmp-dir={self.places.data_dir}", "--log-level=warning"]
        return self._child(
            "web",
            "gunicorn",
            f"--bind={LOOPBACK}:{port}",
            *options,
            "wsgi:app",
            answers=lambda: answers_http(port, "/readyz"),
        )

    def worker(self) -> Child:
        return self._child("worker", *FLASK, "worker")

    def migration(self) -> Child:
        return self._child("migrate", *FLASK, "migrate-up")

    def seeding(self) -> Child:
        return self._child("seed", *FLASK, "demo", "seed")

    def _child(
        self,
        name: str,
        *arguments: str,
        answers: Callable[[], bool] = lambda: True,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> Child:
        return self.child(
            name,
            arguments,
            environ=self._environ,
            folder=CHECKOUT,
            log=self.places.log(name),
            answers=answers,
            stop_signal=stop_signal,
        )
