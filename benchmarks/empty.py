"""The least a Flask application does for a page: one route, one text of a given length."""

from flask import Flask


def application(size: int) -> Flask:
    """Answers `/` with `size` bytes."""
    app = Flask("empty")
    body = "x" * size
    app.add_url_rule("/", "page", lambda: body)
    return app
