"""What gunicorn loads: one peer, named by BENCH_PEER, and an address that tells the CPU time of its process."""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks import empty
from benchmarks.measure import CPU_PATH

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def _peer() -> Application:
    match os.environ["BENCH_PEER"]:
        case "empty":
            return empty.application(int(os.environ["BENCH_SIZE"]))
        case "django":
            from benchmarks.django_peer.wsgi import application

            django: Application = application(Path(os.environ["BENCH_DATABASE"]))
            return django
        case _:
            from link4web.app import create_app

            return create_app()


def _with_cpu(peer: Application) -> Application:
    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != CPU_PATH:
            return peer(environ, start_response)
        body = repr(time.process_time()).encode()
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]

    return answer


app = _with_cpu(_peer())
