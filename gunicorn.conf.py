"""What gunicorn does beside serving; it reads this file by itself when it is started in this folder."""

from typing import Any

from flask import Flask


def post_worker_init(worker: Any) -> None:
    """From the moment a worker is told to stop, `/readyz` says so on the connections that it still answers (R-195)."""
    if isinstance(worker.wsgi, Flask):  # benchmarks let gunicorn serve others too
        worker.wsgi.extensions["is_stopping"] = lambda: not worker.alive
