"""`flask --app wsgi …` and `gunicorn wsgi:app`."""

from link4web.app import create_app

app = create_app()
